#include "payments/nairobi_time.hpp"

#include <array>
#include <chrono>
#include <cstdio>

namespace wakala::payments {

namespace {

using namespace std::chrono;

constexpr time_ms ahead_of_utc = 3 * ms_per_hour;
constexpr std::size_t time_digits = 14;

} // namespace

std::string nairobi_time(time_ms at) {
  const sys_time<milliseconds> local{milliseconds{at + ahead_of_utc}};
  const auto day = floor<days>(local);
  const year_month_day date{day};
  const hh_mm_ss time{floor<seconds>(local - day)};
  std::array<char, 32> text{};
  const auto length = std::snprintf(
      text.data(), text.size(), "%04d%02u%02u%02d%02d%02d", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
      static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
  return {text.data(), static_cast<std::size_t>(length)};
}

std::optional<time_ms> from_nairobi_time(std::string_view text) {
  if (text.size() != time_digits || text.find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  const auto part = [&](std::size_t from, std::size_t length) {
    int number = 0;
    for (const char c : text.substr(from, length))
      number = number * 10 + (c - '0');
    return number;
  };
  const year_month_day date{year{part(0, 4)}, month{static_cast<unsigned>(part(4, 2))},
                            day{static_cast<unsigned>(part(6, 2))}};
  const auto hour = part(8, 2);
  const auto minute = part(10, 2);
  const auto second = part(12, 2);
  if (!date.ok() || hour > 23 || minute > 59 || second > 59)
    return std::nullopt;
  const sys_time<milliseconds> local = sys_days{date} + hours{hour} + minutes{minute} + seconds{second};
  return local.time_since_epoch().count() - ahead_of_utc;
}

} // namespace wakala::payments
