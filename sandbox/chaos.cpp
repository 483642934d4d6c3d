#include "sandbox/chaos.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>
#include <variant>

namespace wakala::sandbox {

namespace {

using member =
    std::variant<double chaos_spec::*, span_ms chaos_spec::*, bool chaos_spec::*, std::int64_t chaos_spec::*>;

struct chaos_key {
  std::string_view name;
  member where;
  std::string_view help;
};

const std::array<chaos_key, 18> keys{{
    {"duplicate", &chaos_spec::duplicate, "chance that a webhook POST is made twice"},
    {"reorder", &chaos_spec::reorder, "chance that an update is held back, so that later ones overtake it"},
    {"reorder_ms", &chaos_spec::reorder_ms, "how long an update is held back then (default 200-1500)"},
    {"delay_ms", &chaos_spec::delay_ms, "wait before every webhook POST, for example 0-200"},
    {"status_loss", &chaos_spec::status_loss, "chance that a status is never sent"},
    {"status_ms", &chaos_spec::status_ms,
     "time from acceptance to sent, and from each status to the next (default 40-250)"},
    {"fail", &chaos_spec::fail, "chance that an accepted message ends as failed (131026)"},
    {"window", &chaos_spec::window, "on: outside the 24 h window accepted messages end as failed (131047)"},
    {"review_ms", &chaos_spec::review_ms, "how long a template's review lasts (default 200-1000)"},
    {"template_reject", &chaos_spec::template_reject, "chance that a template's review ends as REJECTED"},
    {"template_marketing", &chaos_spec::template_marketing,
     "chance that a UTILITY template is approved as MARKETING"},
    {"error5xx", &chaos_spec::error5xx, "chance that a send is answered 503 without a Graph error, not accepted"},
    {"error500", &chaos_spec::error500, "chance of 500/503 with code 131000, 131016 or 2, not accepted"},
    {"throttle", &chaos_spec::throttle, "chance of 400 with code 130429, not accepted"},
    {"lost_answer", &chaos_spec::lost_answer, "chance that a send is accepted and the connection closed unanswered"},
    {"answer_ms", &chaos_spec::answer_ms, "wait before every answer to a send"},
    {"pair_limit", &chaos_spec::pair_limit, "on: 131056 beyond one message per 6 s to one shopper, bursts of 45"},
    {"throughput", &chaos_spec::throughput, "130429 beyond this many sends a second per number; 0: no limit"},
}};

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value{};
  const auto* end = text.data() + text.size();
  const auto [at, failure] = std::from_chars(text.data(), end, value);
  if (failure != std::errc{} || at != end)
    return std::nullopt;
  return value;
}

constexpr std::int64_t longest_wait_ms = 3'600'000;

std::optional<span_ms> parse_span(std::string_view text) {
  const auto dash = text.find('-');
  const auto least = parse_number<std::int64_t>(text.substr(0, dash));
  const auto most = dash == std::string_view::npos ? least : parse_number<std::int64_t>(text.substr(dash + 1));
  if (!least || !most || *least < 0 || *most < *least || *most > longest_wait_ms)
    return std::nullopt;
  return span_ms{*least, *most};
}

struct assign {
  chaos_spec& spec;
  std::string_view text;

  /// Empty when it worked, else what the value should have been.
  std::string_view operator()(double chaos_spec::*where) const {
    const auto value = parse_number<double>(text);
    if (!value || !(*value >= 0 && *value <= 1))
      return "a chance between 0 and 1";
    spec.*where = *value;
    return {};
  }
  std::string_view operator()(span_ms chaos_spec::*where) const {
    const auto value = parse_span(text);
    if (!value)
      return "milliseconds or a range such as 0-200, at most 3600000";
    spec.*where = *value;
    return {};
  }
  std::string_view operator()(bool chaos_spec::*where) const {
    if (text != "on" && text != "off")
      return "on or off";
    spec.*where = text == "on";
    return {};
  }
  std::string_view operator()(std::int64_t chaos_spec::*where) const {
    const auto value = parse_number<std::int64_t>(text);
    if (!value || *value < 0)
      return "a whole number, 0 or more";
    spec.*where = *value;
    return {};
  }
};

struct show {
  const chaos_spec& spec;

  std::string operator()(double chaos_spec::*where) const { return fmt::format("{}", spec.*where); }
  std::string operator()(span_ms chaos_spec::*where) const {
    const auto value = spec.*where;
    return value.least == value.most ? fmt::format("{}", value.least) : fmt::format("{}-{}", value.least, value.most);
  }
  std::string operator()(bool chaos_spec::*where) const { return spec.*where ? "on" : "off"; }
  std::string operator()(std::int64_t chaos_spec::*where) const { return fmt::format("{}", spec.*where); }
};

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ')
    text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ')
    text.remove_suffix(1);
  return text;
}

std::uint64_t fnv1a(std::uint64_t hash, std::string_view text) noexcept {
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return (hash ^ 0xff) * 0x100000001b3ULL; // a separator, so that ("ab","c") and ("a","bc") differ
}

} // namespace

std::uint64_t mix64(std::uint64_t value) noexcept {
  value += 0x9e3779b97f4a7c15ULL;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31);
}

result<chaos_spec> parse_chaos(std::string_view text, const chaos_spec& base) {
  text = trim(text);
  if (text.empty() || text == "none")
    return chaos_spec{};
  auto spec = base;
  while (!text.empty()) {
    const auto comma = text.find(',');
    const auto part = trim(text.substr(0, comma));
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
    if (part.empty())
      continue;
    const auto equals = part.find('=');
    const auto name = trim(part.substr(0, equals));
    const chaos_key* key = nullptr;
    for (const auto& candidate : keys)
      if (candidate.name == name)
        key = &candidate;
    if (!key)
      return make_error(errc::invalid_argument, fmt::format("unknown chaos key \"{}\"", name), std::string{name});
    if (equals == std::string_view::npos)
      return make_error(errc::invalid_argument, fmt::format("chaos key \"{}\" has no value", name),
                        std::string{name});
    const auto value = trim(part.substr(equals + 1));
    if (const auto wanted = std::visit(assign{spec, value}, key->where); !wanted.empty())
      return make_error(errc::invalid_argument,
                        fmt::format("chaos key \"{}\" must be {}, not \"{}\"", name, wanted, value),
                        std::string{name});
  }
  return spec;
}

std::string to_string(const chaos_spec& spec) {
  const chaos_spec calm;
  std::string text;
  for (const auto& key : keys) {
    auto value = std::visit(show{spec}, key.where);
    if (value == std::visit(show{calm}, key.where))
      continue;
    text += fmt::format("{}{}={}", text.empty() ? "" : ",", key.name, value);
  }
  return text.empty() ? "none" : text;
}

std::string chaos_help() {
  std::string text;
  for (const auto& key : keys)
    text += fmt::format("  {:<12} {}\n", key.name, key.help);
  return text;
}

double chaos_dice::roll(std::string_view what, std::string_view subject, std::uint64_t n) const noexcept {
  auto hash = mix64(seed_);
  hash = fnv1a(hash, what);
  hash = fnv1a(hash, subject);
  hash = mix64(hash ^ mix64(n));
  return static_cast<double>(hash >> 11) * 0x1.0p-53;
}

std::int64_t chaos_dice::pick(span_ms range, std::string_view what, std::string_view subject,
                              std::uint64_t n) const noexcept {
  const auto width = static_cast<double>(range.most - range.least + 1);
  return range.least + static_cast<std::int64_t>(roll(what, subject, n) * width);
}

} // namespace wakala::sandbox
