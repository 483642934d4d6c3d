#include "runtime/shard_map.hpp"
#include "tests/actors/support/shop.hpp"

#include <gmock/gmock.h>

namespace wakala::actors::test {
namespace {

class broken_store : public shop_fixture {
protected:
  void SetUp() override {
    // A reply whose row was written but not confirmed cannot be told from one that left: it waits for its echo first.
    limits.ambiguous_grace = std::chrono::milliseconds{100};
    start();
    add_tenant("duka");
    add_tenant("soko");
  }

  void fail_once(fault how) {
    auto left = std::make_shared<std::atomic<int>>(1);
    store->on_append([left, how](const auto&) { return (*left)-- > 0 ? how : fault::none; });
  }
};

TEST_F(broken_store, a_key_goes_along_with_the_first_commit_also_when_there_was_nothing_to_commit_at_first) {
  // The first update comes too late: its deadline passes while the conversation is loaded.
  std::atomic<int> reads{0};
  store->on_conversation_key([&](const conversation_id&) {
    if (reads++ == 0)
      clock->advance(limits.webhook_deadline + std::chrono::seconds{1});
    return false;
  });
  const auto stopped = stop_at_the_end();
  const auto body = text_webhook("n-duka", amina, "wamid.1", "hi", now());
  EXPECT_THAT(post(body), ::testing::ElementsAre(event_outcome::retry));
  EXPECT_THAT(insist(body), ::testing::ElementsAre(event_outcome::committed));
  restart();
  EXPECT_THAT(inbound_ids("duka", amina.phone), ::testing::ElementsAre("wamid.1"));
  EXPECT_EQ(say("duka", amina, "wamid.2", "hi"), event_outcome::committed);
}

TEST_F(broken_store, a_clean_failure_asks_for_a_redelivery_and_reopens_under_a_new_epoch) {
  EXPECT_EQ(say("duka", amina, "wamid.1", "hi"), event_outcome::committed);
  ASSERT_TRUE(graph->wait_for_messages(1));
  EXPECT_TRUE(stands_at("duka", amina.phone, graph->messages().at(0).callback(), "accepted"));
  const auto epoch = shard_state("duka").at("epoch").get<int>();
  fail_once(fault::before);
  const auto body = text_webhook("n-duka", amina, "wamid.2", "help", now());
  EXPECT_EQ(post(body), outcomes{event_outcome::retry});
  EXPECT_EQ(insist(body), outcomes{event_outcome::committed});
  EXPECT_GT(shard_state("duka").at("epoch").get<int>(), epoch);
  EXPECT_EQ(inbound_ids("duka", amina.phone), (std::vector<std::string>{"wamid.1", "wamid.2"}));
  ASSERT_TRUE(graph->wait_for_messages(2));
}

TEST_F(broken_store, an_append_that_was_written_but_reported_lost_is_not_applied_twice) {
  EXPECT_EQ(say("duka", amina, "wamid.1", "hi"), event_outcome::committed);
  ASSERT_TRUE(graph->wait_for_messages(1));
  EXPECT_TRUE(stands_at("duka", amina.phone, graph->messages().at(0).callback(), "accepted"));
  fail_once(fault::after);
  const auto body = text_webhook("n-duka", amina, "wamid.2", "help", now());
  EXPECT_EQ(post(body), outcomes{event_outcome::retry});
  EXPECT_EQ(insist(body), outcomes{event_outcome::repeated});
  EXPECT_EQ(inbound_ids("duka", amina.phone), (std::vector<std::string>{"wamid.1", "wamid.2"}));
  ASSERT_TRUE(graph->wait_for_messages(2)) << "the reply of the step that stands was never sent";
  EXPECT_EQ(conversation_of("duka", amina.phone).at("/session/message_count"_json_pointer), 4);
}

TEST_F(broken_store, a_first_message_that_was_written_but_reported_lost_makes_one_conversation) {
  fail_once(fault::after);
  const auto body = text_webhook("n-duka", amina, "wamid.1", "hi", now());
  EXPECT_EQ(post(body), outcomes{event_outcome::retry});
  EXPECT_EQ(insist(body), outcomes{event_outcome::repeated});
  EXPECT_EQ(say("duka", amina, "wamid.2", "help"), event_outcome::committed);
  EXPECT_EQ(inbound_ids("duka", amina.phone), (std::vector<std::string>{"wamid.1", "wamid.2"}));
  const auto list = json_of(ask_tenant("duka", conversations_query{}));
  EXPECT_EQ(list.at("conversations").size(), 1U);
}

TEST_F(broken_store, a_shard_taken_by_another_owner_refuses_and_takes_it_back) {
  EXPECT_EQ(say("duka", amina, "wamid.1", "hi"), event_outcome::committed);
  ASSERT_TRUE(store->open_shard(runtime::shard_of("duka", shard_count)));
  const auto body = text_webhook("n-duka", amina, "wamid.2", "help", now());
  EXPECT_EQ(post(body), outcomes{event_outcome::retry});
  EXPECT_EQ(insist(body), outcomes{event_outcome::committed});
  EXPECT_EQ(inbound_ids("duka", amina.phone), (std::vector<std::string>{"wamid.1", "wamid.2"}));
}

TEST_F(broken_store, a_store_that_is_away_for_a_while_costs_redeliveries_and_nothing_else) {
  EXPECT_EQ(say("duka", amina, "wamid.0", "hi"), event_outcome::committed);
  store->break_all(true);
  std::vector<std::string> ids{"wamid.0"};
  for (int i = 1; i <= 5; ++i) {
    const auto body = text_webhook("n-duka", amina, "wamid." + std::to_string(i), "help", now());
    EXPECT_EQ(post(body), outcomes{event_outcome::retry});
    EXPECT_EQ(post(text_webhook("n-soko", baraka, "wamid.s." + std::to_string(i), "hi", now())),
              outcomes{event_outcome::retry});
    ids.push_back("wamid." + std::to_string(i));
  }
  store->break_all(false);
  for (int i = 1; i <= 5; ++i) {
    insist(text_webhook("n-duka", amina, "wamid." + std::to_string(i), "help", now()));
    insist(text_webhook("n-soko", baraka, "wamid.s." + std::to_string(i), "hi", now()));
  }
  EXPECT_EQ(inbound_ids("duka", amina.phone), ids);
  EXPECT_EQ(inbound_ids("soko", baraka.phone).size(), 5U);
  EXPECT_TRUE(graph->wait_for_messages(11));
}

TEST_F(broken_store, a_conversation_that_cannot_commit_does_not_stop_its_neighbours) {
  const auto chui = with_phone("254700000003");
  for (const auto& who : {amina, baraka, chui})
    EXPECT_EQ(say("duka", who, "wamid.first." + who.phone, "hi"), event_outcome::committed);
  const auto middle = conversation_of("duka", baraka.phone).at("conversation_id").get<std::string>();
  restart();
  store->on_conversation_key([middle](const conversation_id& id) { return to_string(id) == middle; });
  change c{"n-duka", {}, {}, {}};
  for (const auto& who : {amina, baraka, chui})
    for (const auto* n : {"1", "2"})
      c.messages.push_back(text_message(who, std::string("wamid.") + n + "." + who.phone, "help", now()));
  const auto body = webhook({c});
  using enum event_outcome;
  EXPECT_TRUE(eventually([&] { return shard_state("duka").at("state") == "open"; }));
  EXPECT_EQ(post(body), (outcomes{committed, committed, retry, retry, committed, committed}));
  EXPECT_EQ(post(body), (outcomes{repeated, repeated, retry, retry, repeated, repeated}));
  store->on_conversation_key({});
  EXPECT_EQ(post(body), (outcomes{repeated, repeated, committed, committed, repeated, repeated}));
  for (const auto& who : {amina, baraka, chui})
    EXPECT_EQ(inbound_ids("duka", who.phone),
              (std::vector<std::string>{"wamid.first." + who.phone, "wamid.1." + who.phone, "wamid.2." + who.phone}));
}

// -- folding behind
// ----------------------------------------------------------------------------------------------------

class lagging_fold : public shop_fixture {};

TEST_F(lagging_fold, refuses_beyond_its_bound_of_rows_and_recovers) {
  limits.unfolded_rows = 12;
  start();
  add_tenant("duka");
  store->on_fold([](shard_id) { return fault::before; });
  event_outcome last = event_outcome::committed;
  std::vector<std::string> settled;
  for (int i = 0; i < 40 && last == event_outcome::committed; ++i) {
    last = say("duka", with_phone("25470000010" + std::to_string(i)), "wamid." + std::to_string(i), "hi");
    if (last == event_outcome::committed)
      settled.push_back("25470000010" + std::to_string(i));
  }
  EXPECT_EQ(last, event_outcome::retry);
  EXPECT_LE(shard_state("duka").at("unfolded_rows").get<std::size_t>(), 16U);
  store->on_fold({});
  insist(text_webhook("n-duka", amina, "wamid.last", "hi", now()));
  for (const auto& phone : settled)
    EXPECT_EQ(inbound_ids("duka", phone).size(), 1U);
  ASSERT_TRUE(graph->wait_for_messages(settled.size() + 1));
  for (const auto& call : graph->messages())
    EXPECT_EQ(std::count_if(settled.begin(), settled.end(), [](const auto&) { return true; }),
              static_cast<std::ptrdiff_t>(settled.size()))
        << call.callback();
  EXPECT_EQ(graph->messages().size(), settled.size() + 1) << "a refused commit made a message go out twice";
}

TEST_F(lagging_fold, refuses_when_the_oldest_row_is_too_old_and_recovers) {
  start();
  add_tenant("duka");
  std::atomic<int> folds{0};
  const auto stopped = stop_at_the_end();
  store->on_fold([&](shard_id) {
    ++folds;
    return fault::before;
  });
  EXPECT_EQ(say("duka", amina, "wamid.1", "hi"), event_outcome::committed);
  EXPECT_TRUE(eventually([&] { return folds > 0; }));
  shard_state("duka");
  clock->advance(std::chrono::seconds{6});
  EXPECT_TRUE(eventually([&] { return say("duka", amina, "wamid.2", "hi") != event_outcome::committed; }));
  store->on_fold({});
  insist(text_webhook("n-duka", amina, "wamid.3", "hi", now()));
  EXPECT_GE(inbound_ids("duka", amina.phone).size(), 2U);
}

TEST_F(lagging_fold, keeps_what_the_graph_answered_while_it_could_not_be_written) {
  limits.unfolded_rows = 1;
  limits.ambiguous_grace = std::chrono::milliseconds{300};
  graph->answer_with([](const recorded_call&, std::size_t) { return std::nullopt; });
  start();
  add_tenant("duka");
  store->on_fold([](shard_id) { return fault::before; });
  EXPECT_EQ(say("duka", amina, "wamid.1", "hi"), event_outcome::committed);
  // The mark as read goes out first; its answer and the reply's follow when the tail is full.
  ASSERT_TRUE(graph->wait_until([](const auto& all) { return !all.empty(); }));
  graph->answer_with([](const recorded_call& call, std::size_t) { return accepted(call); });
  graph->release(accepted);
  EXPECT_TRUE(eventually([&] { return shard_state("duka").at("unfolded_rows").get<int>() >= 1; }));
  store->on_fold({});
  ASSERT_TRUE(graph->wait_for_messages(1));
  const auto reply = graph->messages().at(0);
  EXPECT_TRUE(stands_at("duka", amina.phone, reply.callback(), "accepted"));
  EXPECT_EQ(graph->messages().size(), 1U);
  EXPECT_EQ(count->sends_resent_after_ambiguity, 0U);
}

} // namespace
} // namespace wakala::actors::test
