#include "runtime/config/value_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <system_error>

namespace wakala {
namespace {

struct unit {
  std::string_view name;
  std::uint64_t factor;
};

// Largest first, so that writing a value finds the shortest form.
constexpr std::array<unit, 5> duration_units{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::array<unit, 3> size_units{{{"GiB", 1ULL << 30U}, {"MiB", 1ULL << 20U}, {"KiB", 1ULL << 10U}}};
constexpr std::uint64_t duration_ms_max = 10ULL * 366 * 86'400'000;
constexpr std::uint64_t size_max = 1ULL << 40U;

/// Digits, then nothing or one of the units; nothing else, and between 1 and `max`.
std::optional<std::uint64_t> with_unit(std::string_view text, std::span<const unit> units, std::uint64_t max) {
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  std::uint64_t count = 0;
  if (digits == 0 || std::from_chars(text.data(), text.data() + digits, count).ec != std::errc())
    return std::nullopt;
  std::uint64_t factor = 1;
  if (const auto suffix = text.substr(digits); !suffix.empty()) {
    const auto found = std::ranges::find(units, suffix, &unit::name);
    if (found == units.end())
      return std::nullopt;
    factor = found->factor;
  }
  if (count == 0 || count > max / factor)
    return std::nullopt;
  return count * factor;
}

error refuse(std::string what) { return make_error(errc::invalid_argument, std::move(what)); }

bool is_variable_name(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; };
  return !name.empty() && letter(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

} // namespace

result<std::uint64_t> parse_number(std::string_view text, std::uint64_t min, std::uint64_t max) {
  std::uint64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto [stopped, failed] = std::from_chars(text.data(), end, value);
  if (failed != std::errc() || stopped != end || value < min || value > max)
    return refuse(fmt::format("must be a whole number from {} to {}", min, max));
  return value;
}

result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const auto value = with_unit(text, duration_units, duration_ms_max);
  if (!value)
    return refuse("must be a duration above zero, such as 2500ms, 10s, 5m, 24h, or a whole number of milliseconds");
  return std::chrono::milliseconds(*value);
}

result<std::uint64_t> parse_size(std::string_view text) {
  const auto value = with_unit(text, size_units, size_max);
  if (!value)
    return refuse("must be a size above zero, such as 64KiB, 4MiB, or a whole number of bytes");
  return *value;
}

result<listen_address> parse_listen_address(std::string_view text) {
  const auto wrong = refuse("must be host:port, such as 127.0.0.1:8080 or [::1]:0, with a port from 0 to 65535");
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return wrong;
  auto host = text.substr(0, colon);
  const auto port = parse_number(text.substr(colon + 1), 0, 65'535);
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string_view::npos)
    return wrong;
  if (!port || host.empty() || host.find_first_of(" \t/[]") != std::string_view::npos)
    return wrong;
  return listen_address{std::string(host), static_cast<std::uint16_t>(*port)};
}

result<std::string> expand_variables(std::string_view text, const environment& env) {
  std::string out;
  while (!text.empty()) {
    const auto dollar = std::min(text.find('$'), text.size());
    out += text.substr(0, dollar);
    text.remove_prefix(dollar);
    if (text.starts_with("$${")) {
      out += "${";
      text.remove_prefix(3);
    } else if (text.starts_with("${")) {
      const auto close = text.find('}');
      if (close == std::string_view::npos)
        return refuse("has a ${ without its }");
      const auto name = text.substr(2, close - 2);
      if (!is_variable_name(name))
        return refuse("has a ${…} that does not hold the name of an environment variable");
      const auto value = env.get(name);
      if (!value)
        return refuse(fmt::format("needs the environment variable {}, which is not set", name));
      out += *value;
      text.remove_prefix(close + 1);
    } else if (!text.empty()) {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

std::string duration_text(std::chrono::milliseconds value) {
  const auto ms = static_cast<std::uint64_t>(value.count());
  for (const auto& each : duration_units)
    if (ms % each.factor == 0 && each.name != "d") // people say 24h rather than 1d
      return fmt::format("{}{}", ms / each.factor, each.name);
  return fmt::format("{}ms", ms);
}

std::string size_text(std::uint64_t bytes) {
  for (const auto& each : size_units)
    if (bytes % each.factor == 0)
      return fmt::format("{}{}", bytes / each.factor, each.name);
  return std::to_string(bytes);
}

} // namespace wakala
