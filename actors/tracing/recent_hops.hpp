/// \file
/// What a node remembers of the updates that went through it of late: the times that no row can hold, because they
/// come after the commit. A later update takes the place of an earlier one.
#pragma once

#include "actors/tracing/trace_watch.hpp"
#include "runtime/core/clock.hpp"
#include "runtime/core/ids.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace wakala::actors {

/// Times in microseconds.
struct recent_hop {
  event_hash event{};
  bool was_edge_here = false;
  std::uint32_t total_us = 0;  ///< from the request until its answer was known
  std::uint32_t edge_us = 0;   ///< of that, before it was handed on
  std::uint32_t away_us = 0;   ///< of that, until its outcome was there
  std::uint32_t answer_us = 0; ///< of that, waiting for other updates of the same request
  bool was_committed_here = false;
  shard_id shard = 0;
  std::uint64_t seq = 0;
  std::uint64_t epoch = 0;
  std::uint32_t here_us = 0;   ///< from its arrival at the supervisor until its outcome was known
  std::uint32_t commit_us = 0; ///< of that, from its number until it was on disk
};

/// Thread-safe; nobody waits long.
class recent_hops {
public:
  explicit recent_hops(std::size_t places = 65'536); ///< a power of two

  void at_edge(const event_hash& event, std::uint32_t total_us, std::uint32_t edge_us, std::uint32_t away_us,
               std::uint32_t answer_us);
  void committed(const event_hash& event, shard_id shard, std::uint64_t seq, std::uint64_t epoch,
                 std::uint32_t here_us, std::uint32_t commit_us);
  std::optional<recent_hop> find(const event_hash& event) const;

private:
  static constexpr std::size_t locks = 64;
  std::size_t place_of(const event_hash& event) const noexcept;
  recent_hop& mine(const event_hash& event, std::size_t place);

  std::vector<recent_hop> places_;
  mutable std::array<std::mutex, locks> locks_;
};

/// How long POSTs took, from the request until its answer. Thread-safe.
class post_latency {
public:
  static constexpr std::array<std::uint32_t, 14> bounds_us{
      100, 200, 500, 1'000, 2'000, 5'000, 10'000, 20'000, 50'000, 100'000, 200'000, 500'000, 1'000'000, 2'500'000};

  void add(std::uint64_t us) noexcept;
  /// One for each bound, and what took longer.
  std::array<std::uint64_t, bounds_us.size() + 1> counts() const noexcept;

private:
  std::array<std::atomic<std::uint64_t>, bounds_us.size() + 1> counts_{};
};

/// What the consoles ask a node for that nothing else needs.
struct node_memory {
  recent_hops hops;
  post_latency latency;
  trace_watch watched;
};

} // namespace wakala::actors
