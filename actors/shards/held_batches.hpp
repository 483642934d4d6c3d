/// \file
/// Updates for a shard that is on its way from one node to another: kept for a moment, then answered.
#pragma once

#include "actors/protocol/messages.hpp"

#include <deque>
#include <functional>

namespace wakala::actors {

/// Meta is told to come again when a shard takes longer than this.
constexpr time_ms hold_time = 1'500;
/// Updates of a shard that are held at most.
constexpr std::size_t held_events_max = 4'096;

/// Everything of a batch is to be sent again.
void refuse(const shard_batch& batch);

class held_batches {
public:
  /// Refuses the batch when too much is held.
  void hold(shard_batch batch, time_ms now);
  /// Refuses those whose time is up.
  void expire(time_ms now);
  /// Hands all to `next`, in order.
  void let_go(const std::function<void(shard_batch)>& next);
  bool empty() const noexcept { return held_.empty(); }

private:
  struct held {
    shard_batch batch;
    time_ms until = 0;
  };
  std::deque<held> held_;
  std::size_t events_ = 0;
};

} // namespace wakala::actors
