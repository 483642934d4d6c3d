/// \file
/// The machine's time, which tests may push forward: timers stay real, ages do not have to be waited for.
#pragma once

#include "runtime/core/clock.hpp"

#include <atomic>
#include <chrono>

namespace wakala::actors::test {

class moving_clock final : public clock_source {
public:
  time_ms now() const noexcept override {
    const auto stopped = stopped_.load(std::memory_order_relaxed);
    return (stopped != 0 ? stopped : base_.now()) + offset_.load(std::memory_order_relaxed);
  }
  /// From now on it moves only when it is pushed.
  void stop() noexcept { stopped_.store(base_.now(), std::memory_order_relaxed); }
  void advance(std::chrono::milliseconds by) noexcept { offset_.fetch_add(by.count(), std::memory_order_relaxed); }

private:
  system_clock_source base_;
  std::atomic<time_ms> offset_{0};
  std::atomic<time_ms> stopped_{0}; ///< 0: it goes on
};

} // namespace wakala::actors::test
