#include "runtime/cluster_plan.hpp"

#include <algorithm>

namespace wakala::runtime {

using persistence::lease_row;
using persistence::node_row;

std::string_view to_string(standing s) noexcept {
  switch (s) {
  case standing::serving:
    return "serving";
  case standing::draining:
    return "draining";
  case standing::stale:
    return "stale";
  }
  return "unknown";
}

standing standing_of(const node_row& node, time_ms now, const cluster_timing& timing) noexcept {
  if (now - node.beat_at > timing.stale_after.count())
    return standing::stale;
  return node.is_draining ? standing::draining : standing::serving;
}

cluster_plan plan_shards(const persistence::cluster_view& view, const std::string& me,
                         const std::map<shard_id, std::uint64_t>& open, const std::set<std::string>& refused,
                         const cluster_timing& timing) {
  std::vector<std::string> candidates;
  std::set<std::string> alive; // those whose word on a lease stands
  for (const node_row& node : view.nodes) {
    if (refused.contains(node.name) && node.name != me)
      continue;
    const auto how = standing_of(node, view.now, timing);
    if (how != standing::stale)
      alive.insert(node.name);
    if (how == standing::serving)
      candidates.push_back(node.name);
  }
  cluster_plan plan;
  plan.owners = place_shards(static_cast<std::uint32_t>(view.leases.size()), candidates);
  for (const lease_row& lease : view.leases) {
    const auto mine = open.find(lease.shard);
    const bool is_open = mine != open.end();
    if (is_open && (lease.node != me || lease.epoch != mine->second)) {
      plan.lost.push_back(lease.shard);
      continue;
    }
    const std::string& wanted = plan.owners.at(lease.shard);
    if (is_open && wanted != me && !wanted.empty())
      plan.release.push_back(lease.shard);
    // My own lease that is not open is one of an earlier life, or of a release that did not get through.
    const bool is_free = lease.node.empty() || lease.node == me || !alive.contains(lease.node);
    if (!is_open && wanted == me && is_free)
      plan.take.push_back(lease.shard);
  }
  return plan;
}

} // namespace wakala::runtime
