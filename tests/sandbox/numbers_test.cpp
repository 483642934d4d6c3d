#include "sandbox/numbers.hpp"

#include <gtest/gtest.h>

namespace wakala::sandbox {
namespace {

const business_number defaults{"", "100", "15550783881", "Shop", "", "http://127.0.0.1:8080/v1/webhooks", "secret"};

TEST(numbers_file, fills_in_what_is_absent) {
  const auto numbers = parse_numbers(
      R"([{"phone_number_id":"1"},
        {"phone_number_id":"2","waba_id":"200","display_phone_number":"254700000000","verified_name":"Duka",
         "access_token":"t","webhook_url":"http://127.0.0.1:1/x","app_secret":"own"}])",
      defaults);
  ASSERT_TRUE(numbers.has_value());
  ASSERT_EQ(numbers->size(), 2U);
  EXPECT_EQ((*numbers)[0].waba_id, "100");
  EXPECT_EQ((*numbers)[0].webhook_secret, "secret");
  EXPECT_EQ((*numbers)[1].webhook_secret, "own");
  EXPECT_EQ((*numbers)[1].access_token, "t");
  EXPECT_EQ((*numbers)[1].name, "Duka");
}

TEST(numbers_file, names_what_is_wrong) {
  EXPECT_TRUE(parse_numbers("{}", defaults).has_error());
  EXPECT_TRUE(parse_numbers("[7]", defaults).has_error());
  EXPECT_EQ(parse_numbers(R"([{"phone_number_id":"1","secret":"x"}])", defaults).error().field, "secret");
  EXPECT_EQ(parse_numbers(R"([{"phone_number_id":1}])", defaults).error().field, "phone_number_id");
  EXPECT_EQ(parse_numbers(R"([{"waba_id":"1"}])", defaults).error().field, "phone_number_id");
}

TEST(numbers_file, holds_the_state_of_a_number) {
  const auto numbers = parse_numbers(
      R"([{"phone_number_id":"1","quality_rating":"YELLOW","throughput":"HIGH","messaging_limit":"TIER_250",
           "pin":"123456","registered":false}])",
      defaults);
  ASSERT_TRUE(numbers.has_value());
  EXPECT_EQ(numbers->front().condition.quality_rating, "YELLOW");
  EXPECT_EQ(rate_of(numbers->front().condition), 1'000);
  EXPECT_EQ(numbers->front().messaging_limit, "TIER_250");
  EXPECT_FALSE(numbers->front().condition.registered);
  for (const auto* key : {"quality_rating", "throughput", "messaging_limit", "pin"})
    EXPECT_EQ(parse_numbers(std::string{R"([{"phone_number_id":"1",")"} + key + R"(":"x"}])", defaults).error().field,
              key);
  EXPECT_EQ(parse_numbers(R"([{"phone_number_id":"1","registered":"no"}])", defaults).error().field, "registered");
}

TEST(secret_for, is_id_secret_url) {
  const auto number = parse_secret_for("42=s3=cr@et@http://127.0.0.1:8080/v1/webhooks/duka", defaults);
  ASSERT_TRUE(number.has_value());
  EXPECT_EQ(number->id, "42");
  EXPECT_EQ(number->webhook_secret, "s3=cr@et");
  EXPECT_EQ(number->webhook_url, "http://127.0.0.1:8080/v1/webhooks/duka");
  for (const auto* bad : {"", "42", "42=secret", "=s@http://x", "42=@http://x"})
    EXPECT_TRUE(parse_secret_for(bad, defaults).has_error()) << bad;
}

TEST(number_book, replaces_a_number_of_the_same_id) {
  number_book book;
  book.add(defaults);
  auto other = defaults;
  other.name = "Other";
  book.add(other);
  ASSERT_EQ(book.all().size(), 1U);
  EXPECT_EQ(book.find("")->name, "Other");
  EXPECT_EQ(book.find("1"), nullptr);
}

} // namespace
} // namespace wakala::sandbox
