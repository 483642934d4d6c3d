// Exactness per currency: KES has 2 digits, UGX and JPY none, KWD 3, CLF 4.
#include "runtime/core/money.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace wakala {
namespace {

std::int64_t minor(std::string_view amount, std::string_view currency) {
  const auto parsed = parse_money(amount, currency);
  EXPECT_TRUE(parsed.has_value()) << amount << " " << currency;
  return parsed ? parsed->minor : std::numeric_limits<std::int64_t>::min();
}

TEST(money, minor_digits_are_those_of_iso_4217) {
  EXPECT_EQ(*minor_digits("KES"), 2);
  EXPECT_EQ(*minor_digits("UGX"), 0);
  EXPECT_EQ(*minor_digits("JPY"), 0);
  EXPECT_EQ(*minor_digits("KWD"), 3);
  EXPECT_EQ(*minor_digits("CLF"), 4);
  for (const auto* code : {"", "kes", "XXX1", "KE", "ZZZ"})
    EXPECT_EQ(minor_digits(code).error().code, errc::not_found) << code;
}

TEST(money, text_becomes_exact_minor_units) {
  EXPECT_EQ(minor("250", "KES"), 25'000);
  EXPECT_EQ(minor("0.1", "KES"), 10);
  EXPECT_EQ(minor("0.29", "KES"), 29); // 0.29 * 100 is 28.999… as a double
  EXPECT_EQ(minor("1.15", "USD"), 115);
  EXPECT_EQ(minor("-9.99", "USD"), -999);
  EXPECT_EQ(minor("250", "UGX"), 250);
  EXPECT_EQ(minor("1999", "JPY"), 1999);
  EXPECT_EQ(minor("1.005", "KWD"), 1005);
  EXPECT_EQ(minor("1.5", "KWD"), 1500);
  EXPECT_EQ(minor("90071992547409.92", "KES"), std::int64_t{1} << 53);
}

TEST(money, refuses_what_is_not_exact) {
  const std::pair<const char*, const char*> table[] = {{"", "KES"},
                                                       {"-", "KES"},
                                                       {".5", "KES"},
                                                       {"5.", "KES"},
                                                       {"1.234", "KES"},
                                                       {"1.0", "UGX"},
                                                       {"0.5", "JPY"},
                                                       {"1.0005", "KWD"},
                                                       {"1e2", "KES"},
                                                       {"+1", "KES"},
                                                       {" 1", "KES"},
                                                       {"1 ", "KES"},
                                                       {"1,000", "KES"},
                                                       {"--1", "KES"},
                                                       {"0x10", "KES"},
                                                       {"1.2.3", "KES"},
                                                       {"1", "kes"},
                                                       {"90071992547409.93", "KES"},
                                                       {"99999999999999999999999", "KES"},
                                                       {"NaN", "KES"},
                                                       {"9007199254740993", "UGX"}};
  for (const auto& [amount, currency] : table) {
    const auto parsed = parse_money(amount, currency);
    ASSERT_FALSE(parsed.has_value()) << amount << " " << currency;
    EXPECT_EQ(parsed.error().code, errc::invalid_argument);
  }
}

TEST(money, decimal_text_reads_back) {
  for (const auto* currency : {"KES", "UGX", "JPY", "KWD", "CLF"})
    for (const std::int64_t amount :
         {0LL, 1LL, -1LL, 9LL, 10LL, 99LL, 100LL, 1005LL, -25'000LL, 123'456'789LL, 1LL << 53}) {
      const money value{amount, currency};
      const auto back = parse_money(decimal_text(value), currency);
      ASSERT_TRUE(back.has_value()) << decimal_text(value);
      EXPECT_EQ(*back, value);
    }
  EXPECT_EQ(decimal_text({5, "KES"}), "0.05");
  EXPECT_EQ(decimal_text({-5, "KWD"}), "-0.005");
  EXPECT_EQ(decimal_text({250, "UGX"}), "250");
}

TEST(money, display_text_leaves_a_zero_fraction_out) {
  EXPECT_EQ(display_text({50'000, "KES"}), "KES 500");
  EXPECT_EQ(display_text({49'950, "KES"}), "KES 499.50");
  EXPECT_EQ(display_text({250, "UGX"}), "UGX 250");
  EXPECT_EQ(display_text({1'005, "KWD"}), "KWD 1.005");
}

TEST(money, sums_and_products_stay_exact_or_fail) {
  EXPECT_EQ(*add({10, "KES"}, {20, "KES"}), (money{30, "KES"}));
  EXPECT_EQ(add({10, "KES"}, {20, "UGX"}).error().field, "currency");
  EXPECT_EQ(*times({25'000, "KES"}, 2), (money{50'000, "KES"}));
  EXPECT_EQ(*times({25'000, "KES"}, 0), (money{0, "KES"}));
  EXPECT_EQ(times({1, "KES"}, -1).error().field, "quantity");
  const money largest{std::int64_t{1} << 53, "KES"};
  EXPECT_FALSE(add(largest, {1, "KES"}).has_value());
  EXPECT_FALSE(times(largest, 2).has_value());
  EXPECT_FALSE(times(largest, std::numeric_limits<std::int64_t>::max()).has_value());
}

} // namespace
} // namespace wakala
