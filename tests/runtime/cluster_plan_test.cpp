#include "runtime/cluster_plan.hpp"

#include <gtest/gtest.h>

namespace wakala::runtime {
namespace {

using persistence::cluster_view;
using persistence::node_row;

constexpr time_ms now = 1'700'000'000'000;
using open_shards = std::map<shard_id, std::uint64_t>;

struct cluster_plan_test : ::testing::Test {
  static constexpr std::uint32_t shards = 16;
  cluster_timing timing;
  bool may_judge_silence = true;
  cluster_view view;

  cluster_plan_test() {
    view.now = now;
    for (shard_id shard = 0; shard < shards; ++shard)
      view.leases.push_back({shard, 1, "", ""});
  }
  void add(const std::string& name, time_ms silent_for = 100, bool is_draining = false) {
    node_row node;
    node.name = name;
    node.beat_at = now - silent_for;
    node.is_draining = is_draining;
    view.nodes.push_back(node);
  }
  void give_all_to(const std::string& name) {
    for (auto& lease : view.leases)
      lease.node = name;
  }
  open_shards all_open() const {
    open_shards open;
    for (const auto& lease : view.leases)
      open[lease.shard] = lease.epoch;
    return open;
  }
  std::vector<shard_id> owned_by(const std::string& name, const std::vector<std::string>& nodes) const {
    std::vector<shard_id> out;
    const auto owners = place_shards(shards, nodes);
    for (shard_id shard = 0; shard < shards; ++shard)
      if (owners[shard] == name)
        out.push_back(shard);
    return out;
  }
  cluster_plan plan(const std::string& me, const open_shards& open = {}, const std::set<std::string>& refused = {}) {
    return plan_shards(view, {me, open, refused, may_judge_silence}, timing);
  }
};

TEST_F(cluster_plan_test, the_first_node_takes_everything) {
  add("a");
  EXPECT_EQ(plan("a").take.size(), shards);
  EXPECT_TRUE(plan("a").release.empty());
}

TEST_F(cluster_plan_test, a_second_node_waits_until_it_is_given_its_share) {
  add("a");
  add("b");
  give_all_to("a");
  const auto share = owned_by("b", {"a", "b"});
  ASSERT_FALSE(share.empty());
  EXPECT_TRUE(plan("b").take.empty()) << "the owner lives";
  EXPECT_EQ(plan("a", all_open()).release, share);
  for (const auto shard : share)
    view.leases[shard] = {shard, 2, "", ""};
  EXPECT_EQ(plan("b").take, share);
  auto rest = all_open();
  for (const auto shard : share)
    rest.erase(shard);
  EXPECT_TRUE(plan("a", rest).take.empty());
  EXPECT_TRUE(plan("a", rest).release.empty());
}

TEST_F(cluster_plan_test, shards_of_a_silent_node_are_taken_after_two_missed_heartbeats_and_not_before) {
  add("a");
  add("b", 1'100);
  give_all_to("b");
  EXPECT_TRUE(plan("a").take.empty());
  view.nodes.back().beat_at -= 1;
  EXPECT_EQ(plan("a").take.size(), shards);
}

TEST_F(cluster_plan_test, a_node_that_refuses_connections_is_gone_at_once) {
  add("a");
  add("b");
  give_all_to("b");
  EXPECT_TRUE(plan("a").take.empty());
  EXPECT_EQ(plan("a", {}, {"b"}).take.size(), shards);
  EXPECT_EQ(plan("b", all_open(), {"b"}).release.size(), owned_by("a", {"a", "b"}).size()) << "nobody refuses itself";
}

TEST_F(cluster_plan_test, only_heirs_take_and_each_its_own) {
  add("a");
  add("b");
  add("c", 60'000);
  give_all_to("c");
  std::set<shard_id> taken;
  for (const std::string me : {"a", "b"})
    for (const auto shard : plan(me).take)
      EXPECT_TRUE(taken.insert(shard).second) << shard << " is taken twice";
  EXPECT_EQ(taken.size(), shards);
}

TEST_F(cluster_plan_test, a_draining_node_gives_everything_away_unless_it_is_the_last) {
  add("a", 100, true);
  give_all_to("a");
  EXPECT_TRUE(plan("a", all_open()).release.empty());
  add("b");
  EXPECT_EQ(plan("a", all_open()).release.size(), shards);
  EXPECT_TRUE(plan("a").take.empty());
}

TEST_F(cluster_plan_test, what_another_has_taken_is_lost_whatever_I_think) {
  add("a");
  add("b");
  give_all_to("a");
  auto open = all_open();
  view.leases[3] = {3, 2, "b", ""};
  view.leases[4] = {4, 2, "", ""};  // somebody has released it in my name
  view.leases[5] = {5, 2, "a", ""}; // opened again by myself
  const auto found = plan("a", open);
  EXPECT_EQ(found.lost, (std::vector<shard_id>{3, 4}));
  for (const auto shard : {3U, 4U})
    EXPECT_EQ(std::count(found.take.begin(), found.take.end(), shard), 0);
}

TEST_F(cluster_plan_test, leases_of_an_earlier_life_are_taken_again_at_once) {
  add("a");
  give_all_to("a");
  EXPECT_EQ(plan("a").take.size(), shards);
}

TEST_F(cluster_plan_test, a_node_that_is_nobodys_heir_does_nothing) {
  add("a", 100, true);
  add("b");
  give_all_to("b");
  EXPECT_TRUE(plan("a").take.empty());
  EXPECT_TRUE(plan("b", all_open()).release.empty());
}

TEST_F(cluster_plan_test, a_view_from_before_the_take_does_not_take_it_back) {
  add("a");
  add("b");
  give_all_to("b");
  auto open = all_open();
  for (auto& [shard, epoch] : open)
    epoch = 2;
  EXPECT_TRUE(plan("a", open).lost.empty());
  for (auto& lease : view.leases)
    lease = {lease.shard, 2, "a", ""};
  EXPECT_TRUE(plan("a", open).lost.empty());
}

TEST_F(cluster_plan_test, who_was_not_heard_of_itself_does_not_think_the_others_dead) {
  add("a");
  add("b", 60'000);
  give_all_to("b");
  may_judge_silence = false;
  EXPECT_TRUE(plan("a").take.empty());
  EXPECT_EQ(plan("a", {}, {"b"}).take.size(), shards) << "a refusal is another matter";
  may_judge_silence = true;
  EXPECT_EQ(plan("a").take.size(), shards);
}

TEST_F(cluster_plan_test, a_shard_goes_where_it_is_pinned_while_that_node_can_have_it) {
  add("a");
  add("b");
  give_all_to("a");
  const auto share = owned_by("a", {"a", "b"});
  ASSERT_FALSE(share.empty());
  const auto pinned = share.front();
  view.leases[pinned].pinned_to = "b";
  const auto released = plan("a", all_open()).release;
  EXPECT_EQ(std::count(released.begin(), released.end(), pinned), 1);
  view.leases[pinned] = {pinned, 2, "", "b"};
  EXPECT_EQ(plan("b").take, std::vector<shard_id>{pinned});
  view.nodes.back().is_draining = true;
  EXPECT_EQ(plan("a").owners[pinned], "a");
}

} // namespace
} // namespace wakala::runtime
