#include "tests/actors/support/shop.hpp"

namespace wakala::actors::test {
namespace {

using enum event_outcome;

class shoppers : public shop_fixture, public ::testing::WithParamInterface<bool> {
protected:
  void SetUp() override {
    start();
    add_tenant("duka");
  }
  void TearDown() override { stop(); }

  /// With the parameter: everything is read back from the store in between.
  void between() {
    if (GetParam()) {
      restart();
      EXPECT_TRUE(eventually([&] { return shard_state("duka").at("state") == "open"; }));
    }
  }
  std::string id_of(const std::string& contact) {
    const auto c = conversation_of("duka", contact);
    return c.is_object() ? c.at("conversation_id").get<std::string>() : "none";
  }
  event_outcome hi(const shopper& who) { return say("duka", who, "wamid." + std::to_string(++messages_), "hi"); }

private:
  int messages_ = 0;
};

TEST_P(shoppers, keep_session_and_history_when_the_phone_number_disappears) {
  EXPECT_EQ(hi({"254700000001", {}, "Amina"}), committed);
  const auto session = conversation_of("duka", "254700000001").at("/session/session_id"_json_pointer);
  const auto id = id_of("254700000001");
  between();
  EXPECT_EQ(hi({"254700000001", "KE.1", "Amina"}), committed);
  between();
  EXPECT_EQ(hi({{}, "KE.1", "Amina"}), committed);
  EXPECT_EQ(id_of("KE.1"), id);
  EXPECT_EQ(id_of("254700000001"), id);
  EXPECT_EQ(conversation_of("duka", "KE.1").at("/session/session_id"_json_pointer), session);
  EXPECT_EQ(inbound_ids("duka", "KE.1").size(), 3U);
}

TEST_P(shoppers, known_by_user_id_only_get_their_answers_there) {
  EXPECT_EQ(hi({{}, "KE.1", "Amina"}), committed);
  ASSERT_TRUE(graph->wait_for_messages(1));
  EXPECT_EQ(graph->messages().at(0).body.dump().find("\"to\""), std::string::npos);
  EXPECT_NE(graph->messages().at(0).body.dump().find("KE.1"), std::string::npos);
}

TEST_P(shoppers, that_are_strangers_with_one_number_never_share) {
  EXPECT_EQ(hi({"254700000001", "KE.1", "Amina"}), committed);
  between();
  EXPECT_EQ(hi({"254700000001", "KE.2", "Zawadi"}), committed);
  between();
  const auto first = id_of("KE.1");
  const auto second = id_of("KE.2");
  EXPECT_NE(first, second);
  EXPECT_EQ(inbound_ids("duka", "KE.1").size(), 1U);
  EXPECT_EQ(inbound_ids("duka", "KE.2").size(), 1U);
  EXPECT_EQ(hi({{}, "KE.1", "Amina"}), committed);
  EXPECT_EQ(id_of("KE.1"), first);
  EXPECT_EQ(id_of("254700000001"), second) << "the number points to who used it last";
}

TEST_P(shoppers, that_clash_are_decided_by_the_user_id) {
  EXPECT_EQ(hi({"254700000001", "KE.1", "Amina"}), committed);
  EXPECT_EQ(hi({"254700000002", "KE.2", "Baraka"}), committed);
  const auto first = id_of("KE.1");
  const auto second = id_of("KE.2");
  ASSERT_NE(first, second);
  between();
  EXPECT_EQ(hi({"254700000001", "KE.2", "Baraka"}), committed);
  EXPECT_EQ(count->identity_clashes, 1U);
  between();
  EXPECT_EQ(id_of("KE.1"), first);
  EXPECT_EQ(id_of("KE.2"), second);
  EXPECT_EQ(id_of("254700000001"), second);
  EXPECT_EQ(inbound_ids("duka", "KE.1").size(), 1U) << "histories were joined";
  EXPECT_EQ(inbound_ids("duka", "KE.2").size(), 2U);
  EXPECT_EQ(hi({"254700000001", {}, "Baraka"}), committed);
  EXPECT_EQ(inbound_ids("duka", "KE.2").size(), 3U);
}

TEST_P(shoppers, of_two_tenants_are_two_conversations) {
  add_tenant("soko");
  EXPECT_EQ(say("duka", amina, "wamid.1", "hi"), committed);
  EXPECT_EQ(say("soko", amina, "wamid.1", "hi"), committed);
  between();
  EXPECT_EQ(inbound_ids("duka", amina.phone).size(), 1U);
  EXPECT_EQ(inbound_ids("soko", amina.phone).size(), 1U);
  EXPECT_NE(conversation_of("duka", amina.phone).at("conversation_id"),
            conversation_of("soko", amina.phone).at("conversation_id"));
}

TEST_P(shoppers, with_a_new_user_id_keep_their_conversation) {
  EXPECT_EQ(hi({"254700000001", "KE.1", "Amina"}), committed);
  const auto id = id_of("KE.1");
  between();
  const nlohmann::json update{
      {"messaging_product", "whatsapp"},
      {"metadata", {{"display_phone_number", "254711000000"}, {"phone_number_id", "n-duka"}}},
      {"user_id_update", nlohmann::json::array({{{"wa_id", "254700000001"},
                                                 {"detail", "changed"},
                                                 {"user_id", {{"previous", "KE.1"}, {"current", "KE.9"}}},
                                                 {"timestamp", std::to_string(now() / 1000)}}})}};
  const nlohmann::json body{
      {"object", "whatsapp_business_account"},
      {"entry", nlohmann::json::array(
                    {{{"id", "waba-duka"},
                      {"changes", nlohmann::json::array({{{"field", "user_id_update"}, {"value", update}}})}}})}};
  EXPECT_EQ(post(body), outcomes{committed});
  between();
  EXPECT_EQ(hi({{}, "KE.9", "Amina"}), committed);
  EXPECT_EQ(id_of("KE.9"), id);
  EXPECT_EQ(inbound_ids("duka", "KE.9").size(), 2U);
}

INSTANTIATE_TEST_SUITE_P(memory_and_store, shoppers, ::testing::Bool(),
                         [](const auto& p) { return p.param ? "after_restarts" : "in_one_life"; });

// -- coming and going
// --------------------------------------------------------------------------------------------------

class passivation : public shop_fixture {
protected:
  void TearDown() override { stop(); }
  std::int64_t live() const { return count->conversations_live; }
};

TEST_F(passivation, by_idle_time_keeps_everything) {
  limits.conversation_idle = std::chrono::milliseconds{60};
  start();
  add_tenant("duka");
  EXPECT_EQ(say("duka", amina, "wamid.1", "hi"), committed);
  ASSERT_TRUE(graph->wait_for_messages(1));
  const auto reply = graph->messages().at(0);
  EXPECT_TRUE(eventually([&] { return live() == 0; }));
  EXPECT_GE(count->conversations_passivated, 1U);
  EXPECT_EQ(say("duka", amina, "wamid.2", "help"), committed);
  EXPECT_EQ(inbound_ids("duka", amina.phone), (std::vector<std::string>{"wamid.1", "wamid.2"}));
  EXPECT_EQ(report("duka", reply, "read"), committed);
  EXPECT_TRUE(stands_at("duka", amina.phone, reply.callback(), "read"));
  EXPECT_TRUE(eventually([&] { return live() == 0; }));
}

TEST_F(passivation, waits_for_what_is_still_to_be_sent) {
  limits.conversation_idle = std::chrono::milliseconds{50};
  std::atomic<bool> open{false};
  const auto stopped = stop_at_the_end();
  graph->answer_with([&](const recorded_call& call, std::size_t) {
    return open ? accepted(call) : of_kind(send_outcome::kind::not_sent);
  });
  start();
  add_tenant("duka");
  EXPECT_EQ(say("duka", amina, "wamid.1", "hi"), committed);
  ASSERT_TRUE(graph->wait_until([](const auto& all) { return all.size() >= 2; }));
  EXPECT_EQ(live(), 1);
  open = true;
  ASSERT_TRUE(graph->wait_for_messages(1));
  EXPECT_TRUE(eventually([&] { return live() == 0; }));
}

TEST_F(passivation, by_count_brings_the_gauge_back_to_its_bound) {
  limits.live_conversations = 8;
  start();
  add_tenant("duka");
  std::vector<std::string> phones;
  for (int i = 0; i < 60; ++i) {
    phones.push_back("2547000010" + std::to_string(10 + i));
    EXPECT_EQ(say("duka", with_phone(phones.back()), "wamid." + std::to_string(i), "hi"), committed);
  }
  ASSERT_TRUE(graph->wait_for_messages(60));
  int more = 0;
  EXPECT_TRUE(eventually([&] {
    say("duka", with_phone(phones[static_cast<std::size_t>(more) % 60]), "wamid.more." + std::to_string(more), "hi");
    ++more;
    return live() <= 9;
  })) << live();
  EXPECT_GE(count->conversations_passivated, 40U);
  for (std::size_t i = 0; i < phones.size(); ++i)
    EXPECT_GE(inbound_ids("duka", phones[i]).size(), 1U);
}

TEST_F(passivation, never_loses_or_reorders_what_comes_meanwhile) {
  limits.conversation_idle = std::chrono::milliseconds{1};
  limits.live_conversations = 2;
  start();
  add_tenant("duka");
  std::map<std::string, std::vector<std::string>> sent;
  std::vector<std::pair<std::string, std::future<outcomes>>> posts;
  for (int i = 0; i < 300; ++i) {
    const auto phone = "25470000200" + std::to_string(i % 5);
    const auto id = "wamid." + std::to_string(i);
    posts.emplace_back(id, post_later(text_webhook("n-duka", with_phone(phone), id, "hi", now())));
    sent[phone].push_back(id);
    if (i % 7 == 0)
      ask_tenant("duka", conversation_query{phone});
    if (i % 20 == 19)
      posts.back().second.wait();
  }
  for (auto& [id, p] : posts) {
    ASSERT_EQ(p.wait_for(patience), std::future_status::ready);
    EXPECT_EQ(p.get(), outcomes{committed}) << id;
  }
  for (const auto& [phone, ids] : sent)
    EXPECT_EQ(inbound_ids("duka", phone), ids);
}

} // namespace
} // namespace wakala::actors::test
