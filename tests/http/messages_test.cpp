// Messages to send, in the admin API's manner and in the Graph API's.
#include "http/graph_answers.hpp"
#include "tests/http/support/http_node.hpp"

namespace wakala::http::test {
namespace {

json text_to(const std::string& to, const std::string& body = "your parcel is here") {
  return {{"messaging_product", "whatsapp"}, {"to", to}, {"type", "text"}, {"text", {{"body", body}}}};
}
json template_to(const std::string& to) {
  return {{"messaging_product", "whatsapp"},
          {"to", to},
          {"type", "template"},
          {"template", {{"name", "order_update"}, {"language", {{"code", "en"}}}}}};
}

class messages_api : public http_node {
protected:
  void SetUp() override {
    serve();
    ASSERT_EQ(http_node::post("/v1/webhooks", hello_to("duka", "wamid.1"), app_secret).status, 200);
    ASSERT_TRUE(graph->wait_for_messages(1));
  }

  const std::string number = actors::test::shop_fixture::number_of("duka");
  client_answer send(const json& body, const std::string& query = {}, header_list headers = {}) {
    headers.emplace_back("Authorization", "Bearer " + std::string(duka_token));
    return call(admin_server->port(), "POST", "/v1/tenants/duka/messages" + query, body.dump(), std::move(headers));
  }
  client_answer graph_send(const json& body, std::string_view token = duka_token, std::string whose = {}) {
    return admin("POST", "/v23.0/" + (whose.empty() ? number : whose) + "/messages", body.dump(), token);
  }
  static json body_of(const client_answer& answer) { return json::parse(answer.body, nullptr, false); }
  static int code_of(const client_answer& answer) {
    const auto body = body_of(answer);
    return body.contains("error") ? body.at("error").at("code").get<int>() : 0;
  }
};

TEST_F(messages_api, takes_a_message_and_says_how_it_is_called) {
  const auto answer = send(text_to("+254 700 000001"));
  ASSERT_EQ(answer.status, 202) << answer.body;
  const auto id = body_of(answer).at("id").get<std::string>();
  EXPECT_TRUE(stands_at("duka", amina.phone, id, "accepted"));
  EXPECT_EQ(transcript_of("duka", amina.phone).back().at("text"), "your parcel is here");
}

TEST_F(messages_api, names_every_limit_that_is_broken) {
  auto bad = text_to(amina.phone, std::string(4097, 'x'));
  bad["to"] = "nobody";
  const auto answer = send(bad);
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(answer.header("Content-Type"), "application/problem+json");
  const auto errors = body_of(answer).at("errors");
  ASSERT_EQ(errors.size(), 2U) << answer.body;
  EXPECT_EQ(errors[0].at("path"), "/to");
  EXPECT_EQ(errors[1].at("path"), "/text/body");
  EXPECT_EQ(errors[1].at("value"), "4097");
  EXPECT_EQ(errors[1].at("code"), "too_long");
  EXPECT_TRUE(errors[1].contains("limit"));
  const auto none = call(admin_server->port(), "POST", "/v1/tenants/duka/messages", "{",
                         {{"Authorization", "Bearer " + std::string(duka_token)}});
  EXPECT_EQ(none.status, 400);
  EXPECT_EQ(send(json::array()).status, 422);
  EXPECT_EQ(graph->messages().size(), 1U) << "nothing of that was sent";
}

TEST_F(messages_api, says_what_the_account_and_the_shopper_do_not_allow) {
  const auto paused =
      json{{"object", "whatsapp_business_account"},
           {"entry", json::array({{{"id", "waba-duka"},
                                   {"time", 1'700'000'000},
                                   {"changes", json::array({{{"field", "message_template_status_update"},
                                                             {"value",
                                                              {{"event", "PAUSED"},
                                                               {"message_template_name", "order_update"},
                                                               {"message_template_language", "en"},
                                                               {"reason", "low quality"}}}}})}}})}};
  ASSERT_EQ(http_node::post("/v1/webhooks", paused.dump(), app_secret).status, 200);
  const auto answer = send(template_to(amina.phone));
  EXPECT_EQ(answer.status, 422);
  const auto wrong = body_of(answer).at("errors").at(0);
  EXPECT_EQ(wrong.at("path"), "/template/name");
  EXPECT_EQ(wrong.at("code"), "template_not_approved");
  EXPECT_EQ(wrong.at("value"), "order_update (en) is PAUSED: low quality");
  EXPECT_EQ(code_of(graph_send(template_to(amina.phone))), 132015);
  ASSERT_EQ(admin("POST", "/v1/tenants/duka/users/+254%20700%20000001:block", "").status, 200);
  EXPECT_EQ(body_of(send(text_to(amina.phone))).at("errors").at(0).at("code"), "shopper_blocked");
  EXPECT_EQ(code_of(graph_send(text_to(amina.phone))), 131026);
}

TEST_F(messages_api, a_broadcast_has_a_name_and_there_are_so_many_a_week) {
  for (int n = 0; n < 10; ++n)
    EXPECT_EQ(send(text_to(amina.phone), "?broadcast=june-" + std::to_string(n)).status, 202) << n;
  const auto over = send(text_to(amina.phone), "?broadcast=july");
  EXPECT_EQ(over.status, 429);
  EXPECT_NE(over.body.find("broadcasts_per_week"), std::string::npos);
  EXPECT_TRUE(over.header("Retry-After"));
  for (const auto* bad : {"?broadcast=", "?broadcast=a%20b"}) {
    const auto refused = send(text_to(amina.phone), bad);
    EXPECT_EQ(refused.status, 400) << bad;
    EXPECT_EQ(body_of(refused).at("field"), "broadcast");
  }
}

TEST_F(messages_api, a_person_takes_a_conversation_over_and_hands_it_back) {
  const auto human = [&] {
    return body_of(admin("GET", "/v1/tenants/duka/conversations/" + amina.phone)).at("human");
  };
  EXPECT_EQ(send(text_to(amina.phone)).status, 202);
  EXPECT_EQ(human().at("active"), false);
  EXPECT_EQ(send(text_to(amina.phone), "?agent=true").status, 202);
  EXPECT_EQ(human().at("active"), true);
  const auto url = "/v1/tenants/duka/conversations/" + amina.phone;
  const auto back = admin("POST", url + ":hand_back", "");
  EXPECT_EQ(back.status, 200);
  EXPECT_EQ(body_of(back), (json{{"human", {{"active", false}, {"until", nullptr}}}}));
  EXPECT_EQ(admin("POST", url + ":hand_over", "").status, 200);
  EXPECT_EQ(human().at("active"), true);
  EXPECT_TRUE(human().at("until").is_string());
  EXPECT_EQ(admin("POST", url + ":hand_back?greet=true", "").status, 200);
  EXPECT_EQ(human().at("active"), false);
  for (const auto* bad : {"?agent=yes", "?agent=true&broadcast=june"}) {
    const auto refused = send(text_to(amina.phone), bad);
    EXPECT_EQ(refused.status, 400) << bad;
    EXPECT_EQ(body_of(refused).at("field"), "agent");
  }
}

TEST_F(messages_api, onboarding_names_what_is_wrong_with_it) {
  const auto field = [&](const std::string& body) {
    const auto answer = admin("POST", "/v1/tenants/duka/account:onboard", body);
    return std::to_string(answer.status) + body_of(answer).value("field", "");
  };
  EXPECT_EQ(field(R"({"pin":"12345"})"), "422/pin");
  EXPECT_EQ(field(R"({"pin":123456})"), "422/pin");
  EXPECT_EQ(field(R"({"pin":"12345a"})"), "422/pin");
  EXPECT_EQ(field(R"({"callback_url":"http://shop.example"})"), "422/callback_url");
  EXPECT_EQ(field(R"({"callback_url":"https://)" + std::string(200, 'x') + R"("})"), "422/callback_url");
  EXPECT_EQ(field(R"({"pins":"123456"})"), "422/pins");
  EXPECT_EQ(field("[]"), "400");
}

TEST_F(messages_api, refuses_what_is_nested_too_deeply) {
  for (const std::size_t depth : {65U, 1'000'000U}) {
    auto body = text_to(amina.phone).dump();
    body.insert(body.size() - 1, ",\"x\":" + std::string(depth, '[') + std::string(depth, ']'));
    EXPECT_EQ(admin("POST", "/v1/tenants/duka/messages", body).status, 400) << depth;
    EXPECT_EQ(code_of(admin("POST", "/v23.0/" + number + "/messages", body)), 100) << depth;
    auto inside = text_to(amina.phone);
    inside["contacts"] = std::string(depth, '[') + std::string(depth, ']');
    inside["type"] = "contacts";
    EXPECT_EQ(send(inside).status, 422) << depth;
  }
  EXPECT_EQ(send(text_to(amina.phone)).status, 202);
}

TEST_F(messages_api, says_why_a_message_must_wait_for_a_template) {
  const auto answer = send(text_to("254733000000"));
  EXPECT_EQ(answer.status, 422) << answer.body;
  const auto error = body_of(answer).at("errors").at(0);
  EXPECT_EQ(error.at("code"), "window_closed");
  EXPECT_EQ(error.at("path"), "/type");
  EXPECT_EQ(send(template_to("254733000000")).status, 202);
}

TEST_F(messages_api, honours_an_idempotency_key) {
  const auto first = send(text_to(amina.phone), {}, {{"Idempotency-Key", "order-77"}});
  ASSERT_EQ(first.status, 202);
  EXPECT_EQ(send(text_to(amina.phone), {}, {{"Idempotency-Key", "order-77"}}).body, first.body);
  EXPECT_NE(send(text_to(amina.phone)).body, first.body);
  const auto bad = send(text_to(amina.phone), {}, {{"Idempotency-Key", std::string(256, 'k')}});
  EXPECT_EQ(bad.status, 400);
  EXPECT_EQ(body_of(bad).at("field"), "Idempotency-Key");
}

TEST_F(messages_api, puts_off_what_is_over_the_tenants_limit) {
  add_tenant("kidogo", {{"limits", {{"templates_per_day", 1}}}});
  const auto post = [&] { return admin("POST", "/v1/tenants/kidogo/messages", template_to("254733000000").dump()); };
  EXPECT_EQ(post().status, 202);
  const auto over = post();
  EXPECT_EQ(over.status, 429) << over.body;
  ASSERT_TRUE(over.header("Retry-After"));
  EXPECT_NEAR(std::stod(std::string(*over.header("Retry-After"))), 86'400, 60);
  const auto meta_way =
      admin("POST", "/v23.0/" + number_of("kidogo") + "/messages", template_to("254733000000").dump());
  EXPECT_EQ(meta_way.status, 429);
  EXPECT_EQ(code_of(meta_way), 130429);
  EXPECT_TRUE(meta_way.header("Retry-After"));
}

TEST_F(messages_api, leaves_from_the_number_that_is_asked_for) {
  EXPECT_EQ(send(text_to(amina.phone), "?phone_number_id=" + number).status, 202);
  EXPECT_EQ(send(text_to(amina.phone), "?phone_number_id=n-bidii").status, 400);
  add_tenant("wawili", {{"phone_numbers", json::array({{{"id", "n-1"}, {"display", "254711000001"}},
                                                       {{"id", "n-2"}, {"display", "254711000002"}}})}});
  const auto which = admin("POST", "/v1/tenants/wawili/messages", template_to("254733000000").dump());
  EXPECT_EQ(which.status, 400);
  EXPECT_EQ(body_of(which).at("field"), "phone_number_id");
  EXPECT_EQ(
      admin("POST", "/v1/tenants/wawili/messages?phone_number_id=n-2", template_to("254733000000").dump()).status,
      202);
}

TEST_F(messages_api, answers_a_client_of_the_graph_api_as_meta_would) {
  const auto answer = graph_send(text_to("+" + amina.phone, "as Meta"));
  ASSERT_EQ(answer.status, 200) << answer.body;
  const auto body = body_of(answer);
  EXPECT_EQ(body.at("messaging_product"), "whatsapp");
  EXPECT_EQ(body.at("contacts").at(0), (json{{"input", "+" + amina.phone}, {"wa_id", amina.phone}}));
  const auto id = body.at("messages").at(0).at("id").get<std::string>();
  EXPECT_TRUE(stands_at("duka", amina.phone, id, "accepted"));
  const auto templated = body_of(graph_send(template_to("254733000000")));
  EXPECT_EQ(templated.at("messages").at(0).at("message_status"), "accepted");
  const json receipt{{"messaging_product", "whatsapp"}, {"status", "read"}, {"message_id", "wamid.1"}};
  EXPECT_EQ(graph_send(receipt).body, R"({"success":true})");
}

TEST_F(messages_api, refuses_a_client_of_the_graph_api_as_meta_would) {
  EXPECT_EQ(code_of(graph_send(text_to(amina.phone), "no such token")), 190);
  EXPECT_EQ(graph_send(text_to(amina.phone), "no such token").status, 401);
  const auto others = graph_send(text_to(amina.phone), duka_token, number_of("bidii"));
  EXPECT_EQ(others.status, 400);
  EXPECT_EQ(code_of(others), 100);
  EXPECT_EQ(body_of(others).at("error").at("error_subcode"), 33);
  EXPECT_EQ(body_of(graph_send(text_to(amina.phone), duka_token, "n-none")).at("error").at("error_subcode"), 33)
      << "whether it exists is not told";
  EXPECT_EQ(code_of(graph_send(text_to(amina.phone, std::string(5000, 'x')))), 131009);
  auto missing = text_to(amina.phone);
  missing.erase("text");
  EXPECT_EQ(code_of(graph_send(missing)), 131008);
  EXPECT_EQ(code_of(graph_send(text_to("254733000001"))), 131047);
  EXPECT_EQ(admin("POST", "/v1/" + number + "/messages", "{}").status, 404);
  EXPECT_EQ(admin("POST", "/v23.0/" + number + "/other", "{}").status, 404);
}

} // namespace
} // namespace wakala::http::test
