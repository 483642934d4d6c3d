#include "runtime/core/rounding.hpp"

#include <gtest/gtest.h>

namespace wakala {
namespace {

std::string whole(std::int64_t minor, const char* currency, rounding rule) {
  const auto made = to_whole_units({minor, currency}, rule);
  return made ? decimal_text(*made) : made.error().what;
}

TEST(rounding, takes_away_the_fraction_by_the_rule) {
  EXPECT_EQ(whole(125'049, "KES", rounding::nearest), "1250.00");
  EXPECT_EQ(whole(125'050, "KES", rounding::nearest), "1251.00");
  EXPECT_EQ(whole(125'099, "KES", rounding::down), "1250.00");
  EXPECT_EQ(whole(125'001, "KES", rounding::up), "1251.00");
}

TEST(rounding, leaves_whole_amounts_alone) {
  for (const auto rule : {rounding::nearest, rounding::down, rounding::up}) {
    EXPECT_EQ(whole(125'000, "KES", rule), "1250.00");
    EXPECT_EQ(whole(777, "UGX", rule), "777") << "there is nothing to round";
    EXPECT_EQ(rounding_from(to_string(rule)), rule);
  }
  EXPECT_EQ(whole(5'500, "KWD", rounding::nearest), "6.000");
  EXPECT_FALSE(rounding_from("half"));
}

TEST(rounding, refuses_what_is_no_amount) {
  EXPECT_FALSE(to_whole_units({-1, "KES"}, rounding::nearest));
  EXPECT_FALSE(to_whole_units({INT64_MAX, "KES"}, rounding::up));
  EXPECT_FALSE(to_whole_units({1, "ABC"}, rounding::up));
}

} // namespace
} // namespace wakala
