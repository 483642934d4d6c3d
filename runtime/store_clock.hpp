/// \file
/// The store's time, which all nodes of a cluster share whatever their own clocks say.
#pragma once

#include "runtime/core/clock.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>

namespace wakala::runtime {

/// Learns the store's time by its answers and goes on by the monotonic clock between them. It stands still rather
/// than go back, but for a step of more than two seconds: then the store has another clock now. Thread-safe.
///
/// An answer says no more than that the store's time lay somewhere between question and answer, which may be seconds
/// apart when the store or the way to it was held up. So what is known is a range, and each answer narrows it; an
/// answer that took long teaches nothing that a quick one has not said better.
class store_clock final : public clock_source {
public:
  using steady = std::chrono::steady_clock;

  /// `told`: what the store answered to a question that was asked at `asked` and answered at `answered`.
  void learn(time_ms told, steady::time_point asked, steady::time_point answered) noexcept {
    const std::lock_guard lock(mutex_);
    const auto least = told - in_ms(answered) - 1; // all three are whole milliseconds
    const auto most = told - in_ms(asked) + 1;
    if (is_known_) {
      // Clocks go at slightly different speeds: what is known grows old.
      const auto age = std::max<time_ms>(in_ms(answered) - learnt_at_, 0);
      drift_ += age * drift_ppm;
      const auto whole = drift_ / 1'000'000;
      drift_ -= whole * 1'000'000;
      least_ -= whole;
      most_ += whole;
    }
    if (!is_known_ || least > most_ || most < least_) { // the first answer, or the store has another clock now
      least_ = least;
      most_ = most;
    } else {
      least_ = std::max(least_, least);
      most_ = std::min(most_, most);
    }
    is_known_ = true;
    learnt_at_ = in_ms(answered);
    offset_.store(least_ + (most_ - least_) / 2, std::memory_order_relaxed);
    const auto present = in_ms(answered) + offset_.load(std::memory_order_relaxed);
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
  static constexpr time_ms drift_ppm = 200; ///< more than a computer's clock is off by

  static time_ms in_ms(steady::time_point t) noexcept {
    return std::chrono::duration_cast<std::chrono::milliseconds>(t.time_since_epoch()).count();
  }

  std::mutex mutex_;
  bool is_known_ = false;
  time_ms least_ = 0;     ///< the store's time less ours is not less than this,
  time_ms most_ = 0;      ///< nor more than this,
  time_ms learnt_at_ = 0; ///< as was known then (monotonic)
  time_ms drift_ = 0;     ///< millionths of a millisecond by which the range has yet to grow
  std::atomic<time_ms> offset_{0};
  mutable std::atomic<time_ms> latest_{0};
};

} // namespace wakala::runtime
