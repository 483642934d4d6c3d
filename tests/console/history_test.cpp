#include "console/history.hpp"
#include "console/rates.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wakala::console {
namespace {

using testing::ElementsAre;

overview seen(double a_events, double b_events, std::vector<double> a_latency = {}) {
  overview all;
  all.nodes.resize(2);
  all.nodes[0].name = "a";
  all.nodes[0].counters = {{"events_committed", a_events}};
  all.nodes[0].gauges = {{"mailbox", 3}};
  if (!a_latency.empty())
    all.nodes[0].latency = {{100, 1000}, std::move(a_latency)};
  all.nodes[1].name = "b";
  all.nodes[1].counters = {{"events_committed", b_events}};
  all.nodes[1].gauges = {{"mailbox", 4}};
  all.shards.push_back({"shard:1", "wakala-shard-1", "a", "open", "", {{"messages", a_events}}});
  return all;
}

TEST(rates, grow_and_never_fall) {
  EXPECT_EQ(rate_of(10, 30, 2), 10);
  EXPECT_EQ(rate_of(30, 10, 2), std::nullopt) << "what is counted began anew";
  EXPECT_EQ(rate_of({}, 10, 2), std::nullopt);
  EXPECT_EQ(rate_of(10, 30, 0), std::nullopt);
}

TEST(rates, quantiles_lie_within_their_bucket) {
  const latency_counts some{{100, 200, 1000}, {10, 80, 10, 0}};
  EXPECT_NEAR(*quantile_us(some, 0.5), 150, 0.01);
  EXPECT_NEAR(*quantile_us(some, 0.05), 50, 0.01);
  EXPECT_NEAR(*quantile_us(some, 0.99), 920, 0.01);
  EXPECT_EQ(quantile_us({{100}, {0, 5}}, 0.99), 100) << "beyond the last bound: at least that";
  EXPECT_EQ(quantile_us({{100}, {0, 0}}, 0.5), std::nullopt);
  EXPECT_EQ(quantile_us({}, 0.5), std::nullopt);
}

TEST(rates, differences_need_the_same_buckets_and_no_restart) {
  EXPECT_THAT(difference({{100}, {1, 2}}, {{100}, {4, 2}}).count, ElementsAre(3, 0));
  EXPECT_TRUE(difference({{100}, {1, 2}}, {{100}, {4, 1}}).count.empty());
  EXPECT_TRUE(difference({{100}, {1, 2}}, {{200}, {4, 2}}).count.empty());
}

TEST(history, adds_up_nodes) {
  history past;
  EXPECT_TRUE(past.is_empty());
  past.add(seen(100, 1000), 5'000);
  EXPECT_EQ(find_number(past.cluster().per_second, "events_committed"), std::nullopt) << "one answer makes no rate";
  past.add(seen(200, 1500), 7'000);
  EXPECT_EQ(find_number(past.cluster().per_second, "events_committed"), 300);
  EXPECT_EQ(find_number(past.of("a").per_second, "events_committed"), 50);
  EXPECT_EQ(find_number(past.cluster().gauges, "mailbox"), 7);
  EXPECT_EQ(past.shard_rate("shard:1"), 50);
  EXPECT_EQ(past.total("events_committed"), 1700);
  EXPECT_THAT(past.rates("events_committed"), ElementsAre(0, 300));
  EXPECT_THAT(past.rates("events_committed", "b"), ElementsAre(0, 250));
}

TEST(history, a_node_that_began_anew_counts_from_its_next_answer) {
  history past;
  past.add(seen(100, 1000), 1'000);
  past.add(seen(5, 1100), 2'000);
  EXPECT_EQ(find_number(past.of("a").per_second, "events_committed"), std::nullopt);
  EXPECT_EQ(find_number(past.cluster().per_second, "events_committed"), 100);
  past.add(seen(25, 1200), 3'000);
  EXPECT_EQ(find_number(past.of("a").per_second, "events_committed"), 20);
}

TEST(history, quantiles_look_back_ten_answers_and_not_over_a_restart) {
  history past;
  past.add(seen(0, 0, {1000, 0, 0}), 1'000);
  EXPECT_EQ(past.of("a").p99_us, std::nullopt);
  past.add(seen(0, 0, {1000, 10, 0}), 2'000);
  EXPECT_NEAR(*past.of("a").p50_us, 550, 1);
  for (int i = 0; i < 11; ++i)
    past.add(seen(0, 0, {1000.0 + i, 10, 0}), 3'000 + i * 1000);
  EXPECT_NEAR(*past.cluster().p99_us, 99, 1) << "the slow ones are long ago";
  past.add(seen(0, 0, {1, 0, 0}), 20'000);
  EXPECT_EQ(past.of("a").p99_us, std::nullopt);
}

TEST(history, forgets_nodes_that_are_gone) {
  history past;
  past.add(seen(1, 1), 1'000);
  auto one = seen(2, 2);
  one.nodes.pop_back();
  past.add(one, 2'000);
  EXPECT_TRUE(past.rates("events_committed", "b").empty());
}

} // namespace
} // namespace wakala::console
