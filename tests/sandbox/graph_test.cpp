#include "runtime/core/encoding.hpp"
#include "tests/sandbox/fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

namespace wakala::sandbox {
namespace {

struct graph : sandbox_fixture {};

TEST_F(graph, takes_every_golden_message) {
  auto taken = 0;
  for (const auto& file : std::filesystem::directory_iterator(WAKALA_SOURCE_DIR "/tests/data/payloads/requests")) {
    const auto name = file.path().filename().string();
    if (name.starts_with("create-template") || name.starts_with("catalog-items"))
      continue; // bodies of other calls
    const auto outcome = meta.send("106540352242922", "token-1", read_file(file.path()));
    EXPECT_EQ(outcome.answer.status, 200) << name << ": " << outcome.answer.body;
    if (name.starts_with("mark-as-read")) {
      EXPECT_EQ(parse(outcome.answer.body), parse(golden("responses/success-true.json")));
      EXPECT_TRUE(outcome.updates.empty());
    } else {
      const auto answer = parse(outcome.answer.body);
      EXPECT_TRUE(answer["messages"][0]["id"].get<std::string>().starts_with("wamid."));
      EXPECT_EQ(answer["messages"][0].contains("message_status"), name.starts_with("template")) << name;
      EXPECT_FALSE(outcome.updates.empty());
    }
    ++taken;
  }
  EXPECT_GE(taken, 30);
}

TEST_F(graph, answers_like_the_golden_answers) {
  expect_same_shape(parse(send(text_to("+16505551234")).answer.body), parse(golden("responses/send-ok.json")));
  auto to_user = text_to("");
  to_user.erase("to");
  to_user["recipient"] = "US.13491208655302741918";
  expect_same_shape(parse(send(to_user).answer.body), parse(golden("responses/send-ok-bsuid.json")));
  ASSERT_TRUE(meta.add_shopper(R"({"phone":"16505550000","user_id":"US.777"})").has_value());
  expect_same_shape(parse(send(text_to("+1 (650) 555-0000")).answer.body),
                    parse(golden("responses/send-ok-phone-and-bsuid.json")));
  const auto templated = meta.send("106540352242922", "token-1", golden("requests/template-utility-named.json"));
  expect_same_shape(parse(templated.answer.body), parse(golden("responses/send-ok-template-accepted.json")));
  expect_same_shape(parse(meta.describe("106540352242922", "token-1", {}, {}).body),
                    parse(golden("responses/phone-number.json")));
}

TEST_F(graph, normalises_the_number_and_shows_what_was_sent) {
  const auto answer = parse(send(text_to("+254 712-345 678")).answer.body);
  EXPECT_EQ(answer["contacts"][0]["input"], "+254 712-345 678");
  EXPECT_EQ(answer["contacts"][0]["wa_id"], "254712345678");
  const auto raw = from_base64(answer["messages"][0]["id"].get<std::string>().substr(6)).value();
  EXPECT_NE(raw.find("254712345678"), std::string::npos);
}

TEST_F(graph, refuses_like_meta) {
  const auto no_token = meta.send("106540352242922", "", text_to("254712345678").dump());
  EXPECT_EQ(no_token.answer.status, 401);
  expect_same_shape(parse(no_token.answer.body), parse(golden("responses/error-190-token.json")));
  EXPECT_EQ(meta.send("106540352242922", "token-2", text_to("254712345678").dump()).answer.status, 401);

  const auto stranger = meta.send("454545", "token-1", text_to("254712345678").dump());
  EXPECT_EQ(stranger.answer.status, 400);
  expect_same_shape(parse(stranger.answer.body), parse(golden("responses/error-100-33-unknown-object.json")));
  EXPECT_EQ(parse(stranger.answer.body)["error"]["error_subcode"], 33);

  auto buttons = parse(golden("requests/interactive-buttons.json"));
  auto& list = buttons["interactive"]["action"]["buttons"];
  while (list.size() < 4)
    list.push_back(
        {{"type", "reply"},
         {"reply", {{"id", "x" + std::to_string(list.size())}, {"title", "X" + std::to_string(list.size())}}}});
  const auto many = parse(send(buttons).answer.body);
  const auto wanted = parse(golden("responses/error-131009-button-count.json"));
  expect_same_shape(many, wanted);
  EXPECT_EQ(many["error"]["error_data"], wanted["error"]["error_data"]);
  EXPECT_EQ(many["error"]["message"], wanted["error"]["message"]);
  EXPECT_EQ(many["error"]["code"], 131009);

  auto nothing = text_to("254712345678");
  nothing["text"].erase("body");
  EXPECT_EQ(send(nothing).answer.code, 131008);
  auto nobody = text_to("254712345678");
  nobody.erase("to");
  EXPECT_EQ(send(nobody).answer.code, 131008);
  EXPECT_EQ(send(text_to("254712345678", std::string(4'097, 'x'))).answer.code, 131009);
  EXPECT_EQ(send({{"to", "254712345678"}}).answer.code, 100);
  EXPECT_EQ(meta.send("106540352242922", "token-1", "not json").answer.code, 100);
  EXPECT_EQ(meta.send("106540352242922", "token-1", "[]").answer.code, 100);
  EXPECT_EQ(send(text_to("15550783881")).answer.code, 131021);
  EXPECT_EQ(parse(meta.log().messages_json({}))["messages"].size(), 0U);
  const auto attempts = parse(meta.log().attempts_json(0))["attempts"];
  EXPECT_EQ(attempts.size(), meta.log().refused_count());
  EXPECT_EQ(attempts[0]["code"], 190);
  EXPECT_EQ(attempts[0]["accepted"], false);
}

TEST_F(graph, records_every_accepted_message_once) {
  auto request = text_to("254712345678", "Karibu");
  request["biz_opaque_callback_data"] = "row-17";
  const auto outcome = send(request);
  send(text_to("254700000002"));
  const auto all = parse(meta.log().messages_json({}))["messages"];
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0]["seq"], 1);
  EXPECT_EQ(all[0]["to"], "254712345678");
  EXPECT_EQ(all[0]["text"], "Karibu");
  EXPECT_EQ(all[0]["type"], "text");
  EXPECT_EQ(all[0]["biz_opaque_callback_data"], "row-17");
  EXPECT_EQ(all[0]["body"], request);
  EXPECT_EQ(all[0]["accepted"], true);
  EXPECT_EQ(all[0]["wamid"], parse(outcome.answer.body)["messages"][0]["id"]);
  EXPECT_EQ(all[0]["at"], "2025-06-15T15:06:40Z");
  EXPECT_EQ(parse(meta.log().messages_json({1, {}, {}, 0}))["messages"].size(), 1U);
  EXPECT_EQ(parse(meta.log().messages_json({0, "254700000002", {}, 0}))["messages"][0]["seq"], 2);
  EXPECT_EQ(parse(meta.log().messages_json({0, {}, {}, 1}))["messages"].size(), 1U);
  EXPECT_EQ(parse(meta.log().messages_json({99, {}, {}, 0}))["messages"].size(), 0U);
}

TEST_F(graph, plans_sent_delivered_read_with_the_callback_data) {
  auto request = text_to("254712345678");
  request["biz_opaque_callback_data"] = "row-17";
  const auto outcome = send(request);
  ASSERT_EQ(outcome.updates.size(), 3U);
  std::int64_t before = -1;
  std::vector<std::string> course;
  for (const auto& timed : outcome.updates) {
    EXPECT_GT(timed.after_ms, before);
    before = timed.after_ms;
    const auto change = parse(timed.update.change.change);
    const auto status = change["value"]["statuses"][0];
    course.push_back(status["status"]);
    EXPECT_EQ(status["biz_opaque_callback_data"], "row-17");
    EXPECT_EQ(status["recipient_id"], "254712345678");
    EXPECT_EQ(status["id"], parse(outcome.answer.body)["messages"][0]["id"]);
    EXPECT_EQ(change["field"], "messages");
    EXPECT_EQ(timed.update.change.waba_id, "102290129340398");
    meta.happened(timed.update);
  }
  EXPECT_THAT(course, testing::ElementsAre("sent", "delivered", "read"));
  EXPECT_EQ(parse(meta.log().messages_json({}))["messages"][0]["statuses"],
            nlohmann::json({"sent", "delivered", "read"}));
  const auto sent = parse(outcome.updates[0].update.change.change)["value"]["statuses"][0];
  EXPECT_EQ(sent["pricing"]["pricing_model"], "PMP");
  EXPECT_EQ(sent["conversation"]["origin"]["type"], "service");
  EXPECT_TRUE(sent["conversation"].contains("expiration_timestamp"));
  EXPECT_FALSE(parse(outcome.updates[1].update.change.change)["value"]["statuses"][0]["conversation"].contains(
      "expiration_timestamp"));
}

TEST_F(graph, the_same_seed_makes_the_same_trouble) {
  const auto* const spec =
      "error5xx=0.2,error500=0.2,lost_answer=0.2,throttle=0.1,duplicate=0.3,reorder=0.3,delay_ms=0-50,"
      "status_loss=0.3,fail=0.2,answer_ms=0-9";
  const auto run = [&](std::uint64_t seed) {
    auto storm = make(spec, seed);
    std::string trace;
    for (auto i = 0; i < 200; ++i) {
      const auto outcome =
          storm.send("106540352242922", "token-1", text_to("25471234567" + std::to_string(i % 3)).dump());
      trace += std::to_string(outcome.answer.status) + "/" + std::to_string(outcome.answer.code) +
               (outcome.drop_connection ? "x" : "") + std::to_string(outcome.answer_after_ms);
      for (const auto& timed : outcome.updates)
        trace += " " + timed.update.status + std::to_string(timed.after_ms) + "+" + std::to_string(timed.held_ms) +
                 (timed.lost ? "L" : "") + (timed.again_after_ms ? "D" : "");
      trace += "\n";
    }
    return trace;
  };
  EXPECT_EQ(run(5), run(5));
  EXPECT_NE(run(5), run(6));
  for (const auto* sign : {"503/0", "200/0x", "400/130429", "L", "D", "failed"})
    EXPECT_THAT(run(5), testing::HasSubstr(sign));
}

TEST_F(graph, trouble_between_others_does_not_change_mine) {
  const auto mine = [&](bool with_others) {
    auto storm = make("error5xx=0.3,lost_answer=0.3", 9);
    std::string trace;
    for (auto i = 0; i < 30; ++i) {
      if (with_others)
        storm.send("106540352242922", "token-1", text_to("254700000009").dump());
      const auto outcome = storm.send("106540352242922", "token-1", text_to("254712345678").dump());
      trace += std::to_string(outcome.answer.status) + (outcome.drop_connection ? "x " : " ");
    }
    return trace;
  };
  EXPECT_EQ(mine(false), mine(true));
}

TEST_F(graph, a_lost_answer_is_accepted_all_the_same) {
  meta = make("lost_answer=1");
  const auto outcome = send(text_to("254712345678"));
  EXPECT_TRUE(outcome.drop_connection);
  EXPECT_EQ(outcome.updates.size(), 3U);
  EXPECT_EQ(parse(meta.log().messages_json({}))["messages"][0]["answered"], false);
}

TEST_F(graph, refused_by_chaos_is_not_accepted) {
  meta = make("error5xx=1");
  const auto html = send(text_to("254712345678"));
  EXPECT_EQ(html.answer.status, 503);
  EXPECT_FALSE(nlohmann::json::accept(html.answer.body));
  meta = make("error500=1");
  std::set<int> codes;
  for (auto i = 0; i < 40; ++i)
    codes.insert(send(text_to("254712345678")).answer.code);
  EXPECT_THAT(codes, testing::ElementsAre(2, 131000, 131016));
  EXPECT_EQ(meta.log().accepted_count(), 0U);
}

TEST_F(graph, the_pair_limit_allows_a_burst_of_45_and_one_more_every_six_seconds) {
  meta = make("pair_limit=on");
  for (auto i = 0; i < 45; ++i)
    ASSERT_EQ(send(text_to("254712345678")).answer.status, 200) << i;
  const auto refusal = send(text_to("254712345678"));
  EXPECT_EQ(refusal.answer.status, 400);
  auto wanted = parse(golden("responses/error-131056-pair-limit.json"));
  EXPECT_EQ(parse(refusal.answer.body)["error"]["error_data"], wanted["error"]["error_data"]);
  EXPECT_EQ(parse(refusal.answer.body)["error"]["code"], 131056);
  EXPECT_EQ(send(text_to("254700000002")).answer.status, 200) << "other pairs are not concerned";
  clock.advance(std::chrono::seconds{6});
  EXPECT_EQ(send(text_to("254712345678")).answer.status, 200);
  EXPECT_EQ(send(text_to("254712345678")).answer.code, 131056);
}

TEST_F(graph, throughput_is_per_number_and_second) {
  meta = make("throughput=3");
  for (auto i = 0; i < 3; ++i)
    ASSERT_EQ(send(text_to("25471234567" + std::to_string(i))).answer.status, 200);
  const auto refusal = send(text_to("254712345679"));
  expect_same_shape(parse(refusal.answer.body), parse(golden("responses/error-130429-throughput.json")));
  clock.advance(std::chrono::milliseconds{400});
  EXPECT_EQ(send(text_to("254712345679")).answer.status, 200);
}

TEST_F(graph, failures_come_later_as_meta_words_them) {
  meta = make("fail=1");
  const auto failing = send(text_to("254712345678"));
  ASSERT_EQ(failing.updates.size(), 2U);
  const auto value = parse(failing.updates[1].update.change.change)["value"];
  EXPECT_EQ(value["statuses"][0]["status"], "failed");
  EXPECT_EQ(value["statuses"][0]["errors"][0]["code"], 131026);
  EXPECT_FALSE(value.contains("contacts"));

  meta = make("window=on");
  const auto closed = send(text_to("254712345678"));
  ASSERT_EQ(closed.updates.size(), 1U);
  expect_same_shape(parse(closed.updates[0].update.change.change),
                    parse(golden("status-failed-131047.json"))["entry"][0]["changes"][0]);
  ASSERT_TRUE(meta.inbound(R"({"from":"254712345678","text":"hi"})").has_value());
  EXPECT_EQ(send(text_to("254712345678")).updates.size(), 3U);
  clock.advance(std::chrono::hours{24});
  EXPECT_EQ(send(text_to("254712345678")).updates.size(), 1U);
}

TEST_F(graph, numbers_made_on_first_use_only_when_asked) {
  backend_options options;
  options.accept_any_number = true;
  options.defaults = demo_number();
  backend open{options, {}, clock};
  EXPECT_EQ(open.send("42", "token-1", text_to("254712345678").dump()).answer.status, 200);
  EXPECT_EQ(open.send("messages", "token-1", text_to("254712345678").dump()).answer.status, 400);
}

TEST_F(graph, state_shows_no_secret) {
  const auto text = meta.state().dump();
  EXPECT_EQ(text.find("token-1"), std::string::npos);
  EXPECT_EQ(text.find("app-secret"), std::string::npos);
  EXPECT_NE(text.find("106540352242922"), std::string::npos);
}

} // namespace
} // namespace wakala::sandbox
