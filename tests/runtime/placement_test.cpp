#include "runtime/placement.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace wakala::runtime {
namespace {

using names = std::vector<std::string>;

std::size_t moved(const names& before, const names& after) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < before.size(); ++i)
    count += before[i] == after[i] ? 0U : 1U;
  return count;
}

TEST(placement, nobody_serves_when_there_is_nobody) {
  EXPECT_EQ(place_shards(3, names{}), (names{"", "", ""}));
  EXPECT_EQ(place_shards(2, names{"a"}), (names{"a", "a"}));
}

TEST(placement, does_not_depend_on_the_order_in_which_nodes_are_told) {
  EXPECT_EQ(place_shards(64, names{"a", "b", "c"}), place_shards(64, names{"c", "a", "b"}));
}

// Nodes of two versions must agree: these values are part of the protocol.
TEST(placement, bids_never_change) {
  EXPECT_EQ(bid("wakala-0", 0), 0x9b9c0b02a1860357ULL);
  EXPECT_EQ(bid("wakala-1", 31), 0x9f0d65792248cc92ULL);
  EXPECT_EQ(bid("", 0), 0xe587d3dff9e92ed0ULL);
}

TEST(placement, a_node_that_comes_only_takes_and_one_that_goes_only_gives) {
  for (int seed = 0; seed < 50; ++seed) {
    names before;
    for (int i = 0; i < 4; ++i)
      before.push_back("node-" + std::to_string(seed) + "-" + std::to_string(i));
    names with_another = before;
    with_another.emplace_back("another-" + std::to_string(seed));
    const auto old_owners = place_shards(256, before);
    const auto owners = place_shards(256, with_another);
    for (std::size_t shard = 0; shard < owners.size(); ++shard)
      EXPECT_TRUE(owners[shard] == old_owners[shard] || owners[shard] == with_another.back());
    const auto count = moved(old_owners, owners);
    EXPECT_GT(count, 256U / 5 / 2);
    EXPECT_LT(count, 2U * 256 / 5);
  }
}

TEST(placement, shares_are_even_enough) {
  std::map<std::string, int> shares;
  for (const auto& owner : place_shards(3'000, names{"wakala-0", "wakala-1", "wakala-2"}))
    ++shares[owner];
  ASSERT_EQ(shares.size(), 3U);
  for (const auto& [node, count] : shares) {
    EXPECT_GT(count, 900) << node;
    EXPECT_LT(count, 1'100) << node;
  }
}

} // namespace
} // namespace wakala::runtime
