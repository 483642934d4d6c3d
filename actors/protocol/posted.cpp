#include "actors/protocol/posted.hpp"

#include "runtime/core/monotonic.hpp"

namespace wakala::actors {

posted::posted(std::size_t places, std::shared_ptr<runtime::counters> count, done_function done)
    : outcomes_(places, event_outcome::retry), open_(places), count_(std::move(count)), done_(std::move(done)) {
  if (places == 0)
    finish();
}

posted::~posted() {
  if (done_)
    finish();
}

void posted::watch(std::shared_ptr<node_memory> memory, const std::vector<event_hash>& places, std::uint64_t began_us,
                   std::uint64_t handed_us) {
  memory_ = std::move(memory);
  for (const auto& event : places)
    watched_.push_back({event, 0});
  began_us_ = began_us;
  handed_us_ = handed_us;
}

void posted::settle(std::size_t place, event_outcome outcome) {
  outcomes_.at(place) = outcome;
  if (memory_)
    watched_[place].settled_us = monotonic_us();
  if (open_.fetch_sub(1, std::memory_order_acq_rel) == 1)
    finish();
}

void posted::finish() {
  for (const auto outcome : outcomes_) {
    if (!count_)
      break;
    switch (outcome) {
    case event_outcome::committed:
      count_->events_committed.fetch_add(1, std::memory_order_relaxed);
      break;
    case event_outcome::repeated:
      count_->events_repeated.fetch_add(1, std::memory_order_relaxed);
      break;
    case event_outcome::set_aside:
      count_->events_set_aside.fetch_add(1, std::memory_order_relaxed);
      break;
    case event_outcome::dead_lettered:
      count_->events_dead_lettered.fetch_add(1, std::memory_order_relaxed);
      break;
    case event_outcome::retry:
    case event_outcome::handler_failed:
    case event_outcome::unmatched:
      count_->events_refused.fetch_add(1, std::memory_order_relaxed);
      break;
    }
  }
  if (memory_) // first: who has the answer may ask for the trace at once
    remember();
  std::exchange(done_, nullptr)(std::move(outcomes_));
}

void posted::remember() const {
  const auto now = monotonic_us();
  const auto us = [](std::uint64_t from, std::uint64_t to) {
    return static_cast<std::uint32_t>(to > from ? to - from : 0);
  };
  memory_->latency.add(now - began_us_);
  for (const auto& each : watched_) {
    const auto settled = each.settled_us == 0 ? now : each.settled_us;
    memory_->hops.at_edge(each.event, us(began_us_, now), us(began_us_, handed_us_), us(handed_us_, settled),
                          us(settled, now));
  }
}

} // namespace wakala::actors
