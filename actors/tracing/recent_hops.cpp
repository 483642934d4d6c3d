#include "actors/tracing/recent_hops.hpp"

#include <algorithm>
#include <bit>

namespace wakala::actors {

recent_hops::recent_hops(std::size_t places) : places_(std::bit_ceil(std::max<std::size_t>(places, 1))) {}

std::size_t recent_hops::place_of(const event_hash& event) const noexcept {
  return random_id_hash{}(event) & (places_.size() - 1);
}

recent_hop& recent_hops::mine(const event_hash& event, std::size_t place) {
  auto& here = places_[place];
  if (here.event != event)
    here = recent_hop{event};
  return here;
}

void recent_hops::at_edge(const event_hash& event, std::uint32_t total_us, std::uint32_t edge_us,
                          std::uint32_t away_us, std::uint32_t answer_us) {
  const auto place = place_of(event);
  const std::lock_guard lock{locks_[place % locks]};
  auto& here = mine(event, place);
  here.was_edge_here = true;
  here.total_us = total_us;
  here.edge_us = edge_us;
  here.away_us = away_us;
  here.answer_us = answer_us;
}

void recent_hops::committed(const event_hash& event, shard_id shard, std::uint64_t seq, std::uint64_t epoch,
                            std::uint32_t here_us, std::uint32_t commit_us) {
  const auto place = place_of(event);
  const std::lock_guard lock{locks_[place % locks]};
  auto& here = mine(event, place);
  here.was_committed_here = true;
  here.shard = shard;
  here.seq = seq;
  here.epoch = epoch;
  here.here_us = here_us;
  here.commit_us = commit_us;
}

std::optional<recent_hop> recent_hops::find(const event_hash& event) const {
  const auto place = place_of(event);
  const std::lock_guard lock{locks_[place % locks]};
  const auto& here = places_[place];
  const bool is_it = here.event == event && (here.was_edge_here || here.was_committed_here);
  return is_it ? std::optional(here) : std::nullopt;
}

void post_latency::add(std::uint64_t us) noexcept {
  const auto* const at = std::lower_bound(bounds_us.begin(), bounds_us.end(), us);
  counts_[static_cast<std::size_t>(at - bounds_us.begin())].fetch_add(1, std::memory_order_relaxed);
}

std::array<std::uint64_t, post_latency::bounds_us.size() + 1> post_latency::counts() const noexcept {
  std::array<std::uint64_t, bounds_us.size() + 1> out{};
  std::transform(counts_.begin(), counts_.end(), out.begin(),
                 [](const auto& each) { return each.load(std::memory_order_relaxed); });
  return out;
}

} // namespace wakala::actors
