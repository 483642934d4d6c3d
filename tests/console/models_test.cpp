#include "console/models.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace wakala::console {
namespace {

using nlohmann::json;
using testing::ElementsAre;

TEST(models, an_overview_is_read) {
  const auto all = read_overview(json::parse(R"({
    "at": "2026-11-29T14:03:22.120Z", "node": "a", "cluster": true,
    "nodes": [{"name": "a", "state": "serving", "version": "0.1.0", "self": true, "link": "self", "shards": 7,
               "counters": {"events_committed": 12}, "gauges": {"mailbox": 3},
               "latency": {"le_us": [100, 200], "count": [1, 2, 3]}},
              {"name": "c", "state": "unreachable"}],
    "shards": [{"id": "shard:5", "shard": "wakala-shard-5", "node": null, "epoch": 3, "state": "free", "pinned_to": null}],
    "unreachable": ["c"]})"));
  ASSERT_EQ(all.nodes.size(), 2U);
  EXPECT_TRUE(all.is_cluster);
  EXPECT_EQ(find_number(all.nodes[0].counters, "events_committed"), 12);
  EXPECT_EQ(find_number(all.nodes[0].figures, "shards"), 7);
  EXPECT_THAT(all.nodes[0].latency.count, ElementsAre(1, 2, 3));
  EXPECT_TRUE(all.nodes[1].counters.empty());
  ASSERT_EQ(all.shards.size(), 1U);
  EXPECT_EQ(all.shards[0].node, "");
  EXPECT_EQ(find_number(all.shards[0].figures, "epoch"), 3);
  EXPECT_THAT(all.unreachable, ElementsAre("c"));
}

TEST(models, what_is_of_another_type_is_left_out) {
  for (
      const auto* text :
      {"null", "[]", "7", R"("text")", "{}", R"({"nodes": 7, "shards": {"a": 1}, "unreachable": [1]})",
       R"({"nodes": [7, null, {"name": 3, "counters": [], "gauges": "x", "latency": {"le_us": [1], "count": [1]}}]})"}) {
    const auto all = read_overview(json::parse(text));
    for (const auto& node : all.nodes) {
      EXPECT_EQ(node.name, "");
      EXPECT_TRUE(node.latency.count.empty()) << "one count for each bound and one more";
    }
  }
  EXPECT_TRUE(read_actors(json::parse(R"({"actors": null, "next": null})")).actors.empty());
  EXPECT_TRUE(read_hops(json::parse(R"({"hops": "none"})")).empty());
}

TEST(models, rights_are_those_that_were_given) {
  const auto who =
      read_whoami(json::parse(R"({"name": "ops", "operator": true, "tenants": ["duka"], "may": ["read", "act"]})"));
  EXPECT_TRUE(who.is_operator);
  EXPECT_TRUE(who.has_right("act"));
  EXPECT_FALSE(who.has_right("personal"));
}

TEST(models, hops_have_waiting_and_work) {
  const auto hops = read_hops(json::parse(R"({"hops": [
    {"hop": "edge", "node": "a", "actor": "node:a", "waiting_us": 0, "handling_us": 60},
    {"hop": "transit", "node": "a", "to": "b", "transit_us": 240},
    {"hop": "commit", "node": "b", "actor": "service:b:commit_writer", "waiting_us": 140, "commit_us": 900},
    {"hop": "answer", "node": "a"}]})"));
  ASSERT_EQ(hops.size(), 4U);
  EXPECT_EQ(hops[0].working_us, 60);
  EXPECT_EQ(hops[1].to, "b");
  EXPECT_EQ(hops[1].working_us, 240);
  EXPECT_EQ(hops[2].waiting_us, 140);
  EXPECT_EQ(hops[2].working_us, 900);
  EXPECT_FALSE(hops[3].is_timed);
}

} // namespace
} // namespace wakala::console
