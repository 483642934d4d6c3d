#include "actors/outbound/discard_transport.hpp"
#include "actors/outbound/number_gate.hpp"
#include "actors/protocol/posted.hpp"
#include "actors/tenant/identity_cache.hpp"
#include "whatsapp/account.hpp"
#include "whatsapp/outbound.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <thread>

namespace wakala::actors {
namespace {

using ::testing::ElementsAre;
using lesson = number_gate::lesson;

// -- posted ------------------------------------------------------------

struct gathered {
  std::vector<event_outcome> outcomes;
  int calls = 0;
  posted::done_function sink() {
    return [this](std::vector<event_outcome> all) {
      outcomes = std::move(all);
      ++calls;
    };
  }
};

TEST(posted, tells_all_outcomes_in_the_order_of_the_post_once_the_last_is_there) {
  gathered got;
  const auto count = std::make_shared<runtime::counters>();
  const auto post = std::make_shared<posted>(3, count, got.sink());
  post->settle(2, event_outcome::repeated);
  post->settle(0, event_outcome::committed);
  EXPECT_EQ(got.calls, 0);
  post->settle(1, event_outcome::set_aside);
  EXPECT_EQ(got.calls, 1);
  EXPECT_THAT(got.outcomes, ElementsAre(event_outcome::committed, event_outcome::set_aside, event_outcome::repeated));
  EXPECT_EQ(count->events_committed.load(), 1U);
  EXPECT_EQ(count->events_set_aside.load(), 1U);
  EXPECT_EQ(count->events_repeated.load(), 1U);
}

TEST(posted, what_nobody_can_settle_any_more_is_to_be_sent_again) {
  gathered got;
  auto post = std::make_shared<posted>(2, nullptr, got.sink());
  post->settle(1, event_outcome::committed);
  post.reset(); // whoever had the other one is gone
  EXPECT_EQ(got.calls, 1);
  EXPECT_THAT(got.outcomes, ElementsAre(event_outcome::retry, event_outcome::committed));
}

TEST(posted, a_post_without_updates_is_done_at_once_and_only_once) {
  gathered got;
  std::make_shared<posted>(0, nullptr, got.sink());
  EXPECT_EQ(got.calls, 1);
  EXPECT_TRUE(got.outcomes.empty());
}

TEST(posted, is_told_from_many_threads_without_losing_any) {
  gathered got;
  const auto post = std::make_shared<posted>(400, nullptr, got.sink());
  std::vector<std::thread> all;
  for (std::size_t t = 0; t < 4; ++t)
    all.emplace_back([&post, t] {
      for (std::size_t i = t; i < 400; i += 4)
        post->settle(i, event_outcome::committed);
    });
  for (auto& t : all)
    t.join();
  EXPECT_EQ(got.calls, 1);
  EXPECT_THAT(got.outcomes, ::testing::Each(event_outcome::committed));
}

// -- number_gate ------------------------------------------------------------

TEST(number_gate, has_so_many_places_and_each_comes_back_by_itself) {
  const auto gate = std::make_shared<number_gate>(100'000, true);
  std::vector<number_gate::permit_ptr> held;
  for (std::size_t i = 0; i < calls_in_flight_max; ++i)
    held.push_back(gate->enter(1'000, false, message_class::service));
  EXPECT_THAT(held, ::testing::Each(::testing::NotNull()));
  EXPECT_EQ(gate->enter(1'000, false, message_class::service), nullptr);
  held.pop_back();
  EXPECT_NE(gate->enter(1'000, false, message_class::service), nullptr);
}

TEST(number_gate, lets_through_no_more_than_the_pace) {
  const auto gate = std::make_shared<number_gate>(8, true); // burst of 2, then one in 125 ms
  EXPECT_NE(gate->enter(1'000, false, message_class::service), nullptr);
  EXPECT_NE(gate->enter(1'000, false, message_class::service), nullptr);
  EXPECT_EQ(gate->enter(1'000, false, message_class::service), nullptr);
  EXPECT_EQ(gate->wait(1'000), 125);
  EXPECT_EQ(gate->enter(1'124, false, message_class::service), nullptr);
  EXPECT_NE(gate->enter(1'125, false, message_class::service), nullptr);
}

TEST(number_gate, nobody_overtakes_the_queue) {
  const auto gate = std::make_shared<number_gate>(1'000, true);
  int woken = 0;
  auto first = gate->enter(1'000, false, message_class::service);
  gate->set_queue(true, [&] { ++woken; });
  EXPECT_EQ(gate->enter(1'000, false, message_class::service), nullptr);
  EXPECT_NE(gate->enter(1'000, true, message_class::service), nullptr);
  const auto before = woken;
  first.reset();
  EXPECT_EQ(woken, before + 1) << "a free place wakes the queue";
  gate->set_queue(false, nullptr);
  EXPECT_NE(gate->enter(1'000, false, message_class::service), nullptr);
}

send_outcome refused(int code) {
  send_outcome outcome;
  outcome.what = send_outcome::kind::refused;
  outcome.failure.code = code;
  outcome.failure.http_status = 400;
  return outcome;
}

send_outcome of(send_outcome::kind what) {
  send_outcome outcome;
  outcome.what = what;
  return outcome;
}

TEST(number_gate, what_is_held_does_not_hold_the_rest) {
  const auto gate = std::make_shared<number_gate>(8, true);
  gate->set_rules({0, 5'000, 0}, 1'000);
  EXPECT_TRUE(gate->holds(message_class::templated, 4'999));
  EXPECT_FALSE(gate->holds(message_class::service, 4'999));
  EXPECT_EQ(gate->enter(4'999, true, message_class::templated), nullptr);
  EXPECT_NE(gate->enter(4'999, false, message_class::service), nullptr);
  EXPECT_NE(gate->enter(5'000, false, message_class::templated), nullptr);
  gate->set_rules({0, 0, whatsapp::hold_for_good}, 6'000);
  EXPECT_EQ(gate->enter(9'000'000, false, message_class::service), nullptr);
  EXPECT_NE(gate->enter(9'000'000, false, message_class::templated), nullptr);
}

TEST(number_gate, goes_at_another_pace_from_then_on) {
  const auto gate = std::make_shared<number_gate>(8, true);
  const auto in_a_second = [&](time_ms from) {
    int sent = 0;
    for (time_ms at = from; at < from + 1'000; ++at)
      while (gate->enter(at, false, message_class::service))
        ++sent;
    return sent;
  };
  in_a_second(0); // the burst is used up
  EXPECT_EQ(in_a_second(1'000), 8);
  gate->set_rules({2, 0, 0}, 2'000);
  EXPECT_EQ(in_a_second(2'000), 2);
  gate->set_rules({1'000, 0, 0}, 3'000);
  EXPECT_NEAR(in_a_second(3'000), 1'000, 2);
  gate->set_rules({}, 4'000);
  in_a_second(4'000);
  EXPECT_EQ(in_a_second(5'000), 8) << "as it was";
}

TEST(number_gate, says_what_holds_for_the_number_beyond_one_message) {
  const auto gate = std::make_shared<number_gate>(1'000, true);
  EXPECT_EQ(gate->returned(refused(131048), 5'000), lesson::spam);
  EXPECT_EQ(gate->returned(of(send_outcome::kind::accepted), 5'001), lesson::none);
  EXPECT_EQ(gate->returned(refused(131031), 5'002), lesson::paused);
  EXPECT_EQ(gate->returned(refused(131047), 5'003), lesson::none);
  EXPECT_EQ(gate->returned(of(send_outcome::kind::accepted), 5'004), lesson::recovered);
  EXPECT_EQ(gate->returned(of(send_outcome::kind::accepted), 5'005), lesson::none) << "said once";
}

TEST(number_gate, a_number_out_of_throughput_rests_for_a_second) {
  const auto gate = std::make_shared<number_gate>(1'000, true);
  EXPECT_EQ(gate->returned(refused(130429), 5'000), lesson::none);
  EXPECT_EQ(gate->enter(5'999, false, message_class::service), nullptr);
  EXPECT_NE(gate->enter(6'001, false, message_class::service), nullptr);
}

TEST(number_gate, a_refused_token_shuts_it_until_somebody_acts_and_is_said_once) {
  const auto gate = std::make_shared<number_gate>(1'000, true);
  EXPECT_EQ(gate->returned(refused(190), 5'000), lesson::paused);
  EXPECT_EQ(gate->returned(refused(190), 5'001), lesson::none);
  EXPECT_EQ(gate->enter(50'000, false, message_class::service), nullptr);
  gate->resume();
  EXPECT_NE(gate->enter(50'000, false, message_class::service), nullptr);
}

TEST(number_gate, an_outage_leaves_one_probe_at_a_time_after_growing_pauses) {
  const auto gate = std::make_shared<number_gate>(100'000, true);
  for (std::uint32_t i = 0; i + 1 < failures_of_an_outage; ++i) {
    EXPECT_EQ(gate->is_failing(), i > 1);
    gate->returned(of(i % 2 == 0 ? send_outcome::kind::not_sent : send_outcome::kind::unknown), 0, i);
  }
  EXPECT_NE(gate->enter(0, false, message_class::service), nullptr) << "not yet";
  gate->returned(refused(131016), 0);
  EXPECT_EQ(gate->enter(999, false, message_class::service), nullptr);
  for (const time_ms at : {1'000, 3'000, 7'000}) { // pauses of 1, 2 and 4 s
    const auto probe = gate->enter(at, false, message_class::service);
    ASSERT_NE(probe, nullptr) << at;
    EXPECT_EQ(gate->enter(at, false, message_class::service), nullptr) << "one at a time";
    EXPECT_EQ(gate->enter(at - 1, false, message_class::service), nullptr);
    gate->returned(of(send_outcome::kind::unknown), at);
  }
  EXPECT_EQ(gate->enter(14'999, false, message_class::service), nullptr);
  const auto probe = gate->enter(15'000, false, message_class::service);
  ASSERT_NE(probe, nullptr);
  gate->returned(of(send_outcome::kind::accepted), 15'100);
  EXPECT_FALSE(gate->is_failing());
  EXPECT_NE(gate->enter(15'100, false, message_class::service), nullptr) << "everything goes on";
}

TEST(number_gate, one_message_that_fails_again_and_again_is_no_outage) {
  const auto gate = std::make_shared<number_gate>(100'000, true);
  for (int i = 0; i < 5; ++i)
    gate->returned(refused(131000), 0, 7);
  EXPECT_FALSE(gate->is_failing());
  gate->returned(refused(131000), 0, 8);
  EXPECT_TRUE(gate->is_failing());
  gate->returned(of(send_outcome::kind::accepted), 0, 9);
  EXPECT_FALSE(gate->is_failing());
}

TEST(number_gate, whoever_waits_for_a_probe_does_not_look_every_moment) {
  const auto gate = std::make_shared<number_gate>(100'000, true);
  for (std::uint32_t i = 0; i < failures_of_an_outage; ++i)
    gate->returned(of(send_outcome::kind::unknown), 0, i);
  const auto probe = gate->enter(1'000, false, message_class::service);
  ASSERT_NE(probe, nullptr);
  EXPECT_EQ(gate->wait(5'000), ms_per_second);
}

TEST(number_gate, what_is_a_message_s_own_fault_is_no_outage) {
  const auto gate = std::make_shared<number_gate>(100'000, true);
  for (int i = 0; i < 50; ++i)
    gate->returned(refused(i % 2 == 0 ? 131009 : 131026), 0);
  EXPECT_FALSE(gate->is_failing());
  EXPECT_NE(gate->enter(0, false, message_class::service), nullptr);
}

TEST(number_gate, without_limits_there_is_always_a_place) {
  const auto gate = std::make_shared<number_gate>(1, false);
  std::vector<number_gate::permit_ptr> held;
  for (int i = 0; i < 1'000; ++i)
    held.push_back(gate->enter(1'000, false, message_class::service));
  EXPECT_THAT(held, ::testing::Each(::testing::NotNull()));
}

TEST(number_gates, each_number_has_one_gate) {
  number_gates gates{80, true};
  EXPECT_EQ(gates.at("n-1"), gates.at("n-1"));
  EXPECT_NE(gates.at("n-1"), gates.at("n-2"));
}

// -- identity_cache ------------------------------------------------------------

bytes row_key(int i) {
  bytes key(16, 'k');
  key[0] = static_cast<char>(i);
  key[1] = static_cast<char>(i >> 8);
  return key;
}
conversation_id conversation(int i) {
  conversation_id id;
  id.bytes[0] = static_cast<std::uint8_t>(i);
  id.bytes[1] = static_cast<std::uint8_t>(i >> 8);
  return id;
}
const auto nobody_stays = [](const conversation_id&) { return false; };

TEST(identity_cache, gives_back_what_was_put_and_what_was_put_last) {
  identity_cache cache{100};
  cache.put(row_key(1), conversation(1), {}, nobody_stays);
  cache.put(row_key(2), conversation(2), row_key(9), nobody_stays);
  cache.put(row_key(1), conversation(3), row_key(8), nobody_stays);
  EXPECT_EQ(cache.find(row_key(1))->conversation, conversation(3));
  EXPECT_EQ(cache.find(row_key(1))->user, row_key(8));
  EXPECT_EQ(cache.find(row_key(2))->user, row_key(9));
  EXPECT_FALSE(cache.find(row_key(3)));
  EXPECT_FALSE(cache.find(bytes{}));
}

TEST(identity_cache, is_bounded_and_forgets_what_was_not_asked_for) {
  identity_cache cache{100};
  for (int i = 0; i < 1'000; ++i) {
    cache.put(row_key(i), conversation(i), {}, nobody_stays);
    EXPECT_TRUE(cache.contains(row_key(0))) << "asked for all the time";
    EXPECT_LE(cache.size(), 201U);
  }
  EXPECT_FALSE(cache.contains(row_key(500)));
  EXPECT_TRUE(cache.contains(row_key(999)));
}

TEST(identity_cache, keeps_those_whose_rows_may_not_be_stored_yet) {
  identity_cache cache{10};
  const auto seven_stays = [](const conversation_id& id) { return id == conversation(7); };
  for (int i = 0; i < 200; ++i)
    cache.put(row_key(i), conversation(i), {}, seven_stays);
  EXPECT_EQ(cache.find(row_key(7))->conversation, conversation(7));
  EXPECT_FALSE(cache.contains(row_key(8)));
}

TEST(identity_cache, keeps_all_who_are_awake_and_is_bounded_by_them) {
  identity_cache cache{10};
  const auto the_first_thousand = [](const conversation_id& id) { return id.bytes[1] * 256 + id.bytes[0] < 1'000; };
  for (int i = 0; i < 5'000; ++i)
    cache.put(row_key(i), conversation(i), {}, the_first_thousand);
  for (int i = 0; i < 1'000; ++i)
    EXPECT_TRUE(cache.contains(row_key(i))) << i;
  EXPECT_LE(cache.size(), 2'000U);
  cache.sweep(nobody_stays);
  cache.sweep(nobody_stays);
  EXPECT_EQ(cache.size(), 0U) << "asleep, and nobody asks";
}

TEST(identity_cache, what_was_put_last_survives_the_sweep_that_it_causes) {
  identity_cache cache{10};
  for (int i = 0; i < 1'000; ++i) {
    cache.put(row_key(i), conversation(i), {}, nobody_stays);
    if (i > 0) {
      EXPECT_TRUE(cache.contains(row_key(i - 1))) << "two names of one update are learnt one after the other";
    }
  }
}

TEST(identity_cache, forgets_with_time_what_nobody_asks_for) {
  identity_cache cache{100};
  const auto seven_stays = [](const conversation_id& id) { return id == conversation(7); };
  for (int i = 0; i < 10; ++i)
    cache.put(row_key(i), conversation(i), {}, nobody_stays);
  cache.sweep(seven_stays);
  EXPECT_TRUE(cache.contains(row_key(3))) << "one round more, for having been asked for";
  cache.sweep(seven_stays);
  EXPECT_TRUE(cache.contains(row_key(3)));
  EXPECT_TRUE(cache.contains(row_key(7)));
  EXPECT_FALSE(cache.contains(row_key(4)));
  EXPECT_EQ(cache.size(), 2U);
}

// -- discard_transport ------------------------------------------------------------

TEST(discard_transport, names_messages_by_recipient_and_ordinal) {
  const whatsapp::recipient to{"254700000001", {}};
  const auto id = "o0123456789abcdef0123456789abcdef.42";
  const auto body = whatsapp::to_request(to, whatsapp::text_message{R"(he said "to":"nobody" \ "x")"}, id).dump();
  EXPECT_EQ(discarded_message_id(body), "wamid.D254700000001.42");
  const auto by_user = whatsapp::to_request({{}, "US.123"}, whatsapp::text_message{"hi"}, id).dump();
  EXPECT_EQ(discarded_message_id(by_user), "wamid.DUS.123.42");
  const auto read = whatsapp::to_request(to, whatsapp::mark_as_read{"wamid.X", false}, "").dump();
  EXPECT_EQ(discarded_message_id(read), "");
}

TEST(discard_transport, accepts_everything_at_once) {
  const auto way = make_discard_transport();
  EXPECT_FALSE(way->has_limits());
  send_outcome got;
  way->send(send_call{"n-1", "token", R"({"to":"+1","biz_opaque_callback_data":"o0.7"})"},
            [&](send_outcome outcome) { got = std::move(outcome); });
  EXPECT_EQ(got.what, send_outcome::kind::accepted);
  EXPECT_EQ(got.answer.message_id, "wamid.D1.7");
}

} // namespace
} // namespace wakala::actors
