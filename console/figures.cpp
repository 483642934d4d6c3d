#include "console/figures.hpp"

#include "console/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>

namespace wakala::console {

namespace {

/// Three digits that count.
std::string three(double value) {
  if (value < 9.995)
    return fmt::format("{:.2f}", value);
  if (value < 99.95)
    return fmt::format("{:.1f}", value);
  return fmt::format("{:.0f}", value);
}

std::string scaled(double value, std::string_view small, std::string_view gap) {
  static constexpr std::array<std::string_view, 4> steps{"k", "M", "G", "T"};
  std::string_view unit;
  for (const auto& each : steps) {
    if (value < 999.5)
      break;
    value /= 1000;
    unit = each;
  }
  return unit.empty() ? fmt::format("{:.0f}{}{}", value, gap, small)
                      : fmt::format("{}{}{}{}", three(value), gap, unit, small);
}

} // namespace

std::string count_text(double value) { return value < 10'000 ? fmt::format("{:.0f}", value) : scaled(value, "", ""); }

std::string rate_text(std::optional<double> per_second) {
  if (!per_second)
    return std::string(nothing);
  if (*per_second <= 0)
    return "0";
  if (*per_second < 0.05)
    return "<0.1";
  if (*per_second < 99.95)
    return fmt::format("{:.1f}", *per_second);
  return count_text(*per_second);
}

std::string bytes_text(double bytes) { return scaled(bytes, "B", " "); }

std::string micros_text(std::optional<double> us) {
  if (!us)
    return std::string(nothing);
  if (*us < 999.5)
    return fmt::format("{:.0f} µs", *us);
  if (*us < 999'500)
    return three(*us / 1000) + " ms";
  return three(*us / 1'000'000) + " s";
}

std::string span_text(std::optional<double> seconds) {
  if (!seconds)
    return std::string(nothing);
  const auto whole = static_cast<std::int64_t>(std::max(*seconds, 0.0));
  if (whole < 100)
    return fmt::format("{} s", whole);
  if (whole < 100 * 60)
    return fmt::format("{} min", whole / 60);
  if (whole < 48 * 3600)
    return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
  return fmt::format("{} d {} h", whole / 86'400, whole / 3600 % 24);
}

std::string percent_text(double part, double whole) {
  return whole > 0 ? fmt::format("{:.0f} %", 100 * part / whole) : std::string(nothing);
}

std::optional<std::int64_t> parse_time(std::string_view rfc3339) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int length = 0;
  const std::string text(rfc3339);
  if (std::sscanf(text.c_str(), "%4d-%2u-%2uT%2d:%2d:%2d%n", &year, &month, &day, &hour, &minute, &second, &length) !=
      6)
    return std::nullopt;
  auto rest = std::string_view(text).substr(static_cast<std::size_t>(length));
  std::int64_t ms = 0;
  if (!rest.empty() && rest[0] == '.') {
    rest.remove_prefix(1);
    std::int64_t place = 100;
    while (!rest.empty() && rest[0] >= '0' && rest[0] <= '9') {
      ms += place * (rest[0] - '0');
      place /= 10;
      rest.remove_prefix(1);
    }
  }
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}};
  if (rest != "Z" || !date.ok() || hour > 23 || minute > 59 || second > 60)
    return std::nullopt;
  const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
  return ((days * 24 + hour) * 60 + minute) * 60'000 + second * 1000 + ms;
}

std::string time_of_day(std::int64_t ms_since_1970, bool with_ms) {
  const auto of_day = ((ms_since_1970 % 86'400'000) + 86'400'000) % 86'400'000;
  const auto seconds = of_day / 1000;
  const auto text = fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  return with_ms ? fmt::format("{}.{:03}", text, of_day % 1000) : text;
}

std::string ago_text(std::string_view at, std::int64_t now_ms) {
  const auto then = parse_time(at);
  return then ? span_text(static_cast<double>(now_ms - *then) / 1000) : std::string{};
}

std::string sparkline(const std::vector<double>& values, std::size_t columns, double top) {
  static constexpr std::array<std::string_view, 8> bars{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const auto count = std::min(values.size(), columns);
  const auto first = values.end() - static_cast<std::ptrdiff_t>(count);
  if (top <= 0 && count > 0)
    top = *std::max_element(first, values.end());
  std::string out(columns - count, ' ');
  for (auto each = first; each != values.end(); ++each) {
    if (!(*each > 0) || top <= 0) {
      out += bars[0];
      continue;
    }
    const auto height = static_cast<int>(std::ceil(*each / top * 8)) - 1;
    out += bars[static_cast<std::size_t>(std::clamp(height, 1, 7))];
  }
  return out;
}

} // namespace wakala::console
