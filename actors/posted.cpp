#include "actors/posted.hpp"

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

void posted::settle(std::size_t place, event_outcome outcome) {
  outcomes_.at(place) = outcome;
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
  std::exchange(done_, nullptr)(std::move(outcomes_));
}

} // namespace wakala::actors
