// What the states of number, account, template and shopper do to a send.
#include "tests/sandbox/fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wakala::sandbox {
namespace {

using nlohmann::json;

struct sending_rules : sandbox_fixture {
  static json template_to(const std::string& to, const std::string& name = "promo",
                          const json& components = json::array()) {
    return {{"messaging_product", "whatsapp"},
            {"to", to},
            {"type", "template"},
            {"template", {{"name", name}, {"language", {{"code", "en_US"}}}, {"components", components}}}};
  }
  int refused_with(const json& request) { return send(request).answer.code; }
  /// The error of the `failed` status that follows; 0: none.
  int fails_with(const json& request) {
    const auto outcome = send(request);
    EXPECT_EQ(outcome.answer.status, 200) << outcome.answer.body;
    const auto last = parse(outcome.updates.back().update.change.change)["value"]["statuses"][0];
    return last["status"] == "failed" ? last["errors"][0]["code"].get<int>() : 0;
  }
  std::string create(const std::string& name, const std::string& category = "MARKETING") {
    auto components = json::array();
    components.push_back(json{{"type", "BODY"}, {"text", "All about " + name + " is here."}});
    const auto outcome =
        call("POST", waba_id, "message_templates",
             {{"name", name}, {"language", "en_US"}, {"category", category}, {"components", components}});
    happen(outcome.updates);
    return parse(outcome.answer.body)["id"];
  }
};

TEST_F(sending_rules, a_number_that_is_not_registered) {
  control("numbers", number_id, {{"registered", false}});
  const auto outcome = send(text_to("254712345678"));
  EXPECT_EQ(outcome.answer.status, 400);
  expect_same_shape(parse(outcome.answer.body), parse(golden("responses/error-133010-not-registered.json")));
  control("numbers", number_id, {{"registered", true}});
  EXPECT_EQ(refused_with(text_to("254712345678")), 0);
}

TEST_F(sending_rules, tokens_names_and_bans) {
  control("numbers", number_id, {{"token_expired", true}});
  EXPECT_EQ(refused_with(text_to("254712345678")), 190);
  control("numbers", number_id, {{"token_expired", false}, {"name_status", "DECLINED"}});
  EXPECT_EQ(refused_with(text_to("254712345678")), 131037);
  control("numbers", number_id, {{"name_status", "AVAILABLE_WITHOUT_REVIEW"}});
  control("accounts", waba_id, {{"ban", "SCHEDULE_FOR_DISABLE"}});
  EXPECT_EQ(refused_with(text_to("254712345678")), 0);
  control("accounts", waba_id, {{"ban", "DISABLE"}});
  const auto banned = send(text_to("254712345678"));
  EXPECT_EQ(banned.answer.code, 131031);
  EXPECT_EQ(banned.answer.status, 403);
  control("accounts", waba_id, {{"ban", "REINSTATE"}});
  EXPECT_EQ(refused_with(text_to("254712345678")), 0);
  control("numbers", number_id, {{"status", "BANNED"}});
  EXPECT_EQ(refused_with(text_to("254712345678")), 131031);
  control("numbers", number_id, {{"status", "CONNECTED"}});
  control("accounts", waba_id, {{"deleted", true}});
  EXPECT_EQ(refused_with(text_to("254712345678")), 100);
  control("accounts", waba_id, {{"reconnected", true}});
  EXPECT_EQ(refused_with(text_to("254712345678")), 0);
}

TEST_F(sending_rules, restrictions_are_of_two_kinds_and_end) {
  const auto restrict_to = [&](const std::string& type) {
    auto list = json::array();
    list.push_back(json{{"type", type}, {"expires_in_s", 60}});
    control("accounts", waba_id, {{"restrictions", list}});
  };
  restrict_to("RESTRICTED_BIZ_INITIATED_MESSAGING");
  EXPECT_EQ(refused_with(template_to("254712345678")), 368);
  EXPECT_EQ(refused_with(text_to("254712345678")), 0);
  restrict_to("RESTRICTED_CUSTOMER_INITIATED_MESSAGING");
  EXPECT_EQ(refused_with(template_to("254712345678")), 0);
  EXPECT_EQ(refused_with(text_to("254712345678")), 368);
  clock.advance(std::chrono::seconds{60});
  EXPECT_EQ(refused_with(text_to("254712345678")), 0);
}

TEST_F(sending_rules, spam_and_payment_fail_later) {
  control("numbers", number_id, {{"spam_limited", true}});
  EXPECT_EQ(fails_with(text_to("254712345678")), 131048);
  control("numbers", number_id, {{"spam_limited", false}, {"unpaid", true}});
  EXPECT_EQ(fails_with(template_to("254712345678")), 131042);
  EXPECT_EQ(fails_with(text_to("254712345678")), 0);
}

TEST_F(sending_rules, any_template_goes_until_the_account_has_one) {
  EXPECT_EQ(refused_with(template_to("254712345678", "anything")), 0);
  create("promo");
  const auto outcome = send(template_to("254712345678", "anything"));
  EXPECT_EQ(outcome.answer.status, 404);
  expect_same_shape(parse(outcome.answer.body), parse(golden("responses/error-132001-no-template.json")));
  EXPECT_EQ(refused_with(template_to("254712345678")), 0);
  auto elsewhere = template_to("254712345678");
  elsewhere["template"]["language"]["code"] = "en";
  EXPECT_EQ(refused_with(elsewhere), 132001);
}

TEST_F(sending_rules, strict_templates_have_to_exist) {
  backend_options options;
  options.strict_templates = true;
  number_book numbers;
  numbers.add(demo_number());
  meta = backend{options, numbers, clock};
  EXPECT_EQ(refused_with(template_to("254712345678")), 132001);
}

TEST_F(sending_rules, templates_by_their_status) {
  const auto id = create("promo");
  for (const auto& [status, code] : std::vector<std::pair<std::string, int>>{{"PAUSED", 132015},
                                                                             {"DISABLED", 132016},
                                                                             {"REJECTED", 132001},
                                                                             {"PENDING", 132001},
                                                                             {"REINSTATED", 0},
                                                                             {"FLAGGED", 0},
                                                                             {"APPROVED", 0}}) {
    control("templates", id, {{"status", status}});
    EXPECT_EQ(refused_with(template_to("254712345678")), code) << status;
  }
  auto components = json::array();
  components.push_back(json{{"type", "body"}, {"parameters", json::array({json{{"type", "text"}, {"text", "x"}}})}});
  EXPECT_EQ(refused_with(template_to("254712345678", "promo", components)), 132000);
}

TEST_F(sending_rules, who_stopped_marketing_gets_none) {
  create("promo");
  create("order_update", "UTILITY");
  EXPECT_EQ(fails_with(template_to("254712345678")), 0);
  meta.change_shopper(R"({"phone":"254712345678","marketing":"stop"})").value();
  EXPECT_EQ(fails_with(template_to("254712345678")), 131050);
  EXPECT_EQ(fails_with(template_to("254700000001")), 0);
  EXPECT_EQ(fails_with(template_to("254712345678", "order_update")), 0);
  meta.change_shopper(R"({"phone":"254712345678","marketing":"resume"})").value();
  EXPECT_EQ(fails_with(template_to("254712345678")), 0);
}

TEST_F(sending_rules, the_messaging_limit_counts_users_outside_their_window) {
  control("accounts", waba_id, {{"messaging_limit", "TIER_50"}});
  const auto nth = [](int i) { return std::to_string(254'700'000'000 + i); };
  for (auto i = 0; i < 50; ++i)
    ASSERT_EQ(fails_with(template_to(nth(i))), 0) << i;
  EXPECT_EQ(fails_with(template_to(nth(50))), 131048);
  EXPECT_EQ(fails_with(template_to(nth(0))), 0) << "counted before";
  meta.inbound(json{{"from", nth(51)}, {"text", "hi"}}.dump()).value();
  EXPECT_EQ(fails_with(template_to(nth(51))), 0) << "inside the window";
  clock.advance(std::chrono::hours{24});
  EXPECT_EQ(fails_with(template_to(nth(50))), 0);
}

TEST_F(sending_rules, levels_of_throughput_once_they_are_set) {
  const auto accepted = [&](int tries) {
    auto count = 0;
    for (auto i = 0; i < tries; ++i)
      count += refused_with(text_to(std::to_string(254'700'000'000 + i))) == 0 ? 1 : 0;
    clock.advance(std::chrono::hours{1});
    return count;
  };
  EXPECT_EQ(accepted(100), 100) << "nobody set one";
  control("numbers", number_id, {{"throughput", "STANDARD"}});
  EXPECT_EQ(accepted(100), 80);
  control("numbers", number_id, {{"coexistence", true}});
  EXPECT_EQ(accepted(30), 20);
  control("numbers", number_id, {{"coexistence", false}, {"throughput", "HIGH"}});
  EXPECT_EQ(accepted(1'100), 1'000);
  control("numbers", number_id, {{"throughput", "STANDARD"}});
  for (auto i = 0; i < 10; ++i)
    meta.inbound(R"({"from":"254712345678","text":"hi"})").value();
  EXPECT_EQ(accepted(100), 70) << "what comes in counts";
}

} // namespace
} // namespace wakala::sandbox
