// The shop's accounts with payment providers, as a merchant gives them.
#include "actors/config/payment_config.hpp"
#include "actors/config/tenant_config.hpp"
#include "actors/tenant/payments/pay_tokens.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace wakala::actors::test {
namespace {

using nlohmann::json;

json whole_form() {
  return {{"stripe",
           {{"secret_key", "sk_test_1"},
            {"webhook_secret", "whsec_1"},
            {"webhook_secret_before", "whsec_0"},
            {"form", "link"},
            {"success_url", "https://shop.example/ok"}}},
          {"mpesa",
           {{"consumer_key", "ck"},
            {"consumer_secret", "cs"},
            {"short_code", "174379"},
            {"passkey", "p4ss"},
            {"till", "512345"},
            {"rounding", "up"},
            {"shillings_max", 150'000},
            {"confirm_from", "1000.00"},
            {"initiator", "wakala"},
            {"initiator_credential", "sealed"}}},
          {"gives_back", false}};
}

std::string field_of(const json& form, const char* currency = "KES") {
  const auto read = parse_payments(form, nullptr, currency);
  return read ? "good" : read.error().field;
}

TEST(payment_config, is_read_and_shown_without_its_secrets) {
  const auto read = parse_payments(whole_form(), nullptr, "KES");
  ASSERT_TRUE(read) << read.error().field << read.error().what;
  EXPECT_EQ(read->mpesa->confirm_from, 100'000);
  EXPECT_TRUE(read->stripe->as_link);
  EXPECT_EQ(parse_payments(payments_form(*read, true), nullptr, "KES").value(), *read);
  const auto shown = payments_form(*read, false);
  for (const auto* const secret : {"sk_test_1", "whsec_1", "whsec_0", "p4ss", "sealed", "\"ck\"", "\"cs\""})
    EXPECT_EQ(shown.dump().find(secret), std::string::npos) << secret;
  EXPECT_EQ(parse_payments(shown, &*read, "KES").value(), *read) << "what is shown may be put back";
  EXPECT_TRUE(payments_form({}, true).empty());
}

TEST(payment_config, names_what_is_wrong) {
  auto form = whole_form();
  EXPECT_EQ(field_of(form, "UGX"), "/payments/mpesa");
  form["mpesa"].erase("passkey");
  EXPECT_EQ(field_of(form), "/payments/mpesa/passkey");
  form = whole_form();
  form["mpesa"]["short_code"] = "17x";
  EXPECT_EQ(field_of(form), "/payments/mpesa/short_code");
  form = whole_form();
  form["mpesa"]["rounding"] = "half";
  EXPECT_EQ(field_of(form), "/payments/mpesa/rounding");
  form = whole_form();
  form["mpesa"]["shillings_max"] = 0;
  EXPECT_EQ(field_of(form), "/payments/mpesa/shillings_max");
  form = whole_form();
  form["mpesa"]["confirm_from"] = "-1";
  EXPECT_EQ(field_of(form), "/payments/mpesa/confirm_from");
  form = whole_form();
  form["mpesa"].erase("initiator_credential");
  EXPECT_EQ(field_of(form), "/payments/mpesa/initiator_credential");
  form = whole_form();
  form["stripe"]["form"] = "card";
  EXPECT_EQ(field_of(form), "/payments/stripe/form");
  form = whole_form();
  form["stripe"]["webhook_secret"] = "";
  EXPECT_EQ(field_of(form), "/payments/stripe/webhook_secret");
  form = whole_form();
  form["stripe"]["success_url"] = "shop.example";
  EXPECT_EQ(field_of(form), "/payments/stripe/success_url");
  form = whole_form();
  form["paypal"] = json::object();
  EXPECT_EQ(field_of(form), "/payments/paypal");
  form = whole_form();
  form["gives_back"] = "yes";
  EXPECT_EQ(field_of(form), "/payments/gives_back");
}

TEST(payment_config, is_a_part_of_the_tenants_and_survives_the_store) {
  const json form{{"id", "duka"}, {"payments", whole_form()}};
  const auto config = parse_tenant(form, nullptr, "");
  ASSERT_TRUE(config) << config.error().field;
  EXPECT_EQ(from_stored(to_stored(*config)).value(), *config);
  EXPECT_EQ(to_form(*config).at("payments").at("stripe").at("secret_key"), json({{"set", true}}));
  EXPECT_EQ(parse_tenant(to_form(*config), &*config, "duka").value(), *config);
}

TEST(pay_tokens, lead_to_their_attempt_and_to_nothing_else) {
  persistence::tenant_keys keys{persistence::sealing_key{persistence::key_bytes{1}}, persistence::key_bytes{2}};
  persistence::tenant_keys others{persistence::sealing_key{persistence::key_bytes{1}}, persistence::key_bytes{3}};
  const std::string id(32, 'a');
  const auto token = attempt_token(keys, "duka", id);
  EXPECT_EQ(token.size(), 64U);
  EXPECT_EQ(attempt_of(keys, "duka", token), id);
  EXPECT_FALSE(attempt_of(keys, "soko", token));
  EXPECT_FALSE(attempt_of(others, "duka", token));
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto bent = token;
    bent[i] = bent[i] == '0' ? '1' : '0';
    EXPECT_FALSE(attempt_of(keys, "duka", bent)) << i;
  }
  EXPECT_FALSE(attempt_of(keys, "duka", ""));
  EXPECT_TRUE(is_by_hand_token(keys, "duka", by_hand_token(keys, "duka")));
  EXPECT_FALSE(is_by_hand_token(keys, "soko", by_hand_token(keys, "duka")));
  EXPECT_FALSE(is_by_hand_token(keys, "duka", token));
}

} // namespace
} // namespace wakala::actors::test
