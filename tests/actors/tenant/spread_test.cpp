#include "actors/protocol/spread.hpp"
#include "runtime/shard_map.hpp"
#include "tests/actors/support/shop.hpp"

#include <set>
#include <thread>

namespace wakala::actors::test {
namespace {

using enum event_outcome;

// -- rules -----------------------------------------------------------------------------

TEST(spread_rules, are_stored_whole_and_nothing_else_is_read) {
  const spread s{3, 7, 5, 8, 1'700'000'000'123};
  EXPECT_EQ(spread_from(to_text(s)).value(), s);
  const auto text = to_text(s);
  for (std::size_t size = 0; size < text.size(); ++size)
    EXPECT_FALSE(spread_from(std::string_view(text).substr(0, size))) << size;
  EXPECT_FALSE(spread_from(text + "x"));
  EXPECT_FALSE(spread_from(to_text(spread{0, 0, 0, 1, 0, 0})));
}

TEST(spread_rules, a_generation_follows_the_other_and_remembers_the_widest) {
  const auto first = begun(spread{}, 4, 1'000'000, 5, 1'000'300);
  EXPECT_EQ(first, (spread{4, 1, 0, 4, 1'000'000, 1'000'300}));
  const auto second = begun(first, 2, 2'000'000, 9'000, 1'000'200);
  EXPECT_EQ(second, (spread{2, 2, 0, 4, 9'000'000, 1'000'300})) << "events from the future were seen already";
}

TEST(spread_rules, only_events_from_before_may_be_known_elsewhere) {
  EXPECT_FALSE(may_be_known_elsewhere(spread{}, event_key{}));
  const auto s = begun(spread{}, 4, 1'000'000'000, 5, 0);
  EXPECT_TRUE(may_be_known_elsewhere(s, event_key{0, {}})) << "undated ones may be from any time";
  EXPECT_TRUE(may_be_known_elsewhere(s, event_key{999'999, {}}));
  EXPECT_TRUE(may_be_known_elsewhere(s, event_key{1'000'050, {}})) << "clocks differ";
  EXPECT_FALSE(may_be_known_elsewhere(s, event_key{1'000'070, {}}));
}

TEST(spread_rules, a_place_obeys_the_newest_owner_and_the_newest_generation) {
  place_rules place;
  EXPECT_TRUE(place.follows(handing{{}, 0, 0, 1, 10, 0}));
  EXPECT_FALSE(place.follows(handing{{}, 0, 0, 1, 9, 0})) << "the home has another owner since";
  EXPECT_TRUE(place.leave(1, 10));
  EXPECT_FALSE(place.follows(handing{{}, 0, 0, 1, 10, 0})) << "that generation is over";
  EXPECT_TRUE(place.now().is_changing());
  EXPECT_TRUE(place.leave(1, 11)) << "asked again by the next owner";
  EXPECT_TRUE(place.follows(handing{{}, 0, 1, 4, 11, 700}));
  EXPECT_EQ(place.now().after, 700);
  EXPECT_FALSE(place.now().is_changing());
  EXPECT_EQ(place.now().width, 4U);
  EXPECT_FALSE(place.leave(1, 11)) << "it has begun already";
  EXPECT_FALSE(place.begin(0, 1, 11, 0));
  EXPECT_FALSE(place.begin(1, 4, 10, 0));
  EXPECT_TRUE(place.begin(1, 4, 11, 0));
}

TEST(spread_rules, conversations_lie_evenly_on_the_home_and_the_shards_after_it) {
  seeded_random random{3};
  std::map<shard_id, int> found;
  for (int i = 0; i < 4'000; ++i) {
    const auto id = random.next_conversation_id();
    EXPECT_EQ(runtime::shard_of(6, id, 1, 8), 6U);
    EXPECT_EQ(runtime::shard_of(6, id, 0, 8), 6U);
    EXPECT_LT(runtime::shard_of(6, id, 100, 8), 8U);
    ++found[runtime::shard_of(6, id, 4, 8)];
  }
  ASSERT_EQ(found.size(), 4U);
  for (const shard_id shard : {6U, 7U, 0U, 1U})
    EXPECT_NEAR(found[shard], 1'000, 150) << shard;
}

// -- a tenant that is spread ------------------------------------------------------------

class spread_shop : public shop_fixture {
protected:
  void SetUp() override { start(); }
  void TearDown() override { stop(); }

  void open(int shards) {
    add_tenant("duka", {{"limits",
                         {{"spread_shards", shards},
                          {"messages_per_hour", 1'000'000},
                          {"shopper_messages_per_minute", 1'000'000}}}});
  }
  void spread_over(int shards) {
    nlohmann::json form{
        {"id", "duka"},
        {"name", "Duka duka"},
        {"currency", "KES"},
        {"waba_id", "waba-duka"},
        {"phone_numbers", nlohmann::json::array({{{"id", "n-duka"}, {"display", "254711000000"}}})},
        {"limits",
         {{"spread_shards", shards}, {"messages_per_hour", 1'000'000}, {"shopper_messages_per_minute", 1'000'000}}}};
    const auto answer = ask_registry(tenant_put{form.dump(), "duka", true});
    ASSERT_TRUE(answer.value) << answer.why.what << " " << answer.why.field;
  }
  static shopper nth(int n) { return with_phone("2547" + std::to_string(10'000'000 + n)); }

  /// Conversations that have rows of their own in a shard's journal, after `seq`.
  std::set<conversation_id> conversations_in(shard_id shard, std::uint64_t seq = 0) {
    std::set<conversation_id> found;
    for (const auto& row : store->journal(shard, seq, 1'000'000).value())
      if (!row.conversation.is_nil() && row.tenant == "duka")
        found.insert(row.conversation);
    return found;
  }
  std::uint64_t last_seq(shard_id shard) { return store->journal(shard, 0, 1'000'000).value().size(); }
  shard_id home() const { return runtime::shard_of("duka", shard_count); }
  /// Says it until it is settled, as Meta would.
  void tell(const shopper& who, const std::string& id, const std::string& text = "help") {
    insist(text_webhook(number_of("duka"), who, id, text, now()));
  }
  /// Until conversations are written to so many shards.
  void settle_on(std::size_t shards) {
    EXPECT_TRUE(eventually([&] {
      std::map<shard_id, std::uint64_t> before;
      for (shard_id s = 0; s < shard_count; ++s)
        before[s] = last_seq(s);
      for (int i = 0; i < 40; ++i)
        tell(nth(i), "wamid.settle." + std::to_string(settled++));
      std::size_t used = 0;
      for (shard_id s = 0; s < shard_count; ++s)
        used += conversations_in(s, before[s]).empty() ? 0U : 1U;
      return used == shards;
    }));
  }

  std::size_t settled = 0; ///< messages that `settle_on` has brought
};

TEST_F(spread_shop, serves_its_shoppers_on_several_shards) {
  open(3);
  for (int i = 0; i < 60; ++i)
    tell(nth(i), "wamid.a" + std::to_string(i));
  EXPECT_TRUE(graph->wait_for_messages(60));
  std::set<conversation_id> all;
  std::size_t used = 0;
  for (shard_id s = 0; s < shard_count; ++s) {
    const auto here = conversations_in(s);
    used += here.empty() ? 0U : 1U;
    for (const auto& id : here) {
      EXPECT_EQ(s, runtime::shard_of(home(), id, 3, shard_count));
      EXPECT_TRUE(all.insert(id).second) << "a conversation on two shards";
    }
  }
  EXPECT_EQ(used, 3U);
  EXPECT_EQ(all.size(), 60U);
  for (int i = 0; i < 60; ++i) {
    EXPECT_EQ(say("duka", nth(i), "wamid.a" + std::to_string(i), "help"), repeated);
    EXPECT_EQ(inbound_ids("duka", nth(i).phone), std::vector<std::string>{"wamid.a" + std::to_string(i)});
  }
  EXPECT_EQ(json_of(ask_tenant("duka", conversations_query{"", 100})).at("conversations").size(), 60U);
}

TEST_F(spread_shop, keeps_the_order_of_each_shopper_in_a_post_and_between_posts) {
  open(4);
  std::vector<std::future<outcomes>> answers;
  for (int round = 0; round < 10; ++round) {
    change c{"n-duka", {}, {}, {}};
    for (int part = 0; part < 3; ++part)
      for (int i = 0; i < 8; ++i)
        c.messages.push_back(text_message(
            nth(i), "wamid." + std::to_string(i) + "." + std::to_string(3 * round + part), "help", now()));
    answers.push_back(post_later(webhook({c})));
  }
  for (auto& answer : answers)
    for (const auto outcome : answer.get())
      EXPECT_EQ(outcome, committed);
  for (int i = 0; i < 8; ++i) {
    std::vector<std::string> expected;
    for (int n = 0; n < 30; ++n)
      expected.push_back("wamid." + std::to_string(i) + "." + std::to_string(n));
    EXPECT_EQ(inbound_ids("duka", nth(i).phone), expected);
  }
}

TEST_F(spread_shop, knows_identities_and_events_after_every_change_of_width) {
  open(1);
  const std::vector<int> widths{1, 3, 2, 4, 1};
  std::vector<time_ms> said;
  for (std::size_t nth_width = 0; nth_width < widths.size(); ++nth_width) {
    if (nth_width > 0) {
      spread_over(widths[nth_width]);
      if (nth_width == 2)
        restart();
    }
    settle_on(static_cast<std::size_t>(widths[nth_width]));
    said.push_back(now()); // a redelivery is the same to the letter
    const auto nth_message = [&](int i, std::size_t of) {
      return text_webhook("n-duka", nth(i), "wamid." + std::to_string(i) + "." + std::to_string(of), "help",
                          said[of]);
    };
    for (int i = 0; i < 30; ++i)
      insist(nth_message(i, nth_width));
    for (std::size_t old = 0; old <= nth_width; ++old)
      for (int i = 0; i < 30; ++i)
        EXPECT_EQ(post(nth_message(i, old)), outcomes{repeated})
            << "width " << widths[nth_width] << ", event of " << widths[old];
  }
  std::set<std::string> ids;
  for (int i = 0; i < 30; ++i) {
    ids.insert(conversation_of("duka", nth(i).phone).at("conversation_id").get<std::string>());
    std::vector<std::string> mine;
    for (const auto& id : inbound_ids("duka", nth(i).phone))
      if (id.find("settle") == std::string::npos)
        mine.push_back(id);
    EXPECT_EQ(mine.size(), widths.size());
    EXPECT_TRUE(std::is_sorted(mine.begin(), mine.end()));
  }
  EXPECT_EQ(ids.size(), 30U);
}

TEST_F(spread_shop, changes_its_width_while_it_is_being_served) {
  open(1);
  constexpr int shoppers = 12;
  constexpr int messages = 40; // all can be answered at once: a pair's burst is 45 (Cloud API reference §11)
  std::atomic<int> done{0};
  std::vector<std::thread> talkers;
  for (int t = 0; t < 3; ++t)
    talkers.emplace_back([&, t] {
      for (int n = 0; n < messages; ++n)
        for (int i = t; i < shoppers; i += 3) {
          const auto body = text_webhook(
              "n-duka", nth(i), "wamid." + std::to_string(i) + "." + std::to_string(1'000 + n), "help", now());
          while (!is_settled(post(body).front())) // Meta does not give up
            std::this_thread::yield();
          ++done;
          if (i == t) // and somebody new
            for (const auto* const part : {"a", "b"}) {
              const auto first =
                  text_webhook("n-duka", nth(1'000 * (t + 1) + n),
                               "wamid.new." + std::to_string(t) + "." + std::to_string(n) + part, "help", now());
              while (!is_settled(post(first).front()))
                std::this_thread::yield();
            }
        }
    });
  for (const int width : {3, 1, 4, 2}) {
    const auto before = done.load();
    spread_over(width);
    EXPECT_TRUE(eventually([&] { return done - before > 60 || done == shoppers * messages; }));
  }
  for (auto& talker : talkers)
    talker.join();
  for (int i = 0; i < shoppers; ++i) {
    std::vector<std::string> expected;
    for (int n = 0; n < messages; ++n)
      expected.push_back("wamid." + std::to_string(i) + "." + std::to_string(1'000 + n));
    EXPECT_EQ(inbound_ids("duka", nth(i).phone), expected);
  }
  for (int t = 0; t < 3; ++t)
    for (int n = 0; n < messages; ++n) {
      const auto id = "wamid.new." + std::to_string(t) + "." + std::to_string(n);
      EXPECT_EQ(inbound_ids("duka", nth(1'000 * (t + 1) + n).phone), (std::vector<std::string>{id + "a", id + "b"}));
    }
  std::map<std::string, int> sent;
  EXPECT_TRUE(graph->wait_for_messages(static_cast<std::size_t>((shoppers + 6) * messages)))
      << graph->messages().size() << " of " << (shoppers + 6) * messages;
  for (const auto& call : graph->messages())
    EXPECT_EQ(++sent[call.callback()], 1);
}

TEST_F(spread_shop, has_journals_in_the_order_of_time_though_the_next_places_clocks_are_behind) {
  open(2);
  settle_on(2);
  clock->advance(std::chrono::minutes{1});
  settle_on(2);
  // Other nodes take over, whose clocks are right: then nothing of this minute has been yet.
  stop();
  clock->advance(-std::chrono::minutes{1});
  restart();
  settle_on(2);
  std::map<shard_id, std::uint64_t> before;
  for (shard_id s = 0; s < shard_count; ++s)
    before[s] = last_seq(s);
  spread_over(4);
  settle_on(4);
  std::map<conversation_id, std::map<shard_id, std::pair<time_ms, time_ms>>> left; // first and last, by shard
  std::map<conversation_id, std::map<shard_id, std::pair<time_ms, time_ms>>> come;
  for (shard_id s = 0; s < shard_count; ++s) {
    time_ms latest = 0;
    for (const auto& row : store->journal(s, 0, 1'000'000).value()) {
      EXPECT_GE(row.at, latest) << "shard " << s << ", row " << row.seq;
      latest = row.at;
      if (row.conversation.is_nil() || row.tenant != "duka")
        continue;
      auto& [first, last] =
          (row.seq <= before[s] ? left : come)[row.conversation].try_emplace(s, row.at, row.at).first->second;
      last = row.at;
    }
  }
  std::size_t moved = 0;
  for (const auto& [id, shards] : come)
    for (const auto& [shard, times] : shards)
      for (const auto& [other, earlier] : left[id])
        if (other != shard) {
          EXPECT_GT(times.first, earlier.second) << "from shard " << other << " to " << shard;
          ++moved;
        }
  EXPECT_GE(moved, 10U);
}

TEST_F(spread_shop, takes_along_what_is_still_to_be_sent) {
  graph->answer_with([](const recorded_call&, std::size_t) { return of_kind(send_outcome::kind::not_sent); });
  open(1);
  for (int i = 0; i < 20; ++i)
    tell(nth(i), "wamid." + std::to_string(i));
  EXPECT_TRUE(graph->wait_for_messages(failures_of_an_outage / 2)); // each after a mark as read: then it is an outage
  spread_over(4);
  settle_on(4);
  std::map<std::string, std::atomic<int>> taken;
  for (int i = 0; i < 20; ++i)
    for (const auto& m : transcript_of("duka", nth(i).phone))
      if (m.at("direction") == "out")
        taken[m.at("id").get<std::string>()] = 0;
  EXPECT_GE(taken.size(), 40U);
  const auto stopped = stop_at_the_end();
  graph->answer_with([&](const recorded_call& call, std::size_t) {
    if (const auto it = taken.find(call.callback()); it != taken.end())
      ++it->second;
    return accepted(call);
  });
  for (int i = 0; i < 20; ++i)
    for (const auto& m : transcript_of("duka", nth(i).phone))
      if (m.at("direction") == "out") {
        EXPECT_TRUE(stands_at("duka", nth(i).phone, m.at("id"), "accepted"));
      }
  for (const auto& [callback, times] : taken)
    EXPECT_EQ(times, 1) << callback;
}

TEST_F(spread_shop, keeps_one_pace_for_its_number) {
  stop();
  limits.messages_per_second = 40; // a burst of ten
  start();
  open(4);
  settle_on(4);
  EXPECT_TRUE(eventually([&] {
    clock->advance(std::chrono::milliseconds{500});
    return graph->calls().size() == 2 * settled;
  }));
  clock->stop();
  clock->advance(std::chrono::seconds{10});
  const auto before = graph->calls().size();
  for (int i = 0; i < 12; ++i)
    tell(nth(i), "wamid." + std::to_string(i));
  EXPECT_TRUE(graph->wait_until([&](const auto& calls) { return calls.size() >= before + 10; }));
  caf::scoped_actor self{*system};
  self->receive(caf::after(std::chrono::milliseconds{300}) >> [] {});
  EXPECT_EQ(graph->calls().size(), before + 10U) << "each shard kept a pace of its own";
  EXPECT_TRUE(eventually([&] { // 12 replies and 12 marks at 40 a second
    clock->advance(std::chrono::milliseconds{25});
    return graph->calls().size() == before + 24;
  }));
}

TEST_F(spread_shop, has_its_dead_letters_and_what_matches_nothing_at_home) {
  stop();
  std::atomic<bool> broken{true};
  std::atomic<int> thrown{0};
  step = [&](const commerce::conversation_state& state, const whatsapp::event& e,
             const commerce::step_context& about) {
    if (broken && e.text == "poison") {
      ++thrown;
      throw std::runtime_error("made to throw");
    }
    return commerce::step(state, e, about);
  };
  start();
  const auto stopped = stop_at_the_end();
  open(4);
  for (int i = 0; i < 8; ++i) {
    change c{"n-duka", {}, {}, {}};
    c.messages.push_back(text_message(nth(i), "wamid.a" + std::to_string(i), "help", now()));
    c.messages.push_back(text_message(nth(i), "wamid.b" + std::to_string(i), "poison", now()));
    c.messages.push_back(text_message(nth(i), "wamid.c" + std::to_string(i), "help", now()));
    EXPECT_EQ(post(webhook({c})), (outcomes{committed, dead_lettered, committed}));
    EXPECT_EQ(post(webhook({c})), (outcomes{repeated, repeated, repeated}));
    EXPECT_EQ(
        post(status_webhook("n-duka", "wamid.unknown" + std::to_string(i), "delivered", nth(i).phone, "", now())),
        outcomes{set_aside});
  }
  EXPECT_EQ(thrown, 3 * 8);
  const auto items = letters("duka");
  ASSERT_EQ(items.size(), 8U);
  EXPECT_EQ(letters("duka", persistence::table::aside).size(), 8U);
  broken = false;
  for (const auto& item : items) {
    const auto answer = json_of(
        ask_tenant("duka", letter_action{persistence::table::dead_letter, item.at("id").get<std::string>(), true}));
    EXPECT_EQ(answer.at("outcome"), "applied");
  }
  EXPECT_TRUE(letters("duka").empty());
  for (int i = 0; i < 8; ++i)
    EXPECT_EQ(inbound_ids("duka", nth(i).phone).size(), 3U);
}

TEST_F(spread_shop, finds_the_message_of_every_status) {
  open(4);
  for (int i = 0; i < 12; ++i)
    tell(nth(i), "wamid." + std::to_string(i));
  ASSERT_TRUE(graph->wait_for_messages(12));
  for (const auto& call : graph->messages()) {
    const auto to = call.body.at("to").get<std::string>().substr(1); // without the plus
    EXPECT_EQ(report("duka", call, "delivered"), committed);
    EXPECT_EQ(report("duka", call, "delivered"), repeated);
    EXPECT_EQ(post(status_webhook("n-duka", wamid_of(call), "read", to, "", now())), outcomes{committed})
        << "by the message's id alone";
    EXPECT_TRUE(stands_at("duka", to, call.callback(), "read"));
  }
}

TEST_F(spread_shop, shows_a_new_catalog_to_every_shopper) {
  open(4);
  for (int i = 0; i < 16; ++i)
    tell(nth(i), "wamid.a" + std::to_string(i));
  const std::string shelf = R"({"products":[{"id":"tea","name":"Chai","category":"Drinks","price":"50.00"}]})";
  ASSERT_TRUE(ask_tenant("duka", catalog_put{shelf}).value);
  const auto before = graph->messages().size();
  for (int i = 0; i < 16; ++i)
    tell(nth(i), "wamid.b" + std::to_string(i), "chai");
  ASSERT_TRUE(graph->wait_for_messages(before + 16));
  std::size_t shown = 0;
  for (const auto& call : graph->messages())
    shown += call.body.dump().find("Chai") != std::string::npos ? 1U : 0U;
  EXPECT_EQ(shown, 16U);
}

TEST_F(spread_shop, refuses_updates_of_an_earlier_generation_or_owner) {
  open(2);
  settle_on(2);
  const auto place = (home() + 1) % shard_count;
  seeded_random ids{99};
  const auto hand = [&](std::uint64_t generation, std::uint64_t epoch, int n) {
    auto events = routed(text_webhook("n-duka", nth(500 + n), "wamid.stale" + std::to_string(n), "help", now()));
    events.front().handed = handing{ids.next_conversation_id(), 0, generation, 2, epoch};
    auto promise = std::make_shared<std::promise<outcomes>>();
    auto future = promise->get_future();
    const auto to =
        std::make_shared<posted>(1, nullptr, [promise](outcomes all) { promise->set_value(std::move(all)); });
    caf::anon_send((*running->shards())[place], shard_batch{std::move(events), {0}, to, now(), now() + 2'500});
    return future.get().front();
  };
  EXPECT_EQ(hand(0, 1'000, 0), retry);
  EXPECT_EQ(hand(1, 0, 1), retry);
  EXPECT_EQ(hand(1, 1'000, 2), committed);
  EXPECT_EQ(hand(1, 999, 3), retry) << "of an owner of the home that was followed by another";
}

} // namespace
} // namespace wakala::actors::test
