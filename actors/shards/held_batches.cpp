#include "actors/shards/held_batches.hpp"

#include <algorithm>

namespace wakala::actors {

void refuse(const shard_batch& batch) {
  for (const auto place : batch.places)
    batch.to->settle(place, event_outcome::retry);
}

void held_batches::hold(shard_batch batch, time_ms now) {
  if (events_ + batch.events.size() > held_events_max)
    return refuse(batch);
  events_ += batch.events.size();
  const auto until = std::min(now + hold_time, batch.deadline);
  held_.push_back({std::move(batch), until});
}

void held_batches::expire(time_ms now) {
  while (!held_.empty() && held_.front().until <= now) {
    events_ -= held_.front().batch.events.size();
    refuse(held_.front().batch);
    held_.pop_front();
  }
}

void held_batches::let_go(const std::function<void(shard_batch)>& next) {
  auto all = std::exchange(held_, {});
  events_ = 0;
  for (auto& each : all)
    next(std::move(each.batch));
}

} // namespace wakala::actors
