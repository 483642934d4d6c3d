#include "tests/actors/support/shop.hpp"

namespace wakala::actors::test {
namespace {

using enum event_outcome;

class poison : public shop_fixture {
protected:
  void SetUp() override {
    step = [this](const commerce::conversation_state& state, const whatsapp::event& e,
                  const commerce::step_context& about) {
      if (broken && e.text == "poison") {
        ++thrown;
        throw std::runtime_error("made to throw");
      }
      return commerce::step(state, e, about);
    };
    start();
    add_tenant("duka");
  }
  void TearDown() override { stop(); }

  text_answer act(const std::string& id, bool replay) {
    return ask_tenant("duka", letter_action{persistence::table::dead_letter, id, replay});
  }

  std::atomic<bool> broken{true};
  std::atomic<int> thrown{0};
};

TEST_F(poison, is_tried_three_times_and_becomes_a_visible_dead_letter) {
  EXPECT_EQ(say("duka", amina, "wamid.1", "poison"), dead_lettered);
  EXPECT_EQ(thrown, 3);
  EXPECT_EQ(count->handler_failures, 3U);
  const auto items = letters("duka");
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0].at("kind"), "message");
  EXPECT_EQ(items[0].at("reason"), "handler_failed");
  EXPECT_EQ(items.dump().find(amina.phone), std::string::npos);
  EXPECT_EQ(items.dump().find("poison"), std::string::npos);
  EXPECT_EQ(say("duka", amina, "wamid.1", "poison"), repeated);
  EXPECT_EQ(thrown, 3);
}

TEST_F(poison, is_not_noticed_by_its_neighbours) {
  const auto chui = with_phone("254700000003");
  change c{"n-duka", {}, {}, {}};
  c.messages.push_back(text_message(amina, "wamid.a1", "hi", now()));
  c.messages.push_back(text_message(baraka, "wamid.b1", "hi", now()));
  c.messages.push_back(text_message(baraka, "wamid.b2", "poison", now()));
  c.messages.push_back(text_message(chui, "wamid.c1", "hi", now()));
  c.messages.push_back(text_message(baraka, "wamid.b3", "help", now()));
  EXPECT_EQ(post(webhook({c})), (outcomes{committed, committed, dead_lettered, committed, committed}));
  EXPECT_EQ(inbound_ids("duka", baraka.phone), (std::vector<std::string>{"wamid.b1", "wamid.b3"}));
  EXPECT_EQ(inbound_ids("duka", amina.phone).size(), 1U);
  EXPECT_EQ(inbound_ids("duka", chui.phone).size(), 1U);
  EXPECT_TRUE(graph->wait_for_messages(4)) << "some reply was lost with the actor that threw";
}

TEST_F(poison, does_not_hold_up_another_conversation) {
  std::vector<std::future<outcomes>> bad;
  for (int i = 0; i < 20; ++i)
    bad.push_back(post_later(text_webhook("n-duka", amina, "wamid.p" + std::to_string(i), "poison", now())));
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(say("duka", baraka, "wamid." + std::to_string(i), "hi"), committed);
  for (auto& b : bad) {
    ASSERT_EQ(b.wait_for(patience), std::future_status::ready);
    const auto o = b.get().at(0);
    EXPECT_TRUE(o == dead_lettered || o == retry) << static_cast<int>(o);
  }
}

TEST_F(poison, is_applied_once_when_replayed_after_the_handler_was_mended) {
  EXPECT_EQ(say("duka", amina, "wamid.1", "poison"), dead_lettered);
  const auto id = letters("duka").at(0).at("id").get<std::string>();
  const auto again = act(id, true);
  EXPECT_FALSE(again.value);
  EXPECT_EQ(again.why.code, errc::handler_failed);
  EXPECT_EQ(letters("duka").size(), 1U);
  broken = false;
  EXPECT_EQ(json_of(act(id, true)).at("outcome"), "applied");
  EXPECT_EQ(inbound_ids("duka", amina.phone), std::vector<std::string>{"wamid.1"});
  EXPECT_TRUE(letters("duka").empty());
  const auto twice = act(id, true);
  EXPECT_EQ(twice.why.code, errc::not_found);
  EXPECT_EQ(say("duka", amina, "wamid.1", "poison"), repeated);
  EXPECT_EQ(inbound_ids("duka", amina.phone).size(), 1U);
}

