// The standing of an account: webhooks in any order, answers of the Graph API, and what follows.
#include "tests/whatsapp/fixtures.hpp"
#include "whatsapp/account.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wakala::whatsapp {
namespace {

using nlohmann::json;

const std::vector<known_number> numbers{{"106540352242922", "+1 555-078-3881"}, {"2", "124545784358810"}};
constexpr time_ms now = 1'800'000'000'000;

/// All events of a published webhook, or of one given as field and value.
std::vector<event> events_of(const std::string& body) {
  auto decoded = decode(body);
  EXPECT_TRUE(decoded && decoded->is_webhook);
  return decoded->events;
}

std::string webhook(const std::string& field, json value, std::int64_t time) {
  return json{
      {"object", "whatsapp_business_account"},
      {"entry",
       {{{"id", "102290129340398"}, {"time", time}, {"changes", {{{"field", field}, {"value", std::move(value)}}}}}}}}
      .dump();
}

bool learn_body(account_facts& account, const std::string& body) {
  bool changed = false;
  for (const auto& e : events_of(body))
    changed = learn(account, e, numbers, now) || changed;
  return changed;
}

bool learn_file(account_facts& account, const std::string& name) { return learn_body(account, fixtures::text(name)); }

account_facts with_status(const std::string& status, std::int64_t at = 1'700'000'000) {
  account_facts account;
  learn_body(account, webhook("message_template_status_update",
                              {{"event", status},
                               {"message_template_id", 5},
                               {"message_template_name", "order"},
                               {"message_template_language", "en-US"},
                               {"message_template_category", "UTILITY"},
                               {"reason", "NONE"}},
                              at));
  return account;
}

TEST(account, every_published_management_webhook_changes_the_state_it_concerns) {
  for (const auto* name : {"account-alert.json",
                           "account-review-approved.json",
                           "account-update-ad-account-linked.json",
                           "account-update-auth-international.json",
                           "account-update-ban-scheduled.json",
                           "account-update-client-certification.json",
                           "account-update-deleted.json",
                           "account-update-mm-terms-signed.json",
                           "account-update-offboarded.json",
                           "account-update-partner-added.json",
                           "account-update-partner-removed-disconnection.json",
                           "account-update-primary-country.json",
                           "account-update-reconnected.json",
                           "account-update-reinstated.json",
                           "account-update-restriction.json",
                           "account-update-verified.json",
                           "account-update-violation-with-number.json",
                           "account-update-violation.json",
                           "account-update-volume-tier.json",
                           "business-capability-update.json",
                           "phone-number-name-approved.json",
                           "phone-number-quality-flagged.json",
                           "phone-number-quality-throughput-upgrade.json",
                           "security-pin-reset.json",
                           "template-category-changed-new-only.json",
                           "template-category-changed.json",
                           "template-category-impending.json",
                           "template-quality-update-wrong-field.json",
                           "template-quality-update.json",
                           "template-status-approved-no-category.json",
                           "template-status-approved.json",
                           "template-status-flagged.json",
                           "template-status-rejected-invalid-format.json",
                           "template-status-rejected-scam.json"}) {
    account_facts account;
    EXPECT_TRUE(learn_file(account, name)) << name;
    EXPECT_FALSE(learn_file(account, name)) << name << " told again";
    const auto read = account_from(to_text(account));
    ASSERT_TRUE(read) << name;
    EXPECT_EQ(*read, account) << name;
  }
}

TEST(account, whatever_comes_as_a_management_field_is_taken) {
  for (const auto& name : fixtures::names()) {
    account_facts account;
    learn_file(account, name);
    EXPECT_EQ(account_from(to_text(account)).value(), account) << name;
  }
  for (const auto* field : {"account_update", "account_alerts", "security", "phone_number_quality_update",
                            "business_capability_update", "message_template_status_update"})
    for (const auto& value :
         {json::object(), json{{"event", 7}},
          json{{"event", "ACCOUNT_RESTRICTION"}, {"restriction_info", {1, nullptr, "x"}}},
          json{{"event", "ACCOUNT_RESTRICTION"},
               {"restriction_info", {{{"restriction_type", "X"}, {"expiration", 9'223'372'036'854'775'807}}}}},
          json{{"max_daily_conversations_per_business", "99999999999999999999"}},
          json{{"message_template_name", "n"}, {"category_update_timestamp", -1}}}) {
      account_facts account;
      learn_body(account, webhook(field, value, 5));
      EXPECT_EQ(account_from(to_text(account)).value(), account) << field << value;
    }
}

TEST(account, what_is_older_changes_nothing) {
  auto account = with_status("PAUSED", 1'700'000'100);
  learn_body(
      account,
      webhook("message_template_status_update",
              {{"event", "APPROVED"}, {"message_template_name", "order"}, {"message_template_language", "en_US"}},
              1'700'000'000));
  EXPECT_EQ(refusal_of(account, {"order", "en_US"}).value().code, 132015);

  learn_body(account, webhook("account_update",
                              {{"event", "DISABLED_UPDATE"}, {"ban_info", {{"waba_ban_state", "REINSTATE"}}}}, 200));
  learn_body(account, webhook("account_update",
                              {{"event", "DISABLED_UPDATE"}, {"ban_info", {{"waba_ban_state", "DISABLE"}}}}, 100));
  EXPECT_FALSE(hold_of(account, now).holds(false, now));
}

TEST(account, a_template_can_be_sent_only_while_it_is_approved) {
  for (const auto& [status, code] : std::vector<std::pair<std::string, int>>{{"APPROVED", 0},
                                                                             {"REINSTATED", 0},
                                                                             {"FLAGGED", 0},
                                                                             {"PAUSED", 132015},
                                                                             {"DISABLED", 132016},
                                                                             {"REJECTED", 132001},
                                                                             {"PENDING", 132001},
                                                                             {"DELETED", 132001},
                                                                             {"PENDING_DELETION", 132001}}) {
    const auto refusal = refusal_of(with_status(status), key_of_template("order", "en-US"));
    EXPECT_EQ(refusal ? refusal->code : 0, code) << status;
  }
  EXPECT_FALSE(refusal_of(with_status("PAUSED"), {"another", "en_US"})) << "nothing is known of it: Meta decides";
}

TEST(account, a_category_changes_when_it_does_not_when_it_is_announced) {
  account_facts account;
  learn_file(account, "template-category-impending.json");
  const auto key = key_of_template("welcome_template", "en-US");
  EXPECT_EQ(category_of(account, key), "UTILITY");
  EXPECT_EQ(account.templates.at(key).next_category, "MARKETING");
  EXPECT_EQ(account.templates.at(key).next_category_at, 1'746'169'200'000);
  learn_file(account, "template-category-changed.json");
  EXPECT_EQ(category_of(account, key), "MARKETING");
  EXPECT_EQ(account.templates.at(key).next_category_at, 0);
}

TEST(account, templates_that_fit_are_approved_and_no_codes) {
  account_facts account;
  const auto add = [&](const char* name, const char* status, const char* category) {
    learn_templates(
        account, {{"data", {{{"name", name}, {"language", "sw"}, {"status", status}, {"category", category}}}}}, now);
  };
  add("offer", "APPROVED", "MARKETING");
  add("code", "APPROVED", "AUTHENTICATION");
  add("order", "APPROVED", "UTILITY");
  add("old", "PAUSED", "UTILITY");
  EXPECT_THAT(fitting_templates(account, 9), testing::ElementsAre("order (sw, UTILITY)", "offer (sw, MARKETING)"));
  EXPECT_THAT(fitting_templates(account, 1), testing::ElementsAre("order (sw, UTILITY)"));
}

TEST(account, restrictions_hold_what_they_name_until_they_end) {
  account_facts account;
  const auto restrict = [&](const char* type) {
    learn_body(account,
               webhook("account_update",
                       {{"event", "ACCOUNT_RESTRICTION"},
                        {"restriction_info", {{{"restriction_type", type}, {"expiration", now / 1000 + 60}}}}},
                       now / 1000));
  };
  restrict("RESTRICTED_BIZ_INITIATED_MESSAGING");
  auto hold = hold_of(account, now);
  EXPECT_TRUE(hold.holds(true, now));
  EXPECT_FALSE(hold.holds(false, now));
  EXPECT_EQ(hold.code, 368);
  EXPECT_FALSE(hold_of(account, now + 60'000).holds(true, now + 60'000));
  restrict("RESTRICTED_CUSTOMER_INITIATED_MESSAGING");
  hold = hold_of(account, now);
  EXPECT_FALSE(hold.holds(true, now)) << "the latest list is the whole list";
  EXPECT_TRUE(hold.holds(false, now));
  restrict("RESTRICTED_ADD_PHONE_NUMBER_ACTION");
  EXPECT_FALSE(hold_of(account, now).holds(false, now));
}

TEST(account, a_ban_holds_everything_until_it_is_lifted) {
  account_facts account;
  learn_file(account, "account-update-ban-scheduled.json");
  EXPECT_FALSE(hold_of(account, now).holds(false, now)) << "it is only announced";
  EXPECT_EQ(account.ban_date, "January 31, 2021");
  learn_body(account, webhook("account_update",
                              {{"event", "DISABLED_UPDATE"},
                               {"ban_info", {{"waba_ban_state", "DISABLE"}, {"waba_ban_date", {"May 1, 2026"}}}}},
                              1'700'000'000));
  EXPECT_TRUE(hold_of(account, now).holds(false, now));
  EXPECT_TRUE(hold_of(account, now).holds(true, now));
  EXPECT_EQ(account.ban_date, "May 1, 2026");
  learn_body(account,
             webhook("account_update",
                     {{"event", "DISABLED_UPDATE"}, {"ban_info", {{"waba_ban_state", "REINSTATE"}}}}, 1'700'000'001));
  EXPECT_FALSE(hold_of(account, now).holds(true, now));
}

TEST(account, an_account_that_left_sends_nothing_until_it_is_back) {
  account_facts account;
  learn_body(account, webhook("account_update", {{"event", "ACCOUNT_OFFBOARDED"}}, 10));
  EXPECT_EQ(hold_of(account, now).code, 131031);
  EXPECT_TRUE(hold_of(account, now).holds(false, now));
  learn_body(account, webhook("account_update", {{"event", "ACCOUNT_RECONNECTED"}}, 11));
  EXPECT_FALSE(hold_of(account, now).holds(false, now));
}

TEST(account, what_meta_answers_later_ends_a_ban_and_an_absence) {
  for (const auto* what : {"DISABLED_UPDATE", "ACCOUNT_OFFBOARDED", "ACCOUNT_DELETED"}) {
    account_facts account;
    learn_body(account,
               webhook("account_update", {{"event", what}, {"ban_info", {{"waba_ban_state", "DISABLE"}}}}, 100));
    const auto answers = [&](const char* health, time_ms at) {
      learn_account(account, {{"health_status", {{"can_send_message", health}}}}, at);
      return hold_of(account, now).holds(false, now);
    };
    EXPECT_TRUE(answers("AVAILABLE", 99'000)) << what << ": it was so before";
    EXPECT_TRUE(answers("BLOCKED", 101'000)) << what;
    EXPECT_FALSE(answers("AVAILABLE", 102'000)) << what;
  }
  account_facts account;
  learn_body(account, webhook("account_update", {{"event", "ACCOUNT_OFFBOARDED"}}, 100));
  EXPECT_TRUE(learn_subscribed(account, 101'000));
  EXPECT_FALSE(hold_of(account, now).holds(false, now)) << "it was onboarded anew";
}

TEST(account, the_pace_follows_upgrades_sharing_quality_and_spam) {
  account_facts account;
  const std::string id = numbers.front().id;
  EXPECT_EQ(pace_of(account, id, 80, now), 80U);
  learn_file(account, "phone-number-quality-throughput-upgrade.json");
  EXPECT_EQ(pace_of(account, id, 80, now), 1'000U) << "only the display number was told";
  EXPECT_EQ(account.messaging_limit, -1);
  learn_number(account, {{"id", id}, {"quality_rating", "RED"}}, numbers, now);
  EXPECT_EQ(pace_of(account, id, 80, now), 250U);
  learn_number(account, {{"id", id}, {"quality_rating", "GREEN"}, {"throughput", {{"level", "STANDARD"}}}}, numbers,
               now);
  EXPECT_EQ(pace_of(account, id, 80, now), 80U);
  EXPECT_TRUE(learn_shared(account, id));
  EXPECT_FALSE(learn_shared(account, id));
  EXPECT_EQ(pace_of(account, id, 80, now), 20U);
  EXPECT_TRUE(learn_refusal(account, id, 131048, now));
  EXPECT_FALSE(learn_refusal(account, id, 131048, now + 1)) << "one of a burst says it for all";
  EXPECT_EQ(pace_of(account, id, 80, now + spam_lasts - 1), 5U);
  EXPECT_EQ(pace_of(account, id, 80, now + spam_lasts), 20U);
}

TEST(account, the_messaging_limit_comes_as_number_or_word) {
  account_facts account;
  learn_file(account, "business-capability-update.json");
  EXPECT_EQ(account.messaging_limit, 2'000);
  learn_body(account, webhook("business_capability_update", {{"max_daily_conversations_per_business", "TIER_10K"}},
                              1'750'000'000));
  EXPECT_EQ(account.messaging_limit, 10'000);
  learn_body(account,
             webhook("business_capability_update", {{"max_daily_conversation_per_phone", -1}}, 1'750'000'001));
  EXPECT_EQ(account.messaging_limit, -1);
  learn_body(account, webhook("business_capability_update", {{"max_daily_conversations_per_business", "TIER_250"}},
                              1'750'000'000));
  EXPECT_EQ(account.messaging_limit, -1) << "older";
  learn_number(account, {{"id", "2"}, {"whatsapp_business_manager_messaging_limit", "TIER_250"}}, numbers, now);
  EXPECT_EQ(account.messaging_limit, 250);
}

TEST(account, answers_of_the_graph_api_are_read) {
  account_facts account;
  EXPECT_TRUE(learn_templates(account, fixtures::parsed("responses/template-list.json"), now));
  EXPECT_EQ(category_of(account, {"hello_world", "en_US"}), "MARKETING");
  auto number = fixtures::parsed("responses/phone-number.json");
  EXPECT_FALSE(learn_number(account, number, numbers, now)) << "not a number of this tenant";
  number["id"] = "2";
  EXPECT_TRUE(learn_number(account, number, numbers, now));
  EXPECT_EQ(account.numbers.at("2").quality.text, "GREEN");
  EXPECT_EQ(account.numbers.at("2").verified.text, "NOT_VERIFIED");
  EXPECT_TRUE(learn_account(account,
                            {{"account_review_status", "APPROVED"},
                             {"business_verification_status", "pending"},
                             {"health_status", {{"can_send_message", "LIMITED"}}}},
                            now));
  EXPECT_EQ(account.health.text, "LIMITED");
  EXPECT_FALSE(learn_account(account, "nonsense", now));
  EXPECT_FALSE(learn_templates(account, {{"data", {7, nullptr}}}, now));
}

TEST(account, trouble_stays_until_it_is_forgotten) {
  account_facts account;
  EXPECT_TRUE(learn_refusal(account, "2", 190, now));
  EXPECT_FALSE(learn_refusal(account, "2", 190, now + 5));
  EXPECT_EQ(account.trouble->since, now);
  EXPECT_TRUE(forget_trouble(account));
  EXPECT_FALSE(forget_trouble(account));
}

TEST(account, remarks_are_bounded_and_in_order) {
  account_facts account;
  for (int i = 0; i < 30; ++i)
    learn_body(account, webhook("account_update",
                                {{"event", "ACCOUNT_VIOLATION"}, {"violation_info", {{"violation_type", "SPAM"}}}},
                                1'000 + (i * 7) % 30));
  ASSERT_EQ(account.remarks.size(), account_remarks_max);
  EXPECT_TRUE(std::is_sorted(account.remarks.begin(), account.remarks.end(),
                             [](const auto& a, const auto& b) { return a.at < b.at; }));
  EXPECT_EQ(account.remarks.back().at, 1'029'000);
}

TEST(account, the_form_for_people_has_times_to_read) {
  account_facts account;
  learn_file(account, "account-update-ban-scheduled.json");
  EXPECT_EQ(to_json(account, time_form::rfc3339).at("ban").at("since"), "2020-11-06T22:50:58Z");
  EXPECT_FALSE(account_from("7"));
  EXPECT_FALSE(account_from(R"({"trouble":{"code":"x"}})"));
}

} // namespace
} // namespace wakala::whatsapp
