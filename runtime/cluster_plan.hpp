/// \file
/// What a node should do about its shards, from what the store says of everybody. Pure.
#pragma once

#include "persistence/cluster.hpp"
#include "runtime/placement.hpp"

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace wakala::runtime {

struct cluster_timing {
  std::chrono::milliseconds beat_every{500};
  /// Without a heartbeat for so long a node counts as gone: two were due and did not come.
  std::chrono::milliseconds stale_after{1'100};
};

enum class node_standing : std::uint8_t {
  serving,  ///< lives, and may own shards
  draining, ///< lives, and is to own none
  stale,    ///< has not been heard of
};
std::string_view to_string(node_standing s) noexcept;

node_standing standing_of(const persistence::node_row& node, time_ms now, const cluster_timing& timing) noexcept;

struct cluster_plan {
  std::vector<std::string> owners; ///< who should serve each shard; empty: nobody can
  std::vector<shard_id> take;      ///< mine, and nobody who lives has them
  std::vector<shard_id> release;   ///< I have them, and another should
  std::vector<shard_id> lost;      ///< I think that I have them, and the store says that another has
};

/// What a node knows beside what the store says.
struct own_knowledge {
  std::string me;
  std::map<shard_id, std::uint64_t> open; ///< the shards that this process serves, with their epochs
  /// Nodes whose machine has answered that nobody listens there: gone at once, whatever their last heartbeat says.
  std::set<std::string> refused;
  /// Were we heard of ourselves in the time in which others were not? After a stall of the store everybody was
  /// silent, and the first to be heard again must not think the others dead.
  bool may_judge_silence = true;
};

cluster_plan plan_shards(const persistence::cluster_view& view, const own_knowledge& own,
                         const cluster_timing& timing);

} // namespace wakala::runtime
