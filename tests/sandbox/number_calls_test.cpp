// Graph calls about numbers and accounts.
#include "tests/sandbox/fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wakala::sandbox {
namespace {

using nlohmann::json;
using testing::ElementsAre;

struct number_calls : sandbox_fixture {
  int register_with(const std::string& pin) {
    return code_of("POST", number_id, "register", {{"messaging_product", "whatsapp"}, {"pin", pin}});
  }
  json block(const std::vector<std::string>& users, std::string_view method = "POST") {
    auto list = json::array();
    for (const auto& user : users)
      list.push_back({{"user", user}});
    return parse(call(method, number_id, "block_users", {{"messaging_product", "whatsapp"}, {"block_users", list}})
                     .answer.body);
  }
};

TEST_F(number_calls, shows_the_fields_that_are_asked_for) {
  EXPECT_EQ(get(number_id, {}, {{"fields", "status,throughput{level},name_status"}}),
            json({{"status", "CONNECTED"},
                  {"throughput", {{"level", "STANDARD"}}},
                  {"name_status", "APPROVED"},
                  {"id", number_id}}));
  EXPECT_EQ(
      get(number_id, {},
          {{"fields", "whatsapp_business_manager_messaging_limit"}})["whatsapp_business_manager_messaging_limit"],
      "TIER_UNLIMITED");
  EXPECT_EQ(code_of("GET", number_id, {}, {{"fields", "status,colour"}}), 100);
  EXPECT_EQ(get(waba_id, "phone_numbers")["data"][0]["quality_rating"], "GREEN");
}

TEST_F(number_calls, every_call_wants_the_token) {
  EXPECT_EQ(call("GET", number_id, {}, {}, "token-2").answer.code, 190);
  EXPECT_EQ(call("GET", waba_id, "phone_numbers", {}, "").answer.code, 190);
  EXPECT_EQ(call("POST", "999", "register").answer.code, 100);
  control("numbers", number_id, {{"token_expired", true}});
  EXPECT_EQ(call("GET", waba_id, "phone_numbers").answer.code, 190);
}

TEST_F(number_calls, an_account_shows_its_health) {
  EXPECT_EQ(get(waba_id)["id"], waba_id);
  EXPECT_EQ(code_of("GET", waba_id, {}, {{"fields", "colour"}}), 100);
  const json asked{{"fields", "health_status,account_review_status,business_verification_status"}};
  auto shown = get(waba_id, {}, asked);
  EXPECT_EQ(shown["health_status"]["can_send_message"], "AVAILABLE");
  EXPECT_EQ(shown["account_review_status"], "APPROVED");
  EXPECT_EQ(shown["business_verification_status"], "verified");
  control("accounts", waba_id,
          {{"restrictions", {{{"type", "RESTRICTED_BIZ_INITIATED_MESSAGING"}, {"expires_in_s", 60}}}}});
  EXPECT_EQ(get(waba_id, {}, asked)["health_status"]["can_send_message"], "LIMITED");
  clock.advance(std::chrono::seconds{60});
  EXPECT_EQ(get(waba_id, {}, asked)["health_status"]["can_send_message"], "AVAILABLE");
  control("accounts", waba_id, {{"ban", "DISABLE"}});
  EXPECT_EQ(get(waba_id, {}, asked)["health_status"]["can_send_message"], "BLOCKED");
}

TEST_F(number_calls, subscriptions_decide_where_webhooks_go) {
  const webhook_update message{std::string{number_id}, {}, {}, {}, {}};
  auto about_account = message;
  about_account.field = "account_update";
  EXPECT_EQ(meta.receiver_of(message)->webhook_url, "http://127.0.0.1:1/hook");
  const auto long_url = "https://x/" + std::string(191, 'a');
  EXPECT_EQ(code_of("POST", waba_id, "subscribed_apps", {{"override_callback_uri", long_url}, {"verify_token", "t"}}),
            100)
      << "201 characters";
  EXPECT_EQ(code_of("POST", waba_id, "subscribed_apps",
                    {{"override_callback_uri", long_url.substr(0, 200)}, {"verify_token", "t"}}),
            0);
  EXPECT_EQ(code_of("POST", waba_id, "subscribed_apps", {{"override_callback_uri", "https://waba/"}}), 100);
  call("POST", waba_id, "subscribed_apps", {{"override_callback_uri", "https://waba/"}, {"verify_token", "t"}});
  EXPECT_EQ(meta.receiver_of(message)->webhook_url, "https://waba/");
  EXPECT_EQ(get(waba_id, "subscribed_apps")["data"][0]["override_callback_uri"], "https://waba/");
  call("POST", number_id, {},
       {{"webhook_configuration", {{"override_callback_uri", "https://number/"}, {"verify_token", "t"}}}});
  EXPECT_EQ(meta.receiver_of(message)->webhook_url, "https://number/");
  EXPECT_EQ(meta.receiver_of(about_account)->webhook_url, "http://127.0.0.1:1/hook") << "the app's";
  EXPECT_EQ(get(number_id, {}, {{"fields", "webhook_configuration"}})["webhook_configuration"],
            json({{"phone_number", "https://number/"},
                  {"whatsapp_business_account", "https://waba/"},
                  {"application", "http://127.0.0.1:1/hook"}}));
  call("POST", number_id, {}, {{"webhook_configuration", {{"override_callback_uri", ""}}}});
  EXPECT_EQ(meta.receiver_of(message)->webhook_url, "https://waba/");
  call("DELETE", waba_id, "subscribed_apps");
  EXPECT_FALSE(meta.receiver_of(message));
  EXPECT_EQ(get(waba_id, "subscribed_apps")["data"].size(), 0U);
  call("POST", waba_id, "subscribed_apps");
  EXPECT_EQ(meta.receiver_of(message)->webhook_url, "http://127.0.0.1:1/hook");
}

TEST_F(number_calls, a_callback_is_checked_before_it_is_taken) {
  graph_call made;
  made.method = "POST";
  made.id = waba_id;
  made.edge = "subscribed_apps";
  made.bearer = "token-1";
  made.parameters = {{"override_callback_uri", "https://waba/"}, {"verify_token", "t"}};
  const auto outcome = meta.manage(made);
  ASSERT_TRUE(outcome && outcome->check);
  EXPECT_EQ(outcome->check->uri, "https://waba/");
  EXPECT_EQ(outcome->check->verify_token, "t");
  EXPECT_FALSE(get(waba_id, "subscribed_apps")["data"][0].contains("override_callback_uri"));
}

TEST_F(number_calls, registration_knows_the_pin) {
  EXPECT_EQ(register_with("12345"), 100);
  EXPECT_EQ(code_of("POST", number_id, "register", {{"pin", "123456"}}), 100);
  EXPECT_EQ(register_with("123456"), 0) << "the first sets it";
  EXPECT_EQ(register_with("654321"), 133005);
  EXPECT_EQ(register_with("123456"), 133009);
  for (auto i = 0; i < 4; ++i) {
    clock.advance(std::chrono::seconds{5});
    EXPECT_EQ(register_with("654321"), 133005) << i;
  }
  clock.advance(std::chrono::seconds{5});
  EXPECT_EQ(register_with("123456"), 133008);
  clock.advance(std::chrono::hours{1});
  EXPECT_EQ(register_with("123456"), 0);
}

TEST_F(number_calls, ten_registrations_in_72_hours) {
  for (auto i = 0; i < 5; ++i) {
    EXPECT_EQ(code_of("POST", number_id, "deregister", {}), 0);
    EXPECT_EQ(code_of("POST", number_id, "deregister", {}), 133010);
    EXPECT_EQ(send(text_to("254712345678")).answer.code, 133010);
    EXPECT_EQ(get(number_id, {}, {{"fields", "status"}})["status"], "DISCONNECTED");
    EXPECT_EQ(register_with("123456"), 0);
  }
  EXPECT_EQ(code_of("POST", number_id, "deregister", {}), 133016);
  EXPECT_EQ(register_with("123456"), 133016);
  clock.advance(std::chrono::hours{72});
  EXPECT_EQ(register_with("123456"), 0);
}

TEST_F(number_calls, a_number_is_verified_by_a_code) {
  control("numbers", number_id, {{"code_verification_status", "NOT_VERIFIED"}, {"registered", false}});
  EXPECT_EQ(register_with("123456"), 133006);
  EXPECT_EQ(code_of("POST", number_id, "verify_code", {{"code", "000000"}}), 136025);
  EXPECT_EQ(code_of("POST", number_id, "request_code", {{"code_method", "PIGEON"}, {"language", "en"}}), 100);
  const json asked{{"code_method", "SMS"}, {"language", "en_US"}};
  for (auto i = 0; i < 10; ++i)
    EXPECT_EQ(code_of("POST", number_id, "request_code", asked), 0);
  EXPECT_EQ(code_of("POST", number_id, "request_code", asked), 136024);
  const std::string code = meta.state()["numbers"][0]["verification_code"];
  auto wrong = code;
  wrong[0] = wrong[0] == '1' ? '2' : '1';
  expect_same_shape(parse(call("POST", number_id, "verify_code", {{"code", wrong}}).answer.body),
                    parse(golden("responses/error-136025-verify-code.json")));
  EXPECT_EQ(code_of("POST", number_id, "verify_code", {{"code", code.substr(0, 3) + "-" + code.substr(3)}}), 0);
  EXPECT_EQ(register_with("123456"), 0);
}

TEST_F(number_calls, calls_are_counted_by_the_hour) {
  for (auto i = 0; i < 5'000; ++i)
    ASSERT_EQ(code_of("GET", number_id, {}, {}), 0) << i;
  EXPECT_EQ(code_of("GET", waba_id, {}, {}), 80007);
  EXPECT_EQ(send(text_to("254712345678")).answer.code, 0) << "messages do not count";
  clock.advance(std::chrono::hours{1});
  EXPECT_EQ(code_of("GET", waba_id, {}, {}), 0);
  control("numbers", number_id, {{"registered", false}});
  for (auto i = 1; i < 200; ++i)
    ASSERT_EQ(code_of("GET", number_id, {}, {}), 0) << i;
  EXPECT_EQ(code_of("GET", number_id, {}, {}), 80007);
}

TEST_F(number_calls, the_profile_has_limits) {
  const auto set = [&](const json& members) {
    json body{{"messaging_product", "whatsapp"}};
    body.update(members);
    return code_of("POST", number_id, "whatsapp_business_profile", body);
  };
  EXPECT_EQ(set({{"about", std::string(139, 'a')}, {"vertical", "RETAIL"}, {"websites", {"https://a", "https://b"}}}),
            0);
  EXPECT_EQ(set({{"about", std::string(140, 'a')}}), 100);
  EXPECT_EQ(set({{"vertical", "SPACE"}}), 100);
  EXPECT_EQ(set({{"websites", {"1", "2", "3"}}}), 100);
  EXPECT_EQ(set({{"colour", "red"}}), 100);
  EXPECT_EQ(code_of("POST", number_id, "whatsapp_business_profile", {{"about", "x"}}), 100);
  const auto shown = get(number_id, "whatsapp_business_profile", {{"fields", "about,vertical,email"}})["data"][0];
  EXPECT_EQ(shown["vertical"], "RETAIL");
  EXPECT_EQ(shown["messaging_product"], "whatsapp");
  EXPECT_FALSE(shown.contains("email"));
}

TEST_F(number_calls, blocks_who_wrote_in_the_last_24_hours) {
  meta.inbound(R"({"from":"254712345678","text":"hi"})").value();
  const auto mixed = block({"+254 712 345 678", "254700000001"});
  EXPECT_EQ(mixed["block_users"]["added_users"], json({{{"input", "+254 712 345 678"}, {"wa_id", "254712345678"}}}));
  EXPECT_EQ(mixed["block_users"]["failed_users"][0]["wa_id"], "254700000001");
  EXPECT_EQ(mixed["error"]["code"], 139100);
  EXPECT_EQ(get(number_id, "block_users")["data"][0]["wa_id"], "254712345678");
  const auto unheard = meta.inbound(R"({"from":"254712345678","text":"still there?"})").value();
  EXPECT_TRUE(unheard.blocked);
  EXPECT_TRUE(unheard.update.lost);
  const auto freed = block({"254712345678"}, "DELETE");
  EXPECT_FALSE(freed.contains("error"));
  EXPECT_EQ(freed["block_users"]["removed_users"].size(), 1U);
  EXPECT_FALSE(meta.inbound(R"({"from":"254712345678","text":"again"})").value().blocked);
  clock.advance(std::chrono::hours{24});
  EXPECT_EQ(block({"254712345678"})["error"]["code"], 139100);
  EXPECT_EQ(code_of("POST", number_id, "block_users", {{"messaging_product", "whatsapp"}}), 100);
}

} // namespace
} // namespace wakala::sandbox
