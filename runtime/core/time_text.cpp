#include "runtime/core/time_text.hpp"

#include <fmt/core.h>

#include <chrono>

namespace wakala {

std::string to_rfc3339(time_ms at) {
  using namespace std::chrono;
  const sys_time<milliseconds> point{milliseconds{at}};
  const auto day = floor<days>(point);
  const year_month_day date{day};
  const hh_mm_ss time{point - day};
  auto text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                          static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                          time.hours().count(), time.minutes().count(), time.seconds().count());
  if (time.subseconds().count() != 0)
    text += fmt::format(".{:03}", time.subseconds().count());
  return text + "Z";
}

} // namespace wakala
