#include "actors/shards/edge.hpp"

#include "runtime/core/monotonic.hpp"
#include "runtime/shard_map.hpp"

#include <boost/container/small_vector.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <iterator>

namespace wakala::actors {

void post_updates(const shard_table_ptr& shards, const node_context_ptr& node, std::vector<routed_event> events,
                  time_ms received_at, time_ms deadline, std::uint64_t began_us, posted::done_function done) {
  const auto to = std::make_shared<posted>(events.size(), node->count, std::move(done));
  hop_times times;
  times.arrived = monotonic_us();
  times.origin = node_mark(node->node_name);
  times.edge_us = static_cast<std::uint32_t>(std::max(times.arrived, began_us) - began_us);
  times.sent_at = node->clock->now();
  if (node->memory) {
    std::vector<event_hash> places;
    std::transform(events.begin(), events.end(), std::back_inserter(places),
                   [](const auto& e) { return e.key.hash; });
    to->watch(node->memory, places, began_us, times.arrived);
  }
  if (events.size() == 1) { // nearly every POST
    const auto shard = runtime::shard_of(events.front().tenant, node->shard_count);
    caf::anon_send((*shards)[shard], shard_batch{std::move(events), {0}, to, received_at, deadline, 0, times});
    return;
  }
  boost::container::small_vector<std::pair<shard_id, shard_batch>, 1> parts;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto shard = runtime::shard_of(events[i].tenant, node->shard_count);
    auto part = std::find_if(parts.begin(), parts.end(), [&](const auto& p) { return p.first == shard; });
    if (part == parts.end()) {
      parts.emplace_back(shard, shard_batch{{}, {}, to, received_at, deadline, 0, times});
      part = std::prev(parts.end());
    }
    part->second.places.push_back(static_cast<std::uint32_t>(i));
    part->second.events.push_back(std::move(events[i]));
  }
  for (auto& [shard, batch] : parts)
    caf::anon_send((*shards)[shard], std::move(batch));
}

} // namespace wakala::actors
