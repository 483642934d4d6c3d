// What testers change, and the webhooks that tell of it.
#include "tests/sandbox/fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wakala::sandbox {
namespace {

using nlohmann::json;

struct control_calls : sandbox_fixture {
  /// One webhook of the shape of this golden file, about our account.
  void expect_golden(const std::vector<json>& told, const std::string& file) {
    ASSERT_EQ(told.size(), 1U) << file;
    auto wanted = parse(golden(file));
    expect_same_shape(told[0], wanted, file);
    EXPECT_EQ(told[0]["entry"][0]["id"], waba_id);
    const auto& got = told[0]["entry"][0]["changes"][0];
    const auto& change = wanted["entry"][0]["changes"][0];
    EXPECT_EQ(got["field"], change["field"]) << file;
    for (const auto* key : {"event", "decision", "current_limit"})
      if (change["value"].contains(key)) {
        EXPECT_EQ(got["value"][key], change["value"][key]) << file;
      }
  }
  std::string refused_key(std::string_view what, std::string_view id, const json& request) {
    const auto outcome = meta.control(what, id, request.dump());
    return outcome ? "" : outcome.error().field;
  }
  std::vector<json> change(const json& request) {
    return bodies(meta.change_shopper(request.dump()).value().updates);
  }
};

TEST_F(control_calls, numbers_tell_as_meta_does) {
  expect_golden(control("numbers", number_id, {{"throughput", "HIGH"}}),
                "phone-number-quality-throughput-upgrade.json");
  control("accounts", waba_id, {{"messaging_limit", "TIER_10K"}});
  expect_golden(control("numbers", number_id, {{"quality_rating", "RED"}}), "phone-number-quality-flagged.json");
  control("numbers", number_id, {{"name_status", "PENDING_REVIEW"}});
  expect_golden(control("numbers", number_id, {{"name_status", "APPROVED"}, {"verified_name", "Lucky Shrub"}}),
                "phone-number-name-approved.json");
  EXPECT_EQ(get(number_id)["verified_name"], "Lucky Shrub");
  expect_golden(
      control("numbers", number_id, {{"security_event", "PIN_RESET_REQUEST"}, {"requester", "61555822107539"}}),
      "security-pin-reset.json");
  EXPECT_TRUE(control("numbers", number_id, {{"spam_limited", true}}).empty());
}

TEST_F(control_calls, accounts_tell_as_meta_does) {
  auto restrictions = json::array();
  restrictions.push_back(json{{"type", "RESTRICTED_BIZ_INITIATED_MESSAGING"}, {"expires_in_s", 60}});
  for (const auto& [request, file] : std::vector<std::pair<json, std::string>>{
           {{{"ban", "SCHEDULE_FOR_DISABLE"}}, "account-update-ban-scheduled.json"},
           {{{"ban", "REINSTATE"}}, "account-update-reinstated.json"},
           {{{"restrictions", restrictions}}, "account-update-restriction.json"},
           {{{"violation", "ADULT"}}, "account-update-violation.json"},
           {{{"review", "APPROVED"}}, "account-review-approved.json"},
           {{{"verification", "verified"}}, "account-update-verified.json"},
           {{{"deleted", true}}, "account-update-deleted.json"},
           {{{"offboarded", true}}, "account-update-offboarded.json"},
           {{{"reconnected", true}}, "account-update-reconnected.json"},
           {{{"messaging_limit", "TIER_2K"}}, "business-capability-update.json"},
           {{{"alert", json::object()}}, "account-alert.json"}})
    expect_golden(control("accounts", waba_id, request), file);
  EXPECT_EQ(control("accounts", waba_id,
                    {{"ban", "REINSTATE"}})[0]["entry"][0]["changes"][0]["value"]["ban_info"]["waba_ban_date"],
            "June 15, 2025");
  EXPECT_EQ(control("accounts", waba_id,
                    {{"messaging_limit",
                      "TIER_2K"}})[0]["entry"][0]["changes"][0]["value"]["max_daily_conversations_per_business"],
            2'000);
}

TEST_F(control_calls, templates_tell_as_meta_does) {
  auto body = parse(golden("requests/create-template-marketing-text-header.json"));
  body["category"] = "UTILITY";
  const auto made = call("POST", waba_id, "message_templates", body);
  const std::string id = parse(made.answer.body)["id"];
  expect_golden(control("templates", id, {{"status", "APPROVED"}}), "template-status-approved.json");
  expect_golden(control("templates", id, {{"status", "FLAGGED"}}), "template-status-flagged.json");
  expect_golden(control("templates", id, {{"quality", "GREEN"}}), "template-quality-update.json");
  expect_golden(control("templates", id, {{"correct_category", "MARKETING"}}), "template-category-impending.json");
  expect_golden(control("templates", id, {{"category", "MARKETING"}}), "template-category-changed.json");
  expect_golden(control("templates", id, {{"status", "REJECTED"}, {"reason", "INVALID_FORMAT"}}),
                "template-status-rejected-invalid-format.json");
  control("templates", id, {{"status", "DELETED"}});
  EXPECT_EQ(meta.control("templates", id, "{}").error().code, errc::not_found);
}

TEST_F(control_calls, what_is_wrong_is_named_and_changes_nothing) {
  EXPECT_EQ(refused_key("numbers", number_id, {{"unpaid", true}, {"quality_rating", "BLUE"}}), "quality_rating");
  EXPECT_EQ(refused_key("numbers", number_id, {{"colour", "red"}}), "colour");
  EXPECT_EQ(refused_key("numbers", number_id, {{"messaging_limit", "TIER_3"}}), "messaging_limit");
  EXPECT_EQ(refused_key("numbers", number_id, {{"pin", "12"}}), "pin");
  EXPECT_EQ(meta.state()["numbers"][0]["unpaid"], false);
  EXPECT_EQ(refused_key("accounts", waba_id, {{"ban", "FOREVER"}}), "ban");
  EXPECT_EQ(refused_key("accounts", waba_id, {{"restrictions", {"x"}}}), "restrictions");
  EXPECT_EQ(refused_key("accounts", waba_id, {{"deleted", "yes"}}), "deleted");
  EXPECT_EQ(meta.control("accounts", "1", "{}").error().code, errc::not_found);
  EXPECT_EQ(meta.control("numbers", number_id, "[]").error().field, "body");
}

TEST_F(control_calls, shoppers_stop_marketing) {
  expect_golden(change({{"phone", "16505551234"}, {"marketing", "resume"}}), "user-preferences-resume.json");
  EXPECT_EQ(change({{"phone", "16505551234"},
                    {"marketing", "stop"}})[0]["entry"][0]["changes"][0]["value"]["user_preferences"][0]["value"],
            "stop");
  EXPECT_EQ(meta.change_shopper(R"({"phone":"16505551234","marketing":"maybe"})").error().field, "marketing");
}

TEST_F(control_calls, shoppers_change_their_number) {
  meta.inbound(R"({"from":"16505551234","name":"Sheena Nelson","text":"hi"})").value();
  const auto told = change({{"phone", "16505551234"}, {"new_phone", "12195555358"}});
  expect_golden(told, "inbound-system-number-changed.json");
  const auto message = told[0]["entry"][0]["changes"][0]["value"]["messages"][0];
  EXPECT_EQ(message["from"], "16505551234");
  EXPECT_EQ(message["system"]["body"], "User Sheena Nelson changed from 16505551234 to 12195555358");
  EXPECT_EQ(meta.state()["shoppers"].size(), 1U);
  EXPECT_EQ(meta.state()["shoppers"][0]["phone"], "12195555358");
  meta.inbound(R"({"from":"254712345678","text":"hi"})").value();
  EXPECT_EQ(meta.change_shopper(R"({"phone":"254712345678","new_phone":"12195555358"})").error().field, "new_phone");
}

TEST_F(control_calls, shoppers_get_a_new_user_id) {
  meta.inbound(R"({"from":"16505551234","user_id":"US.13491208655302741918","name":"Sheena Nelson","text":"hi"})")
      .value();
  const auto told = change({{"phone", "16505551234"}, {"new_user_id", "US.20211208655302741999"}});
  ASSERT_EQ(told.size(), 2U);
  expect_golden({told[0]}, "inbound-system-user-id-changed.json");
  expect_golden({told[1]}, "other-user-id-update.json");
  EXPECT_EQ(meta.state()["shoppers"][0]["user_id"], "US.20211208655302741999");
}

TEST_F(control_calls, any_change_can_be_sent) {
  const auto value = parse(golden("account-update-primary-country.json"))["entry"][0]["changes"][0]["value"];
  const auto sent =
      meta.send_webhook(json{{"phone_number_id", number_id}, {"field", "account_update"}, {"value", value}}.dump());
  const auto told = bodies(sent.value().updates);
  expect_golden(told, "account-update-primary-country.json");
  EXPECT_EQ(told[0]["entry"][0]["changes"][0]["value"], value);
  EXPECT_EQ(meta.send_webhook(R"({"field":"x"})").error().field, "field");
  EXPECT_EQ(meta.send_webhook(R"({"phone_number_id":"1","field":"x","value":{}})").error().code, errc::not_found);
}

TEST_F(control_calls, chaos_strikes_these_webhooks_too) {
  meta = make("duplicate=1,delay_ms=50");
  const auto outcome = meta.control("accounts", waba_id, R"({"deleted":true})").value();
  ASSERT_EQ(outcome.updates.size(), 1U);
  EXPECT_EQ(outcome.updates[0].held_ms, 50);
  EXPECT_TRUE(outcome.updates[0].again_after_ms);
}

TEST_F(control_calls, entries_of_one_time_share_a_post) {
  const auto two = post_body({{"1", "{}", 7}, {"1", "{}", 7}, {"1", "{}", 8}, {"1", "{}", 0}});
  const auto read = parse(two);
  ASSERT_EQ(read["entry"].size(), 3U);
  EXPECT_EQ(read["entry"][0]["changes"].size(), 2U);
  EXPECT_EQ(read["entry"][1]["time"], 8);
  EXPECT_FALSE(read["entry"][2].contains("time"));
}

TEST_F(control_calls, the_state_shows_it_all) {
  control("numbers", number_id, {{"quality_rating", "YELLOW"}, {"pin", "123456"}});
  const auto state = meta.state();
  EXPECT_EQ(state["numbers"][0]["quality_rating"], "YELLOW");
  EXPECT_EQ(state["numbers"][0]["pin_set"], true);
  EXPECT_EQ(state.dump().find("123456\""), std::string::npos);
  EXPECT_EQ(state["accounts"][0]["waba_id"], waba_id);
  EXPECT_TRUE(state["templates"].empty());
}

} // namespace
} // namespace wakala::sandbox
