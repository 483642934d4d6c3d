#include "bench/actors/feed.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

namespace wakala::bench {
namespace {

class actors_in_process : public ::testing::Test {
protected:
  void SetUp() override {
    auto started = local_node::start({2, 4}, who);
    ASSERT_TRUE(started) << started.error().what;
    node = std::move(*started);
  }
  void settle() const {
    const auto settled = node->settle(std::chrono::seconds{30});
    ASSERT_TRUE(settled) << settled.error().what;
  }
  std::vector<persistence::journal_row> journal() {
    std::vector<persistence::journal_row> rows;
    for (shard_id shard = 0; shard < node->store().shard_count(); ++shard)
      for (auto& row : node->store().journal(shard, 0, 1'000'000).value())
        rows.push_back(std::move(row));
    return rows;
  }

  const population who{{3, 40, 0.99, 7}};
  std::unique_ptr<local_node> node;
};

TEST_F(actors_in_process, every_update_is_committed_once_and_every_reply_made) {
  update_source source(who, 200);
  auto updates = source.make(*node, 1'500);
  std::set<event_key> keys;
  std::set<event_key> messages;
  for (const auto& post : updates) {
    ASSERT_EQ(post.size(), 1U);
    EXPECT_EQ(post.front().aside, actors::aside_reason::none);
    keys.insert(post.front().key);
    if (post.front().update.kind == whatsapp::event_kind::message)
      messages.insert(post.front().key);
  }
  EXPECT_LT(keys.size(), updates.size()); // some are sent twice
  EXPECT_GT(messages.size(), 200U);
  EXPECT_LT(messages.size(), keys.size());

  const auto fed = feed_at_once(*node, std::move(updates), 32);
  EXPECT_EQ(fed.refused, 0U);
  EXPECT_EQ(fed.latency.count(), 1'500U);
  EXPECT_GT(fed.seconds, 0);
  settle();
  const auto& counts = node->counts();
  EXPECT_EQ(counts.events_committed.load(), keys.size());
  EXPECT_EQ(counts.events_repeated.load(), 1'500U - keys.size());
  EXPECT_EQ(counts.statuses_unmatched.load(), 0U);
  EXPECT_GE(counts.sends_accepted.load(),
            messages.size()); // a reply each; whether read marks count is their business
  EXPECT_EQ(counts.sends_failed.load(), 0U);
  EXPECT_EQ(counts.journal_rows.load(), journal().size());
  std::set<event_key> stored;
  for (const auto& row : journal())
    if (row.key) {
      EXPECT_TRUE(stored.insert(*row.key).second);
    }
  EXPECT_EQ(stored, keys);
}

TEST_F(actors_in_process, a_rate_is_kept_whatever_the_node_does) {
  update_source source(who, 200);
  const auto fed = feed_at_rate(*node, source.make(*node, 400), 1'000);
  EXPECT_EQ(fed.refused, 0U);
  EXPECT_EQ(fed.latency.count(), 400U);
  EXPECT_GE(fed.seconds, 0.399);
  EXPECT_LE(fed.late, 400U);
  settle();
}

/// A node that answers from another thread, each time a bit later.
class slow_node final : public local_node {
public:
  ~slow_node() override {
    for (auto& thread : threads_)
      thread.join();
  }
  std::vector<actors::routed_event> route(std::string_view) const override { return {}; }
  void deliver(std::vector<actors::routed_event>, std::function<void(bool)> done) override {
    most = std::max(most, ++open);
    threads_.emplace_back([this, done = std::move(done), number = threads_.size()] {
      std::this_thread::sleep_for(std::chrono::milliseconds{20});
      --open;
      done(number % 10 != 3);
    });
  }
  result<void> settle(std::chrono::milliseconds) const override { return {}; }
  const runtime::counters& counts() const override { return counts_; }
  persistence::store& store() override { std::abort(); }

  std::atomic<int> open{0};
  int most = 0;

private:
  runtime::counters counts_;
  std::vector<std::thread> threads_;
};

TEST(actors_feed, the_window_bounds_what_is_in_work_and_refusals_are_counted) {
  slow_node node;
  const auto fed = feed_at_once(node, routed_updates(30), 4);
  EXPECT_EQ(node.most, 4);
  EXPECT_EQ(fed.refused, 3U);
  EXPECT_GE(fed.latency.min(), 20'000'000U);
}

TEST(actors_feed, latency_counts_from_the_intended_time) {
  slow_node node;
  const auto fed = feed_at_rate(node, routed_updates(20), 10'000); // 20 are meant within 2 ms
  EXPECT_GE(fed.latency.min(), 20'000'000U);
  EXPECT_EQ(fed.latency.count(), 20U);
}

} // namespace
} // namespace wakala::bench
