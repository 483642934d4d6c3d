/// \file
/// At most so many in any stretch of so long: exact, unlike a bucket that refills.
#pragma once

#include "runtime/core/clock.hpp"

#include <cstddef>
#include <deque>

namespace wakala::runtime {

/// The times of what happened within the last `span` milliseconds. Not thread-safe.
class sliding_window {
public:
  sliding_window(std::size_t limit, time_ms span) : limit_(limit), span_(span) {}

  void set_limit(std::size_t limit) noexcept { limit_ = limit; }
  time_ms span() const noexcept { return span_; }

  /// Milliseconds until one more may happen; 0: now.
  time_ms wait(time_ms now);
  /// One has happened, whether it might or not.
  void add(time_ms at);
  /// It has not, after all.
  void remove(time_ms at);
  std::size_t count(time_ms now);

private:
  void forget(time_ms now);

  std::size_t limit_;
  time_ms span_;
  std::deque<time_ms> times_; ///< in order
};

} // namespace wakala::runtime
