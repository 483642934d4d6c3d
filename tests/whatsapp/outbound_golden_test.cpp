// Our builders and the validator against the published request bodies, and the answers against the published ones.
#include "tests/whatsapp/fixtures.hpp"
#include "tests/whatsapp/print.hpp"
#include "whatsapp/outbound.hpp"

#include <gtest/gtest.h>

namespace wakala::whatsapp {

namespace {

using nlohmann::json;

const recipient pablo{"16505551234", ""};

json golden(const std::string& name) { return fixtures::parsed("requests/" + name + ".json"); }

TEST(outbound_golden, text) {
  const text_message m{"As requested, here's the link to our latest product: https://www.meta.com/quest/quest-3/",
                       true};
  EXPECT_EQ(to_request(pablo, m), golden("text"));
}

TEST(outbound_golden, text_to_a_user_id) {
  EXPECT_EQ(to_request({"", "US.13491208655302741918"}, text_message{"Does it come in another color?", false}),
            golden("text-to-bsuid"));
}

TEST(outbound_golden, text_that_quotes) {
  EXPECT_EQ(to_request(pablo, text_message{"You're welcome, Pablo!", false}, "",
                       "wamid.HBgLMTY0NjcwNDM1OTUVAgASGBQzQTdCNTg5RjY1MEMyRjlGMjRGNgA="),
            golden("text-reply"));
}

TEST(outbound_golden, list) {
  const list_message m{
      "Choose Shipping Option",
      "Which shipping option do you prefer?",
      "Lucky Shrub: Your gateway to succulents™",
      "Shipping Options",
      {{"I want it ASAP!",
        {{"priority_express", "Priority Mail Express", "Next Day to 2 Days"},
         {"priority_mail", "Priority Mail", "1–3 Days"}}},
       {"I can wait a bit",
        {{"usps_ground_advantage", "USPS Ground Advantage", "2–5 Days"}, {"media_mail", "Media Mail", "2–8 Days"}}}}};
  EXPECT_EQ(to_request(pablo, m), golden("interactive-list"));
}

TEST(outbound_golden, buttons_with_a_text_header_instead_of_the_picture) {
  auto want = golden("interactive-buttons");
  want["interactive"]["header"] = {{"type", "text"}, {"text", "Workshop"}};
  const buttons_message m{
      "Workshop",
      "Hi Pablo! Your gardening workshop is scheduled for 9am tomorrow. Use the buttons if you need to "
      "reschedule. Thank you!",
      "Lucky Shrub: Your gateway to succulents!™",
      {{"change-button", "Change"}, {"cancel-button", "Cancel"}}};
  EXPECT_EQ(to_request(pablo, m), want);
}

TEST(outbound_golden, mark_as_read) {
  const std::string id = "wamid.HBgLMTY1MDM4Nzk0MzkVAgARGBJDQjZCMzlEQUE4OTJBMTE4RTUA";
  EXPECT_EQ(to_request(pablo, mark_as_read{id, false}, "never sent here"), golden("mark-as-read"));
  EXPECT_EQ(to_request(pablo, mark_as_read{id, true}), golden("mark-as-read-typing"));
}

TEST(outbound, the_number_wins_over_the_user_id_and_callback_data_is_carried) {
  const auto request = to_request({"+254700000001", "KE.1349"}, text_message{"hi", false}, "o-1");
  EXPECT_EQ(request.at("to"), "+254700000001");
  EXPECT_FALSE(request.contains("recipient"));
  EXPECT_EQ(request.at("biz_opaque_callback_data"), "o-1");
  EXPECT_TRUE(validate_request(request).empty());
}

TEST(outbound, every_message_type_reads_back_as_it_was_built) {
  const std::vector<outbound_content> all{
      text_message{"hello", true},
      list_message{"", "body", "", "Choose", {{"Part", {{"a", "A", ""}, {"b", "B", "second"}}}}},
      buttons_message{"Head", "body", "foot", {{"y", "Yes"}, {"n", "No"}}}, mark_as_read{"wamid.1", true}};
  for (const auto& content : all) {
    const auto request = to_request(pablo, content);
    SCOPED_TRACE(request.dump());
    EXPECT_EQ(validate_request(request), std::vector<violation>{});
    const auto read = parse_request(request);
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(to_request(pablo, *read), request);
    EXPECT_EQ(type_name(*read), type_name(content));
    EXPECT_EQ(summary_text(*read), summary_text(content));
  }
}

TEST(outbound, another_kind_of_request_names_where_it_differs) {
  const auto field = [](const json& request) {
    const auto read = parse_request(request);
    return read ? std::string("read") : read.error().field;
  };
  const auto changed = [](const char* name, const char* at, const char* word) {
    auto request = golden(name);
    request[json::json_pointer(at)] = word;
    return request;
  };
  EXPECT_EQ(field(changed("image", "/type", "telegram")), "/type");
  EXPECT_EQ(field(changed("interactive-flow", "/interactive/type", "order_details")), "/interactive/type");
  EXPECT_EQ(field(changed("interactive-buttons", "/interactive/header/type", "audio")), "/interactive/header/type");
  EXPECT_EQ(field(json::parse(R"({"type":"text","text":{"body":7}})")), "/text/body");
  EXPECT_EQ(field(json::parse(R"({"type":"interactive","interactive":{"type":"list","body":{"text":"b"},
    "action":{"button":"c","sections":[{"title":"t","rows":[{"id":"1"}]}]}}})")),
            "/interactive/action/sections/0/rows/0/title");
  EXPECT_EQ(field(json::array()), "");
}

TEST(validate, accepts_every_published_message) {
  int messages = 0;
  for (const auto& name : fixtures::names("requests")) {
    SCOPED_TRACE(name);
    const auto request = fixtures::parsed(name);
    if (!request.contains("messaging_product"))
      continue; // template creation and catalog batches go to other calls
    ++messages;
    EXPECT_EQ(validate_request(request), std::vector<violation>{});
  }
  EXPECT_EQ(messages, 36);
}

TEST(answer, reads_every_published_success) {
  const auto ok = [](const std::string& name) {
    return std::get<send_answer>(parse_answer(200, fixtures::text("responses/" + name + ".json")));
  };
  EXPECT_EQ(ok("send-ok").wa_id, "16505551234");
  EXPECT_EQ(ok("send-ok").message_id, "wamid.HBgLMTY0NjcwNDM1OTUVAgARGBI1RjQyNUE3NEYxMzAzMzQ5MkEA");
  EXPECT_EQ(ok("send-ok-bsuid").user_id, "US.13491208655302741918");
  EXPECT_EQ(ok("send-ok-bsuid").wa_id, "");
  EXPECT_EQ(ok("send-ok-phone-and-bsuid").wa_id, "16505551234");
  EXPECT_FALSE(ok("send-ok-template-accepted").message_id.empty());
  EXPECT_EQ(ok("success-true").message_id, "");
}

TEST(answer, classifies_every_published_error) {
  const std::vector<std::tuple<std::string, int, int, error_class>> table{
      {"error-100-33-unknown-object", 400, 33, error_class::unauthorised},
      {"error-100-must-be-template", 400, 100, error_class::fix_request},
      {"error-100-2388299-edge-parameter", 400, 100, error_class::fix_request},
      {"error-130429-throughput", 400, 130429, error_class::pace_number},
      {"error-131005-access-denied", 403, 131005, error_class::unauthorised},
      {"error-131009-button-count", 500, 131009, error_class::fix_request},
      {"error-131056-pair-limit", 400, 131056, error_class::pace_pair},
      {"error-132001-no-template", 404, 132001, error_class::template_problem},
      {"error-133010-not-registered", 400, 133010, error_class::unauthorised},
      {"error-136025-verify-code", 400, 136025, error_class::fix_request},
      {"error-190-token", 401, 190, error_class::unauthorised},
      {"error-2-service-unavailable", 503, 2, error_class::transient},
      {"error-200-permissions", 403, 200, error_class::unauthorised},
      {"error-4-app-rate-limit", 429, 4, error_class::pace_account},
  };
  std::size_t published = 0;
  for (const auto& name : fixtures::names("responses"))
    published += name.find("error-") != std::string::npos ? 1 : 0;
  EXPECT_EQ(published, table.size());
  for (const auto& [name, status, code, meaning] : table) {
    SCOPED_TRACE(name);
    const auto e = std::get<send_error>(parse_answer(status, fixtures::text("responses/" + name + ".json")));
    EXPECT_EQ(e.code, code);
    EXPECT_FALSE(e.no_code);
    EXPECT_FALSE(e.details.empty());
    EXPECT_EQ(to_string(classify(e)), to_string(meaning));
  }
}

} // namespace
} // namespace wakala::whatsapp
