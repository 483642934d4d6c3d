#include "runtime/sliding_window.hpp"

#include <algorithm>

namespace wakala::runtime {

void sliding_window::forget(time_ms now) {
  while (!times_.empty() && times_.front() + span_ <= now)
    times_.pop_front();
}

time_ms sliding_window::wait(time_ms now) {
  forget(now);
  if (times_.size() < limit_)
    return 0;
  // So many of the oldest must be gone; the limit may have been lowered since.
  return times_[times_.size() - std::max<std::size_t>(limit_, 1)] + span_ - now;
}

void sliding_window::add(time_ms at) { times_.insert(std::upper_bound(times_.begin(), times_.end(), at), at); }

void sliding_window::remove(time_ms at) {
  if (const auto found = std::lower_bound(times_.begin(), times_.end(), at); found != times_.end() && *found == at)
    times_.erase(found);
}

std::size_t sliding_window::count(time_ms now) {
  forget(now);
  return times_.size();
}

} // namespace wakala::runtime
