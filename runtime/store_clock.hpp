/// \file
/// The store's time, which all nodes of a cluster share whatever their own clocks say.
#pragma once

#include "runtime/core/clock.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>

namespace wakala::runtime {

/// Learns the store's time by its answers and goes on by the monotonic clock between them. It stands still rather
/// than go back, but for a step of more than two seconds: then the store has another clock now. Thread-safe.
class store_clock final : public clock_source {
public:
  using steady = std::chrono::steady_clock;

  /// `told`: what the store answered to a question that was asked at `asked` and answered at `answered`.
  void learn(time_ms told, steady::time_point asked, steady::time_point answered) noexcept {
    const auto middle = asked + (answered - asked) / 2;
    offset_.store(told - in_ms(middle), std::memory_order_relaxed);
    const auto present = told + in_ms(answered) - in_ms(middle);
    if (latest_.load(std::memory_order_relaxed) - present > 2 * ms_per_second)
      latest_.store(present, std::memory_order_relaxed);
  }
  time_ms now() const noexcept override {
    const auto found = in_ms(steady::now()) + offset_.load(std::memory_order_relaxed);
    auto latest = latest_.load(std::memory_order_relaxed);
    while (found > latest && !latest_.compare_exchange_weak(latest, found, std::memory_order_relaxed)) {
    }
    return std::max(found, latest);
  }

private:
  static time_ms in_ms(steady::time_point t) noexcept {
    return std::chrono::duration_cast<std::chrono::milliseconds>(t.time_since_epoch()).count();
  }

  std::atomic<time_ms> offset_{0};
  mutable std::atomic<time_ms> latest_{0};
};

} // namespace wakala::runtime
