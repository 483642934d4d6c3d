#include "console/figures.hpp"

#include <gtest/gtest.h>

namespace wakala::console {
namespace {

TEST(figures, counts_rates_and_sizes) {
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(9999), "9999");
  EXPECT_EQ(count_text(12'345), "12.3k");
  EXPECT_EQ(count_text(999'600), "1.00M");
  EXPECT_EQ(rate_text({}), "–");
  EXPECT_EQ(rate_text(0), "0");
  EXPECT_EQ(rate_text(0.01), "<0.1");
  EXPECT_EQ(rate_text(12.34), "12.3");
  EXPECT_EQ(rate_text(812.4), "812");
  EXPECT_EQ(bytes_text(812), "812 B");
  EXPECT_EQ(bytes_text(1'536'000), "1.54 MB");
  EXPECT_EQ(percent_text(1, 4), "25 %");
  EXPECT_EQ(percent_text(1, 0), "–");
}

TEST(figures, durations) {
  EXPECT_EQ(micros_text(820), "820 µs");
  EXPECT_EQ(micros_text(1840), "1.84 ms");
  EXPECT_EQ(micros_text(2'500'000), "2.50 s");
  EXPECT_EQ(span_text(99), "99 s");
  EXPECT_EQ(span_text(7500), "2 h 5 min");
  EXPECT_EQ(span_text(3 * 86'400 + 4 * 3600), "3 d 4 h");
}

TEST(figures, times) {
  EXPECT_EQ(parse_time("1970-01-01T00:00:01Z"), 1000);
  EXPECT_EQ(parse_time("2026-11-29T14:03:22.120Z"), 1'795'961'002'120);
  EXPECT_EQ(parse_time("2026-11-29T14:03:22.1Z"), 1'795'961'002'100);
  for (const auto* bad :
       {"", "yesterday", "2026-11-29T14:03:22", "2026-02-30T00:00:00Z", "2026-11-29T14:03:22+03:00"})
    EXPECT_FALSE(parse_time(bad)) << bad;
  EXPECT_EQ(time_of_day(1'795'961'002'120), "14:03:22");
  EXPECT_EQ(time_of_day(1'795'961'002'120, true), "14:03:22.120");
  EXPECT_EQ(ago_text("2026-11-29T14:03:22.120Z", 1'795'961'042'120), "40 s");
  EXPECT_EQ(ago_text("never", 0), "");
}

TEST(sparkline, shows_the_last_values_against_the_largest) {
  EXPECT_EQ(sparkline({0, 1, 2, 4, 8}, 5), "▁▂▂▄█");
  EXPECT_EQ(sparkline({5, 8, 4}, 2), "█▄") << "only what fits counts";
  EXPECT_EQ(sparkline({8}, 3), "  █");
  EXPECT_EQ(sparkline({0, 0}, 2), "▁▁");
  EXPECT_EQ(sparkline({0, 0.001, 100}, 3), "▁▂█") << "little is not nothing";
  EXPECT_EQ(sparkline({}, 2), "  ");
  EXPECT_EQ(sparkline({4}, 1, 8), "▄");
}

} // namespace
} // namespace wakala::console
