#include "runtime/cluster_plan.hpp"

#include <algorithm>

namespace wakala::runtime {

using persistence::lease_row;
using persistence::node_row;

std::string_view to_string(node_standing s) noexcept {
  switch (s) {
  case node_standing::serving:
    return "serving";
  case node_standing::draining:
    return "draining";
  case node_standing::stale:
    return "stale";
  }
  return "unknown";
}

node_standing standing_of(const node_row& node, time_ms now, const cluster_timing& timing) noexcept {
  if (now - node.beat_at > timing.stale_after.count())
    return node_standing::stale;
  return node.is_draining ? node_standing::draining : node_standing::serving;
}

cluster_plan plan_shards(const persistence::cluster_view& view, const own_knowledge& own,
                         const cluster_timing& timing) {
  std::vector<std::string> candidates;
  std::set<std::string> alive; // those whose word on a lease stands
  for (const node_row& node : view.nodes) {
    if (own.refused.contains(node.name) && node.name != own.me)
      continue;
    const auto how = standing_of(node, view.now, timing);
    if (how != node_standing::stale || !own.may_judge_silence)
      alive.insert(node.name);
    if (how != node_standing::stale ? how == node_standing::serving : !own.may_judge_silence && !node.is_draining)
      candidates.push_back(node.name);
  }
  cluster_plan plan;
  plan.owners = place_shards(static_cast<std::uint32_t>(view.leases.size()), candidates);
  for (const lease_row& lease : view.leases) {
    auto& wanted = plan.owners.at(lease.shard);
    if (std::find(candidates.begin(), candidates.end(), lease.pinned_to) != candidates.end())
      wanted = lease.pinned_to;
    const auto mine = own.open.find(lease.shard);
    const bool is_open = mine != own.open.end();
    // An epoch below ours: the view is older than our taking it. One above ours that is our own: it was opened again
    // after a trouble, and the word of that is on its way.
    if (is_open && lease.node != own.me && lease.epoch >= mine->second) {
      plan.lost.push_back(lease.shard);
      continue;
    }
    if (is_open && wanted != own.me && !wanted.empty())
      plan.release.push_back(lease.shard);
    // My own lease that is not open is one of an earlier life, or of a release that did not get through.
    const bool is_free = lease.node.empty() || lease.node == own.me || !alive.contains(lease.node);
    if (!is_open && wanted == own.me && is_free)
      plan.take.push_back(lease.shard);
  }
  return plan;
}

} // namespace wakala::runtime
