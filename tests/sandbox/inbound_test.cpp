#include "tests/sandbox/fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wakala::sandbox {
namespace {

struct inbound : sandbox_fixture {
  nlohmann::json webhook(const nlohmann::json& request) {
    const auto outcome = meta.inbound(request.dump());
    EXPECT_TRUE(outcome.has_value()) << (outcome.has_value() ? "" : outcome.error().what);
    return outcome.has_value() ? parse(post_body({outcome->update.update.change})) : nlohmann::json{};
  }
  std::string wrong(const nlohmann::json& request) {
    const auto outcome = meta.inbound(request.dump());
    return outcome.has_value() ? "nothing" : outcome.error().field;
  }
};

TEST_F(inbound, text_looks_like_metas) {
  const auto body =
      webhook({{"from", "16505551234"}, {"name", "Sheena Nelson"}, {"text", "Does it come in another color?"}});
  const auto wanted = parse(golden("inbound-text.json"));
  expect_same_shape(body, wanted);
  EXPECT_EQ(body["entry"][0]["changes"][0]["value"]["contacts"],
            wanted["entry"][0]["changes"][0]["value"]["contacts"]);
  EXPECT_EQ(body["entry"][0]["changes"][0]["value"]["metadata"],
            wanted["entry"][0]["changes"][0]["value"]["metadata"]);
  EXPECT_EQ(body["entry"][0]["changes"][0]["value"]["messages"][0]["timestamp"], "1750000000");
}

TEST_F(inbound, replies_look_like_metas) {
  expect_same_shape(webhook({{"from", "16505551234"},
                             {"name", "Sheena"},
                             {"context_id", "wamid.X"},
                             {"list_reply", {{"id", "p"}, {"title", "Priority"}, {"description", "Next day"}}}}),
                    parse(golden("inbound-interactive-list-reply.json")));
  expect_same_shape(webhook({{"from", "16505551234"},
                             {"name", "Sheena"},
                             {"context_id", "wamid.X"},
                             {"button_reply", {{"id", "c"}, {"title", "Cancel"}}}}),
                    parse(golden("inbound-interactive-button-reply.json")));
  const auto tap = webhook({{"from", "16505551234"}, {"button", {{"text", "Stop"}}}});
  EXPECT_EQ(tap["entry"][0]["changes"][0]["value"]["messages"][0]["button"]["payload"], "Stop");
  const auto place =
      webhook({{"from", "16505551234"},
               {"message", {{"type", "location"}, {"location", {{"latitude", -1.28}, {"longitude", 36.8}}}}}});
  EXPECT_EQ(place["entry"][0]["changes"][0]["value"]["messages"][0]["type"], "location");
}

TEST_F(inbound, a_shopper_may_show_only_a_user_id) {
  const auto body = webhook({{"from", "254712345678"},
                             {"user_id", "KE.134912"},
                             {"username", "amina"},
                             {"name", "Amina"},
                             {"hide_phone", true},
                             {"text", "hi"}});
  const auto& value = body["entry"][0]["changes"][0]["value"];
  EXPECT_FALSE(value["contacts"][0].contains("wa_id"));
  EXPECT_EQ(value["contacts"][0]["user_id"], "KE.134912");
  EXPECT_EQ(value["contacts"][0]["profile"]["username"], "amina");
  EXPECT_FALSE(value["messages"][0].contains("from"));
  EXPECT_EQ(value["messages"][0]["from_user_id"], "KE.134912");

  nlohmann::json request{{"messaging_product", "whatsapp"},
                         {"recipient", "KE.134912"},
                         {"type", "text"},
                         {"text", {{"body", "karibu"}}}};
  const auto outcome = send(request);
  const auto message = parse(meta.log().messages_json({}))["messages"][0];
  EXPECT_EQ(message["to"], "");
  EXPECT_EQ(message["recipient"], "KE.134912");
  EXPECT_EQ(message["shopper"], "254712345678") << "the same person";
  const auto status = parse(outcome.updates[0].update.change.change)["value"]["statuses"][0];
  EXPECT_FALSE(status.contains("recipient_id"));
  EXPECT_EQ(status["recipient_user_id"], "KE.134912");
  EXPECT_FALSE(parse(outcome.answer.body)["contacts"][0].contains("wa_id"));
}

TEST_F(inbound, keeps_a_given_id_and_time) {
  const auto outcome =
      meta.inbound(R"({"from":"254712345678","text":"hi","id":"wamid.mine","timestamp":1700000000})");
  EXPECT_EQ(outcome.value().id, "wamid.mine");
  const auto message = parse(outcome.value().update.update.change.change)["value"]["messages"][0];
  EXPECT_EQ(message["id"], "wamid.mine");
  EXPECT_EQ(message["timestamp"], "1700000000");
}

TEST_F(inbound, raw_goes_out_as_it_is) {
  const auto object = meta.inbound(nlohmann::json{{"raw", parse(golden("inbound-text.json"))}}.dump()).value();
  EXPECT_EQ(object.id, "wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA=");
  EXPECT_EQ(parse(object.update.update.raw_body), parse(golden("inbound-text.json")));
  EXPECT_EQ(object.update.update.phone_number_id, "106540352242922");
  const auto broken = meta.inbound(nlohmann::json{{"raw", "{not json"}}.dump()).value();
  EXPECT_EQ(broken.update.update.raw_body, "{not json");
  EXPECT_EQ(broken.id, "");
}

TEST_F(inbound, names_what_is_wrong) {
  EXPECT_EQ(wrong({{"text", "hi"}}), "from");
  EXPECT_EQ(wrong({{"from", "123"}, {"text", "hi"}}), "from");
  EXPECT_EQ(wrong({{"from", "254712345678"}}), "text");
  EXPECT_EQ(wrong({{"from", "254712345678"}, {"text", 7}}), "text");
  EXPECT_EQ(wrong({{"from", "254712345678"}, {"text", "hi"}, {"button", {{"text", "x"}}}}), "text");
  EXPECT_EQ(wrong({{"from", "254712345678"}, {"list_reply", {{"id", "x"}}}}), "list_reply");
  EXPECT_EQ(wrong({{"from", "254712345678"}, {"message", 7}}), "message");
  EXPECT_EQ(wrong({{"user_id", "nonsense"}, {"text", "hi"}}), "user_id");
  EXPECT_EQ(wrong({{"phone_number_id", "9"}, {"from", "254712345678"}, {"text", "hi"}}), "phone_number_id");
  EXPECT_EQ(meta.inbound("[]").error().field, "body");
}

TEST_F(inbound, is_escaped_as_meta_escapes) {
  const auto outcome = meta.inbound(R"({"from":"254712345678","name":"Zoë","text":"http://x/y 🙂"})").value();
  const auto& change = outcome.update.update.change.change;
  EXPECT_THAT(change, testing::HasSubstr(R"(Zo\u00eb)"));
  EXPECT_THAT(change, testing::HasSubstr(R"(http:\/\/x\/y \ud83d\ude42)"));
  EXPECT_EQ(parse(change)["value"]["messages"][0]["text"]["body"], "http://x/y 🙂");
}

TEST_F(inbound, the_feed_tells_the_page_everything) {
  const auto outcome = meta.inbound(R"({"from":"254712345678","name":"Amina","text":"hi"})").value();
  meta.acknowledged(outcome.update.update);
  send({{"messaging_product", "whatsapp"},
        {"status", "read"},
        {"message_id", outcome.id},
        {"typing_indicator", {{"type", "text"}}}});
  const auto sent = send(text_to("254712345678", "Karibu"));
  meta.happened(sent.updates[0].update);
  const auto feed = parse(meta.log().feed_json(0));
  std::vector<std::string> kinds;
  for (const auto& item : feed["items"])
    kinds.push_back(item["kind"]);
  EXPECT_THAT(kinds, testing::ElementsAre("shopper", "shopper", "in", "acknowledged", "seen", "out", "status"));
  EXPECT_EQ(feed["seq"], 7);
  EXPECT_EQ(feed["items"][4]["typing"], true);
  EXPECT_EQ(feed["items"][5]["shopper"], "254712345678");
  EXPECT_EQ(parse(meta.log().feed_json(6))["items"].size(), 1U);
  EXPECT_EQ(parse(meta.log().feed_json(7))["items"].size(), 0U);
  EXPECT_EQ(parse(meta.log().feed_json(70))["items"].size(), 0U);
}

TEST_F(inbound, chaos_can_be_switched_while_running) {
  EXPECT_EQ(meta.set_chaos(R"({"spec":"nonsense=1"})").error().field, "nonsense");
  EXPECT_EQ(meta.set_chaos(R"({})").error().field, "spec");
  ASSERT_TRUE(meta.set_chaos(R"({"spec":"duplicate=1,reorder=1,reorder_ms=7"})").has_value());
  const auto outcome = meta.inbound(R"({"from":"254712345678","text":"hi"})").value();
  EXPECT_TRUE(outcome.update.again_after_ms.has_value());
  EXPECT_EQ(outcome.update.held_ms, 7);
  EXPECT_EQ(parse(meta.state().dump())["chaos"], "duplicate=1,reorder=1,reorder_ms=7");
}

TEST(post_body, groups_changes_of_one_account) {
  const auto body =
      parse(post_body({{"1", R"({"field":"a"})"}, {"1", R"({"field":"b"})"}, {"2", R"({"field":"c"})"}}));
  EXPECT_EQ(body["object"], "whatsapp_business_account");
  ASSERT_EQ(body["entry"].size(), 2U);
  EXPECT_EQ(body["entry"][0]["changes"].size(), 2U);
  EXPECT_EQ(body["entry"][1]["id"], "2");
  EXPECT_EQ(parse(post_body({}))["entry"].size(), 0U);
}

} // namespace
} // namespace wakala::sandbox