TEST_F(poison, is_applied_once_even_if_the_letter_outlived_its_replay) {
  EXPECT_EQ(say("duka", amina, "wamid.1", "poison"), dead_lettered);
  const auto id = letters("duka").at(0).at("id").get<std::string>();
  broken = false;
  store->on_append([](const auto& rows) {
    for (const auto& row : rows)
      for (const auto& r : row->business)
        if (r.where == persistence::table::dead_letter && r.erase)
          return fault::before;
    return fault::none;
  });
  EXPECT_FALSE(act(id, true).value);
  store->on_append({});
  text_answer second;
  EXPECT_TRUE(eventually([&] {
    second = act(id, true);
    return second.value.has_value();
  }));
  EXPECT_EQ(json_of(second).at("outcome"), "applied_before");
  EXPECT_EQ(inbound_ids("duka", amina.phone).size(), 1U);
}

TEST_F(poison, can_be_dropped) {
  EXPECT_EQ(say("duka", amina, "wamid.1", "poison"), dead_lettered);
  const auto id = letters("duka").at(0).at("id").get<std::string>();
  EXPECT_EQ(json_of(act(id, false)).at("outcome"), "dropped");
  EXPECT_TRUE(letters("duka").empty());
  EXPECT_EQ(say("duka", amina, "wamid.1", "poison"), repeated);
  EXPECT_EQ(act("not hex", true).why.code, errc::not_found);
  EXPECT_EQ(act("00112233445566778899aabbccddeeff", true).why.code, errc::not_found);
}

TEST_F(poison, survives_a_restart_as_a_letter) {
  EXPECT_EQ(say("duka", amina, "wamid.1", "poison"), dead_lettered);
  restart();
  ASSERT_TRUE(eventually([&] { return letters("duka").size() == 1; }));
  broken = false;
  EXPECT_EQ(json_of(act(letters("duka").at(0).at("id"), true)).at("outcome"), "applied");
  EXPECT_EQ(inbound_ids("duka", amina.phone).size(), 1U);
}

TEST_F(poison, does_not_lose_the_replies_that_were_still_waiting) {
  // An answer that was on its way when its conversation failed is lost with it: its attempt is ambiguous then.
  limits.ambiguous_grace = std::chrono::milliseconds{200};
  restart();
  EXPECT_TRUE(eventually([&] { return shard_state("duka").at("state") == "open"; }));
  std::atomic<bool> open{false};
  const auto stopped = stop_at_the_end();
  graph->answer_with([&](const recorded_call& call, std::size_t) {
    return open ? accepted(call) : of_kind(send_outcome::kind::not_sent);
  });
  EXPECT_EQ(say("duka", amina, "wamid.1", "hi"), committed);
  EXPECT_EQ(say("duka", amina, "wamid.2", "poison"), dead_lettered);
  open = true;
  ASSERT_TRUE(graph->wait_for_messages(1));
}

TEST_F(poison, cannot_be_fed_faster_than_the_deadline_allows) {
  limits.event_attempts = 1'000'000;
  limits.webhook_deadline = std::chrono::milliseconds{300};
  restart();
  EXPECT_TRUE(eventually([&] { return shard_state("duka").at("state") == "open"; }));
  EXPECT_EQ(say("duka", amina, "wamid.1", "poison"), retry);
  broken = false;
  EXPECT_EQ(insist(text_webhook("n-duka", amina, "wamid.1", "poison", now())).at(0), committed);
}

} // namespace
} // namespace wakala::actors::test
