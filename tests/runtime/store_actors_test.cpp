#include "persistence/memory/memory_store.hpp"
#include "runtime/store_actors.hpp"
#include "runtime/system_config.hpp"
#include "tests/actors/support/scripted_store.hpp"

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace wakala::runtime {
namespace {

using actors::test::fault;
using actors::test::scripted_store;
using persistence::append_outcome;
using persistence::table;

constexpr std::chrono::seconds patience{20};

class store_actors : public ::testing::Test {
protected:
  ~store_actors() override {
    for (const auto& actor : {writer, folder, reader}) {
      self->monitor(actor);
      caf::anon_send_exit(actor, caf::exit_reason::kill);
      self->receive([](const caf::down_msg&) {});
    }
  }

  persistence::row_ptr row(shard_id shard, std::uint64_t epoch, std::uint64_t seq) {
    persistence::journal_row r;
    r.shard = shard;
    r.epoch = epoch;
    r.seq = seq;
    r.tenant = "duka";
    r.key = event_key{7, {static_cast<std::uint8_t>(shard), static_cast<std::uint8_t>(seq)}};
    r.personal.push_back({table::outbox, false, 5, "key" + std::to_string(seq), "value"});
    return std::make_shared<const persistence::journal_row>(std::move(r));
  }
  std::uint64_t take(shard_id shard) { return store->open_shard(shard).value().epoch; }

  template <class Answer, class Question>
  Answer ask(const caf::actor& whom, const Question& question) {
    Answer got;
    self->request(whom, patience, question)
        .receive([&](Answer& answer) { got = std::move(answer); },
                 [&](caf::error& why) { ADD_FAILURE() << sys.render(why); });
    return got;
  }

  system_config config{node_config{}};
  caf::actor_system sys{config};
  caf::scoped_actor self{sys};
  std::shared_ptr<scripted_store> store = std::make_shared<scripted_store>(persistence::make_memory_store(4));
  std::shared_ptr<counters> count = std::make_shared<counters>();
  caf::actor writer = spawn_commit_writer(sys, store, count);
  caf::actor folder = spawn_folder(sys, store, count);
  caf::actor reader = spawn_reader(sys, store);
};

TEST_F(store_actors, what_comes_while_an_append_is_out_becomes_one_append_with_an_outcome_each) {
  const auto first_epoch = take(0);
  const auto second_epoch = take(1);
  std::promise<void> reached;
  std::promise<void> let_go;
  auto gate = let_go.get_future().share();
  auto sizes = std::make_shared<std::vector<std::size_t>>();
  store->on_append([&reached, gate, sizes](const auto& rows) {
    sizes->push_back(rows.size());
    if (sizes->size() == 1) {
      reached.set_value();
      gate.wait();
    }
    return fault::none;
  });
  auto a = self->request(writer, patience, append_request{{row(0, first_epoch, 1)}, {}});
  reached.get_future().wait();
  auto b = self->request(writer, patience, append_request{{row(0, first_epoch, 2), row(0, first_epoch, 3)}, {}});
  auto c = self->request(writer, patience, append_request{{row(1, second_epoch - 1, 1)}, {}}); // an old owner's
  auto d = self->request(writer, patience, append_request{{row(2, take(2), 1)}, {}});
  let_go.set_value();
  const auto expect = [](auto& handle, append_outcome outcome) {
    handle.receive(
        [&](append_answer& answer) {
          ASSERT_TRUE(answer.value) << answer.why.what;
          EXPECT_EQ(*answer.value, outcome);
        },
        [](caf::error&) { ADD_FAILURE() << "no answer"; });
  };
  expect(a, append_outcome::committed);
  expect(b, append_outcome::committed);
  expect(c, append_outcome::fenced);
  expect(d, append_outcome::committed);
  EXPECT_EQ(*sizes, (std::vector<std::size_t>{1, 4}));
  EXPECT_EQ(count->journal_batches, 2U);
  EXPECT_EQ(count->journal_rows, 4U);
  EXPECT_EQ(store->journal(0, 0, 10).value().size(), 3U);
  EXPECT_TRUE(store->journal(1, 0, 10).value().empty());
}

TEST_F(store_actors, a_failed_append_says_so_to_everyone_in_it) {
  const auto epoch = take(0);
  store->on_append([](const auto&) { return fault::before; });
  const auto failed = ask<append_answer>(writer, append_request{{row(0, epoch, 1)}, {}});
  EXPECT_FALSE(failed.value);
  EXPECT_EQ(failed.why.code, errc::unavailable);
  store->on_append([](const auto&) { return fault::after; });
  EXPECT_FALSE(ask<append_answer>(writer, append_request{{row(0, epoch, 1)}, {}}).value)
      << "unknown is not committed";
  EXPECT_EQ(store->journal(0, 0, 10).value().size(), 1U);
  store->on_append({});
  EXPECT_EQ(ask<append_answer>(writer, append_request{{row(0, epoch, 2)}, {}}).value, append_outcome::committed);
}

TEST_F(store_actors, an_append_of_nothing_is_refused_and_disturbs_nobody) {
  const auto epoch = take(0);
  EXPECT_EQ(ask<append_answer>(writer, append_request{}).why.code, errc::invalid_argument);
  EXPECT_EQ(ask<append_answer>(writer, append_request{{row(0, epoch, 1)}, {}}).value, append_outcome::committed);
}

TEST_F(store_actors, rows_are_folded_and_read_back) {
  const auto epoch = take(0);
  const auto r = row(0, epoch, 1);
  const conversation_id conversation = r->conversation;
  ASSERT_EQ(ask<append_answer>(writer, append_request{{r}, {{"duka", conversation, "wrapped"}}}).value,
            append_outcome::committed);
  auto opened = ask<open_answer>(reader, open_request{0, 100});
  ASSERT_TRUE(opened.value);
  EXPECT_GT(opened.value->shard.epoch, epoch);
  EXPECT_EQ(opened.value->shard.tail.size(), 1U);
  EXPECT_TRUE(opened.value->keys.newest.empty());
  EXPECT_TRUE(opened.value->keys.complete);
  EXPECT_EQ(ask<fold_answer>(folder, fold_request{0, epoch, {r}}).why.code, errc::fenced) << "an old owner folded";
  EXPECT_EQ(ask<fold_answer>(folder, fold_request{0, opened.value->shard.epoch, {r}}).value, 1U);
  EXPECT_EQ(count->folded_rows, 1U);
  const auto values = ask<get_answer>(
      reader, get_request{"duka", {{table::outbox, "key1"}, {table::outbox, "none"}, {table::timer, "key1"}}});
  ASSERT_TRUE(values.value);
  EXPECT_EQ(values.value->at(0), "value");
  EXPECT_FALSE(values.value->at(1));
  EXPECT_FALSE(values.value->at(2));
  const auto seen = ask<probe_answer>(reader, probe_request{0, {*r->key, event_key{8, r->key->hash}}});
  EXPECT_EQ(seen.value, (std::vector<bool>{true, false}));
  const auto due = ask<range_answer>(reader, due_request{0, table::outbox, 5, 10});
  ASSERT_TRUE(due.value);
  EXPECT_EQ(due.value->size(), 1U);
  EXPECT_TRUE(ask<range_answer>(reader, due_request{0, table::outbox, 4, 10}).value->empty());
  const auto keys = ask<key_answer>(reader, key_request{"duka", {conversation}});
  EXPECT_EQ(keys.value->at(0), "wrapped");
  opened = ask<open_answer>(reader, open_request{0, 100});
  EXPECT_EQ(opened.value->keys.newest, std::vector<event_key>{*r->key});
  EXPECT_TRUE(opened.value->keys.complete);
  EXPECT_EQ(opened.value->outbox.size(), 1U);
  EXPECT_TRUE(opened.value->shard.tail.empty());
}

TEST_F(store_actors, shards_that_fold_at_the_same_time_share_a_fold_and_not_its_outcome) {
  std::vector<persistence::row_ptr> rows;
  for (shard_id shard = 0; shard < 4; ++shard) {
    rows.push_back(row(shard, take(shard), 1));
    ASSERT_EQ(ask<append_answer>(writer, append_request{{rows.back()}, {}}).value, append_outcome::committed);
  }
  std::promise<void> reached;
  std::promise<void> let_go;
  std::atomic<bool> is_first{true};
  store->on_fold([&, gate = let_go.get_future().share()](shard_id shard) {
    if (is_first.exchange(false)) {
      reached.set_value();
      gate.wait();
    }
    return shard == 2 ? fault::before : fault::none;
  });
  auto first = self->request(folder, patience, fold_request{0, rows[0]->epoch, {rows[0]}});
  reached.get_future().wait();
  auto second = self->request(folder, patience, fold_request{1, rows[1]->epoch, {rows[1]}});
  auto third = self->request(folder, patience, fold_request{2, rows[2]->epoch, {rows[2]}});
  auto fourth = self->request(folder, patience, fold_request{3, rows[3]->epoch, {rows[3]}});
  let_go.set_value();
  const auto position = [](auto& handle) {
    fold_answer got;
    handle.receive([&](fold_answer& answer) { got = std::move(answer); },
                   [](caf::error&) { ADD_FAILURE() << "no answer"; });
    return got;
  };
  EXPECT_EQ(position(first).value, 1U);
  EXPECT_EQ(position(second).value, 1U);
  EXPECT_EQ(position(third).why.code, errc::unavailable);
  EXPECT_EQ(position(fourth).value, 1U);
  EXPECT_EQ(store->folds(), 2U);
  EXPECT_EQ(count->folded_rows, 3U);
}

TEST_F(store_actors, the_folder_outlives_the_forgetting_of_keys) {
  const auto epoch = take(0);
  const auto fold = [&](std::uint64_t seq) {
    return ask<fold_answer>(folder, fold_request{0, epoch, {row(0, epoch, seq)}}).value;
  };
  ASSERT_TRUE(store->append({row(0, epoch, 1), row(0, epoch, 2), row(0, epoch, 3)}, {}));
  EXPECT_EQ(fold(1), 1U);
  // As a supervisor does it: it sends, and knows no answer to it.
  const auto sender = sys.spawn([to = folder](caf::event_based_actor* me) -> caf::behavior {
    me->send(to, expire_keys_request{8, 1});
    return {[](int number) { return number; }};
  });
  EXPECT_EQ(ask<int>(sender, 1), 1); // it has sent
  EXPECT_EQ(fold(2), 2U);
  EXPECT_FALSE(store->has_event_key(0, *row(0, epoch, 1)->key).value());
  EXPECT_EQ(ask<int>(sender, 2), 2); // an answer would have come back by now, and an error to that be on its way
  EXPECT_EQ(fold(3), 3U);
  caf::anon_send_exit(sender, caf::exit_reason::kill);
}

TEST_F(store_actors, opening_reads_the_newest_keys_and_those_of_bucket_0) {
  const auto epoch = take(0);
  std::vector<persistence::row_ptr> rows;
  for (const std::uint32_t bucket : {9U, 0U, 8U, 0U, 7U}) {
    auto r = *row(0, epoch, rows.size() + 1);
    r.key->bucket = bucket;
    rows.push_back(std::make_shared<const persistence::journal_row>(std::move(r)));
  }
  ASSERT_EQ(ask<append_answer>(writer, append_request{rows, {}}).value, append_outcome::committed);
  ASSERT_EQ(ask<fold_answer>(folder, fold_request{0, epoch, rows}).value, 5U);
  const auto opened = ask<open_answer>(reader, open_request{0, 2});
  EXPECT_EQ(opened.value->keys.newest, (std::vector<event_key>{*rows[0]->key, *rows[2]->key}));
  EXPECT_FALSE(opened.value->keys.complete);
  EXPECT_EQ(opened.value->keys.of_bucket_0.size(), 2U);
  EXPECT_FALSE(opened.value->keys.bucket_0_complete) << "there may be more";
  EXPECT_TRUE(ask<open_answer>(reader, open_request{0, 3}).value->keys.bucket_0_complete);
}

TEST_F(store_actors, failures_of_the_store_are_answers) {
  store->break_all(true);
  EXPECT_EQ(ask<open_answer>(reader, open_request{0, 100}).why.code, errc::unavailable);
  EXPECT_EQ(ask<get_answer>(reader, get_request{"duka", {{table::outbox, "k"}}}).why.code, errc::unavailable);
  EXPECT_EQ(ask<probe_answer>(reader, probe_request{0, {event_key{}}}).why.code, errc::unavailable);
  EXPECT_EQ(ask<conversation_answer>(reader, conversation_read{"duka", {}}).why.code, errc::unavailable);
  EXPECT_EQ(ask<fold_answer>(folder, fold_request{0, 1, {}}).why.code, errc::unavailable);
}

} // namespace
} // namespace wakala::runtime
