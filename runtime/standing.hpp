/// \file
/// Whether a node may still act for the shards that it thinks are its own.
#pragma once

#include <atomic>
#include <chrono>
#include <ctime>

namespace wakala::runtime {

/// Goes on while the process is stopped and while the machine sleeps.
struct boot_clock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<boot_clock>;
  static constexpr bool is_steady = true;

  static time_point now() noexcept {
    timespec t{};
    clock_gettime(CLOCK_BOOTTIME, &t);
    return time_point{std::chrono::seconds{t.tv_sec} + duration{t.tv_nsec}};
  }
};

/// Good until a moment: a node that was paused finds itself without standing before it does anything else.
/// Thread-safe.
class standing {
public:
  using clock = boot_clock;

  void extend_until(clock::time_point end) noexcept {
    until_.store(end.time_since_epoch().count(), std::memory_order_release);
  }
  void end() noexcept { until_.store(0, std::memory_order_release); }
  bool holds() const noexcept {
    return clock::now().time_since_epoch().count() < until_.load(std::memory_order_acquire);
  }

private:
  std::atomic<clock::rep> until_{0};
};

} // namespace wakala::runtime
