#include "commerce/shop_settings.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace wakala::commerce {

namespace {

constexpr std::int64_t minutes_of_day = 24 * 60;
constexpr std::int64_t days_of_week = 7;
constexpr time_ms ms_per_minute = 60 * ms_per_second;
constexpr std::int64_t weekday_of_epoch = 3; // 1970-01-01 was a Thursday

std::int64_t floor_div(std::int64_t value, std::int64_t by) noexcept { return value / by - (value % by < 0 ? 1 : 0); }

/// Zones without summer time. The markets that were first, and their neighbours.
constexpr std::array<std::pair<std::string_view, std::int32_t>, 34> zones{{
    {"UTC", 0},
    {"Etc/UTC", 0},
    {"Africa/Abidjan", 0},
    {"Africa/Accra", 0},
    {"Africa/Bamako", 0},
    {"Africa/Dakar", 0},
    {"Africa/Freetown", 0},
    {"Africa/Monrovia", 0},
    {"Africa/Algiers", 60},
    {"Africa/Douala", 60},
    {"Africa/Kinshasa", 60},
    {"Africa/Lagos", 60},
    {"Africa/Libreville", 60},
    {"Africa/Luanda", 60},
    {"Africa/Blantyre", 120},
    {"Africa/Bujumbura", 120},
    {"Africa/Gaborone", 120},
    {"Africa/Harare", 120},
    {"Africa/Johannesburg", 120},
    {"Africa/Kigali", 120},
    {"Africa/Lubumbashi", 120},
    {"Africa/Lusaka", 120},
    {"Africa/Maputo", 120},
    {"Africa/Windhoek", 120},
    {"Africa/Addis_Ababa", 180},
    {"Africa/Asmara", 180},
    {"Africa/Dar_es_Salaam", 180},
    {"Africa/Djibouti", 180},
    {"Africa/Kampala", 180},
    {"Africa/Mogadishu", 180},
    {"Africa/Nairobi", 180},
    {"Indian/Mauritius", 240},
    {"Asia/Dubai", 240},
    {"Asia/Kolkata", 330},
}};

std::optional<std::int32_t> fixed_offset(std::string_view text) noexcept {
  const auto digit = [&](std::size_t at) { return text[at] - '0'; };
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':')
    return std::nullopt;
  for (const std::size_t at : {1U, 2U, 4U, 5U})
    if (text[at] < '0' || text[at] > '9')
      return std::nullopt;
  const auto hours = digit(1) * 10 + digit(2);
  const auto minutes = digit(4) * 10 + digit(5);
  if (hours > 14 || minutes > 59)
    return std::nullopt;
  return (hours * 60 + minutes) * (text[0] == '-' ? -1 : 1);
}

} // namespace

const delivery_area* shop_settings::find_area(std::string_view name) const noexcept {
  const auto at = std::find_if(areas.begin(), areas.end(), [&](const auto& a) { return a.name == name; });
  return at == areas.end() ? nullptr : &*at;
}

std::optional<reopening> closed_until(const opening_hours& hours, time_ms now) noexcept {
  const auto minutes = floor_div(now, ms_per_minute) + hours.utc_offset;
  const auto day = floor_div(minutes, minutes_of_day);
  const auto minute = minutes - day * minutes_of_day;
  const auto weekday = [&](std::int64_t later) {
    const auto n = day + later + weekday_of_epoch;
    return n - floor_div(n, days_of_week) * days_of_week;
  };
  for (const auto& span : hours.spans)
    if (span.weekday == weekday(0) && span.opens <= minute && minute < span.closes)
      return std::nullopt;
  for (std::int64_t later = 0; later <= days_of_week; ++later)
    for (const auto& span : hours.spans)
      if (span.weekday == weekday(later) && (later > 0 || span.opens > minute))
        return reopening{span.weekday, span.opens, static_cast<std::uint8_t>(later)};
  return std::nullopt;
}

time_ms open_from(const opening_hours& hours, time_ms at) noexcept {
  const auto closed = closed_until(hours, at);
  if (!closed)
    return at;
  const auto day = floor_div(floor_div(at, ms_per_minute) + hours.utc_offset, minutes_of_day);
  return ((day + closed->days_off) * minutes_of_day + closed->minute - hours.utc_offset) * ms_per_minute;
}

std::optional<std::int32_t> offset_of_zone(std::string_view name) noexcept {
  const auto at = std::find_if(zones.begin(), zones.end(), [&](const auto& zone) { return zone.first == name; });
  return at != zones.end() ? std::optional(at->second) : fixed_offset(name);
}

} // namespace wakala::commerce
