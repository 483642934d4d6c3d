/// \file
/// Whether a node may still act for the shards that it thinks are its own.
#pragma once

#include <atomic>
#include <chrono>

namespace wakala::runtime {

/// Good until a moment of the machine's monotonic clock, which goes on while the process is stopped: a node that was
/// paused finds itself without standing before it does anything else. Thread-safe.
class standing {
public:
  using clock = std::chrono::steady_clock;

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
