#include "payments/stripe_signature.hpp"

#include "runtime/core/encoding.hpp"

#include "payments/constant_time.hpp"
#include <charconv>
#include <optional>
#include <vector>

namespace wakala::payments {

namespace {

constexpr std::size_t hex_digits = 64;
constexpr std::size_t signatures_max = 16; // more than one for each secret means nothing good

struct header_parts {
  std::string_view time_text;
  std::int64_t time = 0;
  std::vector<std::string_view> signatures;
};

std::optional<header_parts> parse(std::string_view header) {
  header_parts out;
  while (!header.empty()) {
    const auto comma = header.find(',');
    auto part = header.substr(0, comma);
    header.remove_prefix(comma == std::string_view::npos ? header.size() : comma + 1);
    while (part.starts_with(' '))
      part.remove_prefix(1);
    const auto equals = part.find('=');
    if (equals == std::string_view::npos)
      return std::nullopt;
    const auto name = part.substr(0, equals);
    const auto value = part.substr(equals + 1);
    if (name == "t") {
      const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), out.time);
      // Two times: which one was signed?
      if (failure != std::errc{} || end != value.data() + value.size() || !out.time_text.empty() || out.time < 0 ||
          out.time > INT64_MAX / ms_per_second)
        return std::nullopt;
      out.time_text = value;
    } else if (name == "v1") {
      if (value.size() != hex_digits || out.signatures.size() == signatures_max)
        return std::nullopt;
      out.signatures.push_back(value);
    } // other schemes are not ours to trust
  }
  if (out.time_text.empty() || out.signatures.empty())
    return std::nullopt;
  return out;
}

} // namespace

std::string_view to_string(event_signature verdict) noexcept {
  switch (verdict) {
  case event_signature::good:
    return "good";
  case event_signature::missing:
    return "missing";
  case event_signature::malformed:
    return "malformed";
  case event_signature::mismatch:
    return "mismatch";
  case event_signature::too_old:
    return "too_old";
  case event_signature::from_the_future:
    return "from_the_future";
  }
  return "malformed";
}

event_signature check_stripe_signature(std::string_view header, std::string_view body,
                                       std::span<const std::string> secrets, time_ms now, const hmac_function& hmac,
                                       signature_window window) {
  if (header.empty())
    return event_signature::missing;
  const auto parts = parse(header);
  if (!parts)
    return event_signature::malformed;
  auto signed_text = std::string(parts->time_text);
  signed_text += '.';
  signed_text += body;
  bool good = false;
  for (const auto& secret : secrets) {
    if (secret.empty())
      continue; // anybody could sign with that
    const auto expected = to_hex(as_span(hmac(secret, signed_text)));
    for (const auto given : parts->signatures)
      good |= same_secret(given, expected);
  }
  if (!good)
    return event_signature::mismatch;
  const auto at = parts->time * ms_per_second;
  // Whole seconds were signed: the age is counted in them, as Stripe's own library does.
  if (now / ms_per_second - parts->time > window.age_max / ms_per_second)
    return event_signature::too_old;
  if (at - now > window.ahead_max)
    return event_signature::from_the_future;
  return event_signature::good;
}

} // namespace wakala::payments
