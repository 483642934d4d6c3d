#include "actors/records/conversation_records.hpp"
#include "runtime/shard_map.hpp"
#include "tests/actors/support/shop.hpp"

#include <future>

namespace wakala::actors::test {
namespace {

using enum event_outcome;
using kind = send_outcome::kind;

/// Keeps the first append that comes from being written until it is told to.
class held_append {
public:
  auto hook() {
    return [this, on = go_.get_future().share()](const auto&) {
      if (!is_held_.exchange(true)) {
        reached_.set_value();
        on.wait();
      }
      return fault::none;
    };
  }
  void reached() { reached_.get_future().wait(); }
  void go_on() { go_.set_value(); }

private:
  std::atomic<bool> is_held_{false};
  std::promise<void> reached_;
  std::promise<void> go_;
};

class sending : public shop_fixture {
protected:
  static tenant_put fresh_token_for_duka() {
    return {R"({"id":"duka","name":"Duka duka","waba_id":"waba-duka",
    "phone_numbers":[{"id":"n-duka","display":"254711000000"}],"access_token":"fresh"})",
            "duka", true};
  }
  void begin() {
    start();
    add_tenant("duka");
  }
  void TearDown() override { stop(); }

  /// Changes of the outbox row that carries this callback data, as the journal tells them.
  std::size_t outbox_rows(const std::string& callback) {
    const auto at = parse_outbox_id(callback);
    if (!at)
      return 0;
    const auto key = ordinal_row_key(at->first, at->second);
    std::size_t found = 0;
    const auto rows = store->journal(runtime::shard_of("duka", shard_count), 0, 100'000).value();
    for (const auto& row : rows)
      for (const auto& r : row.personal)
        found += r.where == persistence::table::outbox && r.key == key && !r.erase ? 1U : 0U;
    return found;
  }
  /// Callback data of the messages to whomever, as they left.
  std::vector<std::string> sent() const {
    std::vector<std::string> ids;
    for (const auto& call : graph->messages())
      ids.push_back(call.callback());
    return ids;
  }
  /// Ids of the messages to Amina, as they stand in her transcript.
  std::vector<std::string> written() {
    std::vector<std::string> ids;
    for (const auto& m : transcript_of("duka", amina.phone))
      if (m.at("direction") == "out")
        ids.push_back(m.at("id").get<std::string>());
    return ids;
  }
  nlohmann::json line(const std::string& id) {
    for (auto& m : transcript_of("duka", amina.phone))
      if (m.at("id") == id)
        return m;
    return {};
  }
};

TEST_F(sending, nothing_leaves_before_its_attempt_is_in_the_journal) {
  std::atomic<int> early{0};
  const auto stopped = stop_at_the_end();
  graph->answer_with([&](const recorded_call& call, std::size_t) {
    if (!call.is_read_mark() && outbox_rows(call.callback()) < 1) // the row that queues it says that it is attempted
      ++early;
    return accepted(call);
  });
  begin();
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(say("duka", amina, "wamid." + std::to_string(i), "help"), committed);
  ASSERT_TRUE(graph->wait_for_messages(10));
  EXPECT_EQ(early, 0);
}

TEST_F(sending, a_queued_message_has_an_attempt_of_its_own_in_the_journal) {
  limits.messages_per_second = 2;
  std::atomic<int> early{0};
  const auto stopped = stop_at_the_end();
  graph->answer_with([&](const recorded_call& call, std::size_t number) {
    if (!call.is_read_mark() && number > 1 &&
        outbox_rows(call.callback()) < 2) // one when it was queued, one for the attempt
      ++early;
    return accepted(call);
  });
  begin();
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(say("duka", amina, "wamid." + std::to_string(i), "help"), committed);
  ASSERT_TRUE(graph->wait_for_messages(3));
  EXPECT_EQ(early, 0);
}

TEST_F(sending, nothing_leaves_while_nothing_can_be_written) {
  limits.ambiguous_grace = std::chrono::milliseconds{100};
  begin();
  std::atomic<int> refusals{0};
  const auto stopped = stop_at_the_end();
  store->on_append([&](const auto&) {
    ++refusals;
    return fault::before;
  });
  const auto body = text_webhook("n-duka", amina, "wamid.1", "hi", now());
  EXPECT_EQ(post(body), outcomes{event_outcome::retry});
  EXPECT_GE(refusals, 1);
  EXPECT_TRUE(graph->calls().empty());
  store->on_append({});
  insist(body);
  ASSERT_TRUE(graph->wait_for_messages(1));
  EXPECT_TRUE(stands_at("duka", amina.phone, graph->messages().at(0).callback(), "accepted"));
  EXPECT_EQ(graph->messages().size(), 1U);
}

TEST_F(sending, nothing_leaves_while_attempts_cannot_be_written) {
  limits.messages_per_second = 2; // the second reply has to wait, so its attempt is a commit of its own
  begin();
  EXPECT_EQ(say("duka", baraka, "wamid.0", "hi"), committed);
  ASSERT_TRUE(graph->wait_for_messages(1));
  EXPECT_TRUE(stands_at("duka", baraka.phone, graph->messages().at(0).callback(), "accepted"));
  std::atomic<int> refusals{0};
  const auto stopped = stop_at_the_end();
  store->on_append([&](const auto& rows) {
    const bool all_events =
        std::all_of(rows.begin(), rows.end(), [](const auto& row) { return row->key.has_value(); });
    if (!all_events)
      ++refusals;
    return all_events ? fault::none : fault::before;
  });
  EXPECT_EQ(say("duka", amina, "wamid.1", "hi"), committed);
  EXPECT_TRUE(eventually([&] { return refusals >= 3; })) << "it stopped trying";
  EXPECT_EQ(graph->messages().size(), 1U);
  store->on_append({});
  ASSERT_TRUE(graph->wait_for_messages(2));
  EXPECT_TRUE(stands_at("duka", amina.phone, graph->messages().at(1).callback(), "accepted"));
  EXPECT_EQ(graph->messages().size(), 2U);
}

TEST_F(sending, messages_of_one_shopper_leave_in_order_one_after_the_other) {
  std::atomic<int> out{0};
  std::atomic<int> most{0};
  const auto stopped = stop_at_the_end();
  graph->answer_with([&](const recorded_call&, std::size_t) {
    most = std::max(most.load(), ++out);
    return std::nullopt;
  });
  begin();
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(say("duka", amina, "wamid." + std::to_string(i), "help"), committed);
  for (std::size_t i = 1; i <= 6; ++i) { // a mark as read and a reply each
    ASSERT_TRUE(graph->wait_until([i](const auto& all) { return all.size() >= i; }));
    --out;
    graph->release(accepted);
  }
  EXPECT_EQ(most, 1);
  EXPECT_EQ(sent(), written());
}

TEST_F(sending, a_mark_as_read_is_sent_once_for_each_message) {
  begin();
  EXPECT_EQ(say("duka", amina, "wamid.1", "hi"), committed);
  EXPECT_EQ(say("duka", amina, "wamid.1", "hi"), repeated);
  EXPECT_EQ(say("duka", amina, "wamid.2", "help"), committed);
  ASSERT_TRUE(graph->wait_for_messages(2));
  std::vector<std::string> marked;
  for (const auto& call : graph->calls())
    if (call.is_read_mark())
      marked.push_back(call.body.at("message_id").get<std::string>());
  EXPECT_EQ(marked, (std::vector<std::string>{"wamid.1", "wamid.2"}));
}

// -- unknown outcomes
// --------------------------------------------------------------------------------------------------

TEST_F(sending, an_unknown_outcome_waits_for_its_echo_and_is_not_repeated) {
  graph->answer_with([](const recorded_call& call, std::size_t) {
    return call.is_read_mark() ? accepted(call) : of_kind(kind::unknown);
  });
  begin(); // the grace is 45 s: whatever is sent meanwhile is not this message again
  EXPECT_EQ(say("duka", amina, "wamid.1", "hi"), committed);
  ASSERT_TRUE(graph->wait_for_messages(1));
  const auto first = graph->messages().at(0);
  EXPECT_TRUE(stands_at("duka", amina.phone, first.callback(), "ambiguous"));
  graph->answer_with({});
  EXPECT_EQ(report("duka", first, "sent"), committed);
  EXPECT_TRUE(stands_at("duka", amina.phone, first.callback(), "sent"));
  EXPECT_EQ(line(first.callback()).at("wamid"), wamid_of(first));
  EXPECT_EQ(say("duka", amina, "wamid.2", "help"), committed);
  ASSERT_TRUE(graph->wait_for_messages(2)) << "the echo did not free the queue";
  EXPECT_NE(graph->messages().at(1).callback(), first.callback());
  EXPECT_EQ(count->sends_resent_after_ambiguity, 0U);
}

TEST_F(sending, an_unknown_outcome_holds_its_own_shopper_only) {
  graph->answer_with([](const recorded_call& call, std::size_t) {
    return call.body.value("to", "") == "+" + amina.phone ? of_kind(kind::unknown) : accepted(call);
  });
  begin();
  EXPECT_EQ(say("duka", amina, "wamid.1", "hi"), committed);
  ASSERT_TRUE(graph->wait_for_messages(1));
  EXPECT_TRUE(stands_at("duka", amina.phone, graph->messages().at(0).callback(), "ambiguous"));
  EXPECT_EQ(say("duka", amina, "wamid.2", "help"), committed);
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(say("duka", baraka, "wamid.b" + std::to_string(i), "hi"), committed);
  ASSERT_TRUE(graph->wait_for_messages(6));
  std::size_t to_amina = 0;
  for (const auto& call : graph->messages())
    to_amina += call.body.at("to") == "+" + amina.phone ? 1U : 0U;
  EXPECT_EQ(to_amina, 1U);
}

TEST_F(sending, without_an_echo_it_is_repeated_after_the_grace_and_counted) {
  limits.ambiguous_grace = std::chrono::milliseconds{250};
  std::atomic<int> tries{0};
  const auto stopped = stop_at_the_end();
  graph->answer_with([&](const recorded_call& call, std::size_t) {
    if (call.is_read_mark())
      return accepted(call);
    return tries++ == 0 ? of_kind(kind::unknown) : accepted(call);
  });
  begin();
  EXPECT_EQ(say("duka", amina, "wamid.1", "hi"), committed);
  ASSERT_TRUE(graph->wait_for_messages(1));
  const auto first = std::chrono::steady_clock::now();
  ASSERT_TRUE(graph->wait_for_messages(2));
  EXPECT_GE(std::chrono::steady_clock::now() - first, std::chrono::milliseconds{150});
  const auto calls = graph->messages();
  EXPECT_EQ(calls[0].callback(), calls[1].callback());
  EXPECT_TRUE(stands_at("duka", amina.phone, calls[0].callback(), "accepted"));
  EXPECT_EQ(line(calls[0].callback()).at("ambiguous"), 1);
  EXPECT_EQ(line(calls[0].callback()).at("attempts"), 2);
  EXPECT_EQ(count->sends_resent_after_ambiguity, 1U);
}

TEST_F(sending, a_status_that_comes_before_the_answer_settles_the_send) {
  graph->answer_with([](const recorded_call& call, std::size_t) -> std::optional<send_outcome> {
    if (call.is_read_mark())
      return accepted(call);
    return std::nullopt;
  });
  begin();
  EXPECT_EQ(say("duka", amina, "wamid.1", "hi"), committed);
  ASSERT_TRUE(graph->wait_for_messages(1));
  const auto first = graph->messages().at(0);
  EXPECT_EQ(report("duka", first, "delivered"), committed);
  EXPECT_TRUE(stands_at("duka", amina.phone, first.callback(), "delivered"));
  EXPECT_EQ(say("duka", amina, "wamid.2", "help"), committed);
  ASSERT_TRUE(graph->wait_for_messages(2));
  graph->release(accepted); // the late answer of the first, and the second's
  EXPECT_TRUE(stands_at("duka", amina.phone, graph->messages().at(1).callback(), "accepted"));
  EXPECT_TRUE(stands_at("duka", amina.phone, first.callback(), "delivered"));
  EXPECT_EQ(graph->messages().size(), 2U);
}

TEST_F(sending, the_echo_of_an_attempt_is_waited_for_anew_after_a_long_downtime) {
  const auto stopped = stop_at_the_end();
  clock->stop();
  graph->answer_with([](const recorded_call& call, std::size_t) -> std::optional<send_outcome> {
    return call.is_read_mark() ? std::optional{accepted(call)} : std::nullopt;
  });
  begin();
  EXPECT_EQ(say("duka", amina, "wamid.1", "hi"), committed);
  EXPECT_EQ(say("duka", baraka, "wamid.b1", "hi"), committed);
  ASSERT_TRUE(graph->wait_for_messages(2));
  stop();
  clock->advance(std::chrono::hours{1});
  graph->answer_with({});
  start();
  EXPECT_TRUE(eventually([&] { return count->sends_ambiguous == 2U; }));
  // Meta could not say it earlier: nobody was there.
  for (const auto& call : graph->messages())
    if (call.body.value("to", "") == "+" + amina.phone) {
      EXPECT_EQ(report("duka", call, "sent"), committed);
      EXPECT_TRUE(stands_at("duka", amina.phone, call.callback(), "sent"));
    }
  EXPECT_EQ(say("duka", amina, "wamid.2", "help"), committed);
  ASSERT_TRUE(graph->wait_for_messages(3));
  EXPECT_EQ(count->sends_resent_after_ambiguity, 0U);
  clock->advance(limits.ambiguous_grace); // of the other it has said nothing
  EXPECT_EQ(say("duka", baraka, "wamid.b2", "help"), committed);
  ASSERT_TRUE(graph->wait_for_messages(4));
  EXPECT_EQ(graph->messages().at(3).body.at("to"), "+" + baraka.phone);
  EXPECT_TRUE(eventually([&] { return count->sends_resent_after_ambiguity == 1U; }));
}

TEST_F(sending, after_a_crash_only_attempts_are_ambiguous_and_the_others_go_at_once) {
  limits.ambiguous_grace = std::chrono::milliseconds{1'500};
  graph->answer_with([](const recorded_call& call, std::size_t) -> std::optional<send_outcome> {
    if (call.is_read_mark())
      return accepted(call);
    if (call.body.value("to", "") == "+" + amina.phone)
      return std::nullopt;
    return of_kind(kind::not_sent);
  });
  begin();
  EXPECT_EQ(say("duka", amina, "wamid.1", "hi"), committed);
  EXPECT_EQ(say("duka", baraka, "wamid.b1", "hi"), committed);
  ASSERT_TRUE(graph->wait_until([](const auto& all) {
    return std::any_of(all.begin(), all.end(),
                       [](const auto& c) { return c.body.value("to", "") == "+" + amina.phone; }) &&
           std::any_of(all.begin(), all.end(),
                       [](const auto& c) { return c.body.value("to", "") == "+" + baraka.phone; });
  }));
  const auto is_queued = [&] {
    for (const auto& m : transcript_of("duka", baraka.phone))
      if (m.at("direction") == "out" && m.at("status") == "queued")
        return true;
    return false;
  };
  EXPECT_TRUE(eventually(is_queued));
  stop();
  graph->answer_with({});
  const auto before = graph->messages().size();
  start(); // nobody writes: what was unsent goes out by itself
  ASSERT_TRUE(graph->wait_for_messages(before + 2));
  const auto calls = graph->messages();
  EXPECT_EQ(calls[before].body.at("to"), "+" + baraka.phone) << "the ambiguous one did not wait";
  EXPECT_EQ(calls[before + 1].body.at("to"), "+" + amina.phone);
  EXPECT_EQ(count->sends_resent_after_ambiguity, 1U);
  EXPECT_TRUE(stands_at("duka", amina.phone, calls[before + 1].callback(), "accepted"));
}

TEST_F(sending, after_a_crash_an_echo_settles_the_attempt) {
  graph->answer_with([](const recorded_call& call, std::size_t) -> std::optional<send_outcome> {
    if (call.is_read_mark())
      return accepted(call);
    return std::nullopt;
  });
  begin();
  EXPECT_EQ(say("duka", amina, "wamid.1", "hi"), committed);
  ASSERT_TRUE(graph->wait_for_messages(1));
  const auto first = graph->messages().at(0);
  stop();
  graph->answer_with({});
  start();
  EXPECT_TRUE(eventually([&] { return report("duka", first, "delivered") != retry; }));
  EXPECT_TRUE(stands_at("duka", amina.phone, first.callback(), "delivered"));
  EXPECT_EQ(say("duka", amina, "wamid.2", "help"), committed);
  ASSERT_TRUE(graph->wait_for_messages(2));
  EXPECT_NE(graph->messages().at(1).callback(), first.callback());
  EXPECT_EQ(count->sends_resent_after_ambiguity, 0U);
}

// -- refusals
// ----------------------------------------------------------------------------------------------------------

TEST_F(sending, a_message_that_cannot_leave_expires_visibly_after_its_time) {
  graph->answer_with([](const recorded_call&, std::size_t) { return of_kind(kind::not_sent); });
  begin();
  EXPECT_EQ(say("duka", amina, "wamid.1", "hi"), committed);
  ASSERT_TRUE(graph->wait_until([](const auto& all) { return !all.empty(); }));
  const auto id = transcript_of("duka", amina.phone).back().at("id").get<std::string>();
  clock->advance(std::chrono::seconds{86'401});
  EXPECT_TRUE(stands_at("duka", amina.phone, id, "expired"));
  EXPECT_EQ(count->sends_expired, 1U);
  EXPECT_EQ(conversation_of("duka", amina.phone).at("outbox"), 0);
}

TEST_F(sending, a_passing_error_is_retried_with_back_off) {
  std::atomic<int> tries{0};
  const auto stopped = stop_at_the_end();
  graph->answer_with([&](const recorded_call& call, std::size_t) {
    if (call.is_read_mark())
      return accepted(call);
    return tries++ == 0 ? refused(131'000, 500) : accepted(call);
  });
  begin();
  EXPECT_EQ(say("duka", amina, "wamid.1", "hi"), committed);
  ASSERT_TRUE(graph->wait_for_messages(2));
  EXPECT_TRUE(stands_at("duka", amina.phone, graph->messages().at(0).callback(), "accepted"));
  EXPECT_EQ(count->sends_retried, 1U);
  EXPECT_EQ(line(graph->messages().at(0).callback()).at("attempts"), 2);
}

TEST_F(sending, what_waits_behind_a_failure_does_not_overtake_it) {
  std::atomic<bool> keep{true};
  held_append held;
  const auto stopped = stop_at_the_end();
  graph->answer_with([&](const recorded_call& call, std::size_t) -> std::optional<send_outcome> {
    return keep && !call.is_read_mark() ? std::nullopt : std::optional(accepted(call));
  });
  begin();
  EXPECT_EQ(say("duka", amina, "wamid.1", "help"), committed);
  ASSERT_TRUE(graph->wait_for_messages(1));
  EXPECT_EQ(say("duka", amina, "wamid.2", "help"), committed); // its reply may leave as soon as the first is through
  store->on_append(held.hook());
  // The failure of the first comes while the third is being written, and is dealt with after it.
  auto third = std::async(std::launch::async, [&] { return say("duka", amina, "wamid.3", "help"); });
  held.reached();
  keep = false;
  graph->release([](const recorded_call&) { return refused(131'000, 500); });
  held.go_on();
  EXPECT_EQ(third.get(), committed);
  ASSERT_TRUE(graph->wait_for_messages(4));
  auto wanted = written();
  ASSERT_EQ(wanted.size(), 3U);
  wanted.insert(wanted.begin(), wanted.front());
  EXPECT_EQ(sent(), wanted) << "the first, the first again, and only then those behind it";
}

TEST_F(sending, a_reply_armed_behind_a_mark_that_finds_the_number_shut_stays) {
  std::atomic<bool> keep{true};
  held_append held;
  const auto stopped = stop_at_the_end();
  graph->answer_with([&](const recorded_call& call, std::size_t) -> std::optional<send_outcome> {
    return keep ? std::nullopt : std::optional(accepted(call));
  });
  begin();
  EXPECT_EQ(say("duka", amina, "wamid.1", "help"), committed);
  ASSERT_TRUE(graph->wait_until([](const auto& all) { return all.size() == 1; })); // the mark; its reply is armed
  store->on_append(held.hook());
  // The refusal comes while the second is being written, whose commit would let the first reply go.
  auto second = std::async(std::launch::async, [&] { return say("duka", amina, "wamid.2", "help"); });
  held.reached();
  keep = false;
  graph->release([](const recorded_call&) { return refused(190, 401); });
  held.go_on();
  EXPECT_EQ(second.get(), committed);
  EXPECT_TRUE(eventually([&] { return conversation_of("duka", amina.phone).at("outbox") == 2; }));
  EXPECT_EQ(graph->calls().size(), 1U) << "sent with a token that was known to be dead";
  ASSERT_TRUE(json_of(ask_registry(fresh_token_for_duka())).is_object());
  ASSERT_TRUE(graph->wait_for_messages(2));
  EXPECT_EQ(sent(), written());
}

TEST_F(sending, an_error_that_is_ours_fails_the_message_and_lets_the_next_pass) {
  std::atomic<int> tries{0};
  const auto stopped = stop_at_the_end();
  graph->answer_with([&](const recorded_call& call, std::size_t) {
    if (call.is_read_mark())
      return accepted(call);
    return tries++ == 0 ? refused(100) : accepted(call);
  });
  begin();
  EXPECT_EQ(say("duka", amina, "wamid.1", "hi"), committed);
  ASSERT_TRUE(graph->wait_for_messages(1));
  const auto first = graph->messages().at(0).callback();
  EXPECT_TRUE(stands_at("duka", amina.phone, first, "failed"));
  EXPECT_EQ(line(first).at("/error/code"_json_pointer), "100");
  EXPECT_EQ(say("duka", amina, "wamid.2", "help"), committed);
  ASSERT_TRUE(graph->wait_for_messages(2));
  EXPECT_NE(graph->messages().at(1).callback(), first);
}

TEST_F(sending, a_dead_token_pauses_the_number_until_it_is_replaced) {
  graph->answer_with([](const recorded_call& call, std::size_t) {
    return call.access_token == "token-duka" ? refused(190, 401) : accepted(call);
  });
  begin();
  EXPECT_EQ(say("duka", amina, "wamid.1", "hi"), committed);
  ASSERT_TRUE(graph->wait_until([](const auto& all) { return all.size() == 1; }));
  // The mark as read is given up, the reply waits.
  EXPECT_TRUE(eventually([&] { return conversation_of("duka", amina.phone).at("outbox") == 1; }));
  EXPECT_EQ(say("duka", baraka, "wamid.b1", "hi"), committed);
  add_tenant("soko");
  EXPECT_EQ(say("soko", baraka, "wamid.s1", "hi"), committed);
  ASSERT_TRUE(graph->wait_for_messages(1)) << "another number was paused too";
  EXPECT_EQ(graph->calls().size(), 3U) << "the paused number went on sending";
  ASSERT_TRUE(json_of(ask_registry(fresh_token_for_duka())).is_object());
  ASSERT_TRUE(graph->wait_until([](const auto& all) {
    return std::any_of(all.begin(), all.end(), [](const auto& c) {
      return c.access_token == "fresh" && c.body.value("to", "") == "+" + baraka.phone;
    });
  }));
}

// -- statuses
// ----------------------------------------------------------------------------------------------------------

class statuses : public sending {
protected:
  void SetUp() override {
    begin();
    EXPECT_EQ(say("duka", amina, "wamid.1", "hi"), committed);
    ASSERT_TRUE(graph->wait_for_messages(1));
    reply = graph->messages().at(0);
    ASSERT_TRUE(stands_at("duka", amina.phone, reply.callback(), "accepted"));
  }
  recorded_call reply;
};

TEST_F(statuses, move_the_message_on) {
  for (const auto* s : {"sent", "delivered", "read"}) {
    EXPECT_EQ(report("duka", reply, s), committed);
    EXPECT_TRUE(stands_at("duka", amina.phone, reply.callback(), s));
  }
}

TEST_F(statuses, out_of_order_and_repeated_never_move_it_back) {
  EXPECT_EQ(report("duka", reply, "read"), committed);
  EXPECT_EQ(report("duka", reply, "delivered"), committed);
  EXPECT_EQ(report("duka", reply, "sent"), committed);
  EXPECT_EQ(report("duka", reply, "read"), repeated);
  EXPECT_EQ(report("duka", reply, "sent"), repeated);
  EXPECT_TRUE(stands_at("duka", amina.phone, reply.callback(), "read"));
  restart();
  EXPECT_TRUE(stands_at("duka", amina.phone, reply.callback(), "read"));
}

TEST_F(statuses, are_known_without_callback_data_by_their_message_id) {
  auto bare = reply;
  bare.body.erase("biz_opaque_callback_data");
  const auto body = status_webhook("n-duka", wamid_of(reply), "delivered", amina.phone, "", now());
  EXPECT_EQ(post(body), outcomes{committed});
  EXPECT_TRUE(stands_at("duka", amina.phone, reply.callback(), "delivered"));
  restart();
  const auto read = status_webhook("n-duka", wamid_of(reply), "read", amina.phone, "", now());
  EXPECT_EQ(insist(read), outcomes{committed});
  EXPECT_TRUE(stands_at("duka", amina.phone, reply.callback(), "read"));
}

TEST_F(statuses, of_a_late_failure_fail_the_message_and_say_why) {
  EXPECT_EQ(report("duka", reply, "sent"), committed);
  change c{"n-duka", {}, {}, {}};
  auto s = status(wamid_of(reply), "failed", amina.phone, reply.callback(), now());
  s["errors"] = nlohmann::json::array({{{"code", 131'026}, {"title", "Message undeliverable"}}});
  c.statuses.push_back(s);
  EXPECT_EQ(post(webhook({c})), outcomes{committed});
  EXPECT_TRUE(stands_at("duka", amina.phone, reply.callback(), "failed"));
  EXPECT_EQ(line(reply.callback()).at("/error/code"_json_pointer), "131026");
}

TEST_F(statuses, of_something_else_are_set_aside_and_make_no_conversation) {
  EXPECT_EQ(post(status_webhook("n-duka", "wamid.strange", "sent", "254700009999", "", now())), outcomes{set_aside});
  EXPECT_EQ(post(status_webhook("n-duka", "wamid.strange2", "sent", amina.phone, "", now())), outcomes{set_aside});
  EXPECT_EQ(post(status_webhook("n-duka", "wamid.strange3", "sent", amina.phone,
                                "o00112233445566778899aabbccddeeff.7", now())),
            outcomes{set_aside});
  EXPECT_EQ(count->statuses_unmatched, 3U);
  EXPECT_EQ(letters("duka", persistence::table::aside).size(), 3U);
  EXPECT_EQ(json_of(ask_tenant("duka", conversations_query{})).at("conversations").size(), 1U);
  EXPECT_EQ(conversation_of("duka", "254700009999"), nlohmann::json());
}

TEST_F(statuses, of_a_passivated_conversation_find_their_message) {
  restart();
  EXPECT_TRUE(eventually([&] { return report("duka", reply, "delivered") != retry; }));
  EXPECT_TRUE(stands_at("duka", amina.phone, reply.callback(), "delivered"));
}

} // namespace
} // namespace wakala::actors::test
