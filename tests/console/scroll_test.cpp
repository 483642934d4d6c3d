#include "console/scroll.hpp"

#include <gtest/gtest.h>

namespace wakala::console {
namespace {

/// A heading and so many rows "0", "1", ….
std::vector<line> rows(int count, int from = 0) {
  std::vector<line> lines(1);
  lines[0].is_heading = true;
  for (int i = from; i < from + count; ++i)
    lines.push_back(plain_line(std::to_string(i), look::plain, std::to_string(i)));
  return lines;
}

TEST(scroll, the_heading_stays_and_the_cursor_is_always_seen) {
  scroll place;
  const auto lines = rows(20);
  place.follow(lines, 6);
  EXPECT_EQ(place.key(), "0");
  place.move(7);
  EXPECT_EQ(place.key(), "7");
  EXPECT_EQ(place.line_at(0), 0U) << "the heading";
  EXPECT_EQ(place.line_at(5), 8U) << "row 7 is the last that is seen";
  place.to_last();
  EXPECT_EQ(place.key(), "19");
  EXPECT_EQ(place.line_at(5), 20U);
  place.move_page(false);
  EXPECT_EQ(place.key(), "14");
  place.to_first();
  EXPECT_EQ(place.line_at(1), 1U);
}

TEST(scroll, the_cursor_stays_with_its_row_when_rows_change_places) {
  scroll place;
  place.follow(rows(20), 6);
  place.move(3);
  place.follow(rows(20, -5), 6);
  EXPECT_EQ(place.key(), "3");
  place.follow(rows(2, 100), 6);
  EXPECT_EQ(place.key(), "101") << "near its place when the row is gone";
  place.follow({}, 6);
  EXPECT_EQ(place.key(), "");
  EXPECT_EQ(place.line_at(1), scroll::none);
}

TEST(scroll, lines_without_a_key_are_stepped_over) {
  scroll place;
  auto lines = rows(2);
  lines.push_back({});
  lines.push_back(plain_line("x", look::plain, "x"));
  place.follow(lines, 10);
  place.move(2);
  EXPECT_EQ(place.key(), "x");
  EXPECT_FALSE(place.select_row(3));
  EXPECT_EQ(place.key(), "x");
  EXPECT_TRUE(place.select_row(1));
  EXPECT_EQ(place.key(), "0");
  EXPECT_FALSE(place.select_row(9));
}

TEST(scroll, a_larger_window_shows_more) {
  scroll place;
  place.follow(rows(20), 6);
  place.to_last();
  place.follow(rows(20), 21);
  EXPECT_EQ(place.line_at(1), 1U);
  EXPECT_EQ(place.key(), "19");
}

} // namespace
} // namespace wakala::console
