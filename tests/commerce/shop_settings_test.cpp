#include "commerce/shop_settings.hpp"
#include "tests/commerce/chat.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wakala::commerce::test {
namespace {

using ::testing::HasSubstr;

constexpr time_ms minute = 60'000;
constexpr time_ms monday = 4 * ms_per_day; // 1970-01-05, in UTC

opening_hours weekdays_in_nairobi() {
  opening_hours hours{{}, 180};
  for (std::uint8_t day = 0; day < 5; ++day)
    hours.spans.push_back({day, 8 * 60, 18 * 60});
  hours.spans.push_back({5, 9 * 60, 12 * 60});
  hours.spans.push_back({5, 14 * 60, 24 * 60});
  return hours;
}

/// The moment in Nairobi.
time_ms at(int day, int hour, int min = 0) {
  return monday + day * ms_per_day + (hour - 3) * ms_per_hour + min * minute;
}

TEST(opening_hours, say_when_people_are_back) {
  const auto hours = weekdays_in_nairobi();
  EXPECT_EQ(closed_until(hours, at(0, 7, 59)), (reopening{0, 480, 0}));
  EXPECT_EQ(closed_until(hours, at(0, 8)), std::nullopt);
  EXPECT_EQ(closed_until(hours, at(0, 17, 59)), std::nullopt);
  EXPECT_EQ(closed_until(hours, at(0, 18)), (reopening{1, 480, 1}));
  EXPECT_EQ(closed_until(hours, at(4, 23)), (reopening{5, 540, 1}));
  EXPECT_EQ(closed_until(hours, at(5, 13)), (reopening{5, 840, 0})) << "a break at noon";
  EXPECT_EQ(closed_until(hours, at(5, 23, 59)), std::nullopt) << "until midnight";
  EXPECT_EQ(closed_until(hours, at(6, 12)), (reopening{0, 480, 1}));
  EXPECT_EQ(closed_until(hours, at(7, 1)), (reopening{0, 480, 0})) << "Monday has begun in Nairobi, not in UTC";
  EXPECT_EQ(closed_until({}, at(0, 3)), std::nullopt) << "no hours: nothing to say";
  EXPECT_EQ(closed_until({{{2, 60, 120}}, 180}, at(2, 2)), (reopening{2, 60, 7})) << "a week later";
  EXPECT_EQ(closed_until(hours, -ms_per_day), (reopening{2, 480, 0})) << "the last day of 1969, a Wednesday";
}

TEST(opening_hours, need_a_zone_without_summer_time) {
  EXPECT_EQ(offset_of_zone("Africa/Nairobi"), 180);
  EXPECT_EQ(offset_of_zone("+05:30"), 330);
  EXPECT_EQ(offset_of_zone("-03:00"), -180);
  for (const auto* zone : {"Europe/Berlin", "", "+3", "+15:00", "+03:60", "03:00", "+0a:00"})
    EXPECT_EQ(offset_of_zone(zone), std::nullopt) << zone;
}

TEST(opening_hours, are_told_to_whoever_asks_for_a_person) {
  chat c;
  c.shop.hours = weekdays_in_nairobi();
  constexpr time_ms week = 7 * ms_per_day;
  c.now = (start_time / week) * week + at(1, 20); // a Tuesday evening
  c.say("hi").say("human");
  EXPECT_EQ(c.body(), "Thank you. We answer from 08:00 tomorrow and will write to you here. You can go on shopping "
                      "meanwhile: write MENU.");
  EXPECT_TRUE(c.state.talk.human);
  c.say("lugha");
  EXPECT_THAT(c.body(), HasSubstr("kuanzia 08:00 kesho"));
  c.say("menu").tap("add:unga:1");
  EXPECT_THAT(c.body(), HasSubstr("Imeongezwa")) << "the shop still sells";
  c.wait(4 * ms_per_day + 3 * ms_per_hour).say("hi").say("mhudumu"); // Saturday, 23:00: open
  EXPECT_THAT(c.body(), HasSubstr("Mhudumu wetu atakujibu"));
  c.say("menu").wait(5 * ms_per_hour).say("mhudumu"); // Sunday at four in the morning
  EXPECT_THAT(c.body(), HasSubstr("kuanzia 08:00 kesho"));
  c.say("menu");
  c.shop.hours.spans = {{3, 600, 700}};
  c.say("mhudumu");
  EXPECT_THAT(c.body(), HasSubstr("kuanzia 10:00 siku ya Alhamisi"));
}

} // namespace
} // namespace wakala::commerce::test
