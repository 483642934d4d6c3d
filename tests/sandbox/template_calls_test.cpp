// Graph calls about templates, and their reviews.
#include "tests/sandbox/fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wakala::sandbox {
namespace {

using nlohmann::json;

struct template_calls : sandbox_fixture {
  static json named(const std::string& name, const std::string& text, const std::string& category = "UTILITY") {
    auto components = json::array();
    components.push_back(json{{"type", "BODY"}, {"text", text}});
    return {{"name", name}, {"language", "en_US"}, {"category", category}, {"components", components}};
  }
  managed_outcome create(const json& body) { return call("POST", waba_id, "message_templates", body); }
  /// Creates it, ends its review, and gives its id.
  std::string approved(const std::string& name, const std::string& category = "UTILITY") {
    const auto outcome = create(named(name, "All about " + name + " is here.", category));
    happen(outcome.updates);
    return parse(outcome.answer.body)["id"];
  }
  int subcode_of(const json& body) {
    const auto answer = parse(create(body).answer.body);
    return answer.contains("error") ? answer["error"].value("error_subcode", 0) : -1;
  }
};

TEST_F(template_calls, a_template_is_reviewed) {
  const auto outcome = create(parse(golden("requests/create-template-utility-named.json")));
  expect_same_shape(parse(outcome.answer.body), parse(golden("responses/template-create-ok.json")));
  EXPECT_EQ(parse(outcome.answer.body)["status"], "PENDING");
  ASSERT_EQ(outcome.updates.size(), 1U);
  EXPECT_GE(outcome.updates[0].after_ms, 200);
  expect_same_shape(bodies(outcome.updates)[0], parse(golden("template-status-approved.json")));
  const std::string id = parse(outcome.answer.body)["id"];
  EXPECT_EQ(get(id)["status"], "PENDING");
  EXPECT_TRUE(meta.happened(outcome.updates[0].update));
  EXPECT_EQ(get(id)["status"], "APPROVED");
  EXPECT_FALSE(meta.happened(outcome.updates[0].update)) << "it was decided before";
}

TEST_F(template_calls, what_is_decided_by_hand_is_not_decided_again) {
  const auto outcome = create(named("order_update", "Your order is on its way."));
  const std::string id = parse(outcome.answer.body)["id"];
  const auto told = control("templates", id, {{"status", "REJECTED"}, {"reason", "INVALID_FORMAT"}});
  expect_same_shape(told.at(0), parse(golden("template-status-rejected-invalid-format.json")));
  EXPECT_FALSE(meta.happened(outcome.updates[0].update));
  EXPECT_EQ(get(id, {}, {{"fields", "status,rejected_reason"}})["rejected_reason"], "INVALID_FORMAT");
}

TEST_F(template_calls, reviews_reject_and_recategorise) {
  auto adjacent = named("order_update", "Your order number {{1}} {{2}} is on its way.");
  adjacent["components"][0]["example"]["body_text"] = json::array({json::array({"7", "8"})});
  EXPECT_EQ(parse(create(adjacent).updates.at(0).update.change.change)["value"]["reason"], "INVALID_FORMAT");
  create(named("one", "The very same text."));
  EXPECT_EQ(parse(create(named("two", "The very same text.")).updates.at(0).update.change.change)["value"]["event"],
            "REJECTED");
  meta = make("template_reject=1");
  EXPECT_EQ(parse(create(named("one", "Some text.")).updates.at(0).update.change.change)["value"]["reason"],
            "PROMOTIONAL");
  meta = make("template_marketing=1");
  const auto outcome = create(named("one", "Some text."));
  EXPECT_EQ(parse(outcome.updates.at(0).update.change.change)["value"]["message_template_category"], "MARKETING");
  happen(outcome.updates);
  EXPECT_EQ(
      get(std::string{parse(outcome.answer.body)["id"]}, {}, {{"fields", "previous_category"}})["previous_category"],
      "UTILITY");
}

TEST_F(template_calls, refusals_have_their_subcodes) {
  auto edge = named("order_update", "Your order is {{1}}!");
  edge["components"][0]["example"]["body_text"] = json::array({json::array({"7"})});
  const auto answer = parse(create(edge).answer.body);
  expect_same_shape(answer, parse(golden("responses/error-100-2388299-edge-parameter.json")));
  EXPECT_EQ(answer["error"]["error_subcode"], 2388299);
  EXPECT_EQ(subcode_of({{"name", "x"}}), 0);
  approved("order_update");
  EXPECT_EQ(subcode_of(named("order_update", "Another text.")), 2388024);
}

TEST_F(template_calls, a_hundred_an_hour_and_250_in_all) {
  control("accounts", waba_id, {{"verification", "not_verified"}});
  for (auto i = 0; i < 250; ++i) {
    if (i == 100 || i == 200) {
      EXPECT_EQ(subcode_of(named("late", "Text.")), 2388019) << i;
      clock.advance(std::chrono::hours{1});
    }
    ASSERT_EQ(subcode_of(named("t" + std::to_string(i), "Text " + std::to_string(i))), -1) << i;
  }
  EXPECT_EQ(subcode_of(named("t250", "Text 250")), 2388019);
  control("accounts", waba_id, {{"verification", "verified"}});
  EXPECT_EQ(subcode_of(named("t250", "Text 250")), -1);
}

TEST_F(template_calls, lists_page_by_page) {
  for (auto i = 0; i < 5; ++i)
    approved("t" + std::to_string(i), i == 4 ? "MARKETING" : "UTILITY");
  auto page = get(waba_id, "message_templates", {{"limit", "2"}, {"fields", "name,status"}});
  EXPECT_EQ(page["data"].size(), 2U);
  EXPECT_EQ(page["data"][0]["name"], "t0");
  EXPECT_TRUE(page["paging"]["next"].get<std::string>().starts_with("http://meta/v23.0/102290129340398/"));
  page = get(waba_id, "message_templates", {{"limit", "2"}, {"after", page["paging"]["cursors"]["after"]}});
  EXPECT_EQ(page["data"][0]["name"], "t2");
  page = get(waba_id, "message_templates", {{"limit", "2"}, {"before", page["paging"]["cursors"]["before"]}});
  EXPECT_EQ(page["data"][0]["name"], "t0");
  page = get(waba_id, "message_templates", {{"limit", "2"}, {"after", "NA=="}});
  EXPECT_EQ(page["data"].size(), 0U);
  EXPECT_FALSE(page.contains("paging"));
  EXPECT_EQ(get(waba_id, "message_templates", {{"category", "MARKETING"}})["data"].size(), 1U);
  EXPECT_EQ(get(waba_id, "message_templates", {{"name", "t3"}})["data"][0]["name"], "t3");
  EXPECT_FALSE(get(waba_id, "message_templates")["paging"].contains("next"));
  EXPECT_EQ(code_of("GET", waba_id, "message_templates", {{"fields", "colour"}}), 100);
}

TEST_F(template_calls, edits_are_counted) {
  const auto id = approved("order_update");
  const auto edit = [&](const std::string& text) {
    auto components = json::array();
    components.push_back(json{{"type", "BODY"}, {"text", text}});
    const auto outcome = call("POST", id, {}, {{"components", components}});
    happen(outcome.updates);
    return outcome.answer.code;
  };
  EXPECT_EQ(code_of("POST", id, {}, {{"category", "MARKETING"}}), 100);
  EXPECT_EQ(edit("A new text."), 0);
  EXPECT_EQ(get(id)["components"][0]["text"], "A new text.");
  EXPECT_EQ(edit("A newer text."), 100) << "once in 24 hours";
  for (auto i = 0; i < 9; ++i) {
    clock.advance(std::chrono::hours{24});
    EXPECT_EQ(edit("Text " + std::to_string(i)), 0) << i;
  }
  clock.advance(std::chrono::hours{24});
  EXPECT_EQ(edit("The eleventh."), 100);
  control("templates", id, {{"status", "REJECTED"}, {"reason", "SCAM"}});
  EXPECT_EQ(edit("Better now."), 0) << "rejected ones without limit";
}

TEST_F(template_calls, a_deleted_name_rests_for_30_days) {
  const auto id = approved("order_update");
  EXPECT_EQ(code_of("DELETE", waba_id, "message_templates", {{"name", "order_update"}, {"hsm_id", "7"}}), 100);
  EXPECT_EQ(code_of("DELETE", waba_id, "message_templates", {{"name", "order_update"}}), 0);
  EXPECT_THROW(get(id), std::runtime_error);
  EXPECT_EQ(subcode_of(named("order_update", "Text.")), 2388023);
  clock.advance(std::chrono::hours{24 * 30});
  EXPECT_EQ(subcode_of(named("order_update", "Text.")), -1);
}

TEST_F(template_calls, unpauses) {
  const auto id = approved("order_update");
  EXPECT_EQ(code_of("POST", id, "unpause", {}), 100);
  EXPECT_EQ(control("templates", id, {{"status", "PAUSED"}})
                .at(0)["entry"][0]["changes"][0]["value"]["other_info"]["title"],
            "FIRST_PAUSE");
  EXPECT_EQ(code_of("POST", id, "unpause", {}), 0);
  EXPECT_EQ(get(id)["status"], "APPROVED");
}

} // namespace
} // namespace wakala::sandbox
