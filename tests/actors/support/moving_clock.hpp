/// \file
/// The machine's time, which tests may push forward: timers stay real, ages do not have to be waited for.
#pragma once

#include "runtime/core/clock.hpp"

#include <atomic>
#include <chrono>

namespace wakala::actors::test {

class moving_clock final : public clock_source {
public:
  time_ms now() const noexcept override { return base_.now() + offset_.load(std::memory_order_relaxed); }
  void advance(std::chrono::milliseconds by) noexcept { offset_.fetch_add(by.count(), std::memory_order_relaxed); }

private:
  system_clock_source base_;
  std::atomic<time_ms> offset_{0};
};

} // namespace wakala::actors::test
