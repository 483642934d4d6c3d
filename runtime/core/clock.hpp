/// \file
/// Time comes in through an interface; nothing in domain or actor code reads a wall clock.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace wakala {

/// Store time: milliseconds since the Unix epoch, UTC.
using time_ms = std::int64_t;

constexpr time_ms ms_per_second = 1'000;
constexpr time_ms ms_per_hour = 3'600'000;
constexpr time_ms ms_per_day = 86'400'000;

/// Where time comes from. Thread-safe.
class clock_source {
public:
  virtual ~clock_source() = default;
  virtual time_ms now() const noexcept = 0;
};

/// The machine's own time: a monotonic clock plus the wall clock's offset read once, so that steps of the wall clock
/// never move it backwards.
class system_clock_source final : public clock_source {
public:
  system_clock_source();
  time_ms now() const noexcept override;

private:
  std::chrono::steady_clock::time_point started_;
  time_ms offset_;
};

/// A clock that tests set.
class manual_clock final : public clock_source {
public:
  explicit manual_clock(time_ms start = 1'700'000'000'000) : now_(start) {}
  time_ms now() const noexcept override { return now_.load(std::memory_order_relaxed); }
  void set(time_ms value) noexcept { now_.store(value, std::memory_order_relaxed); }
  void advance(std::chrono::milliseconds by) noexcept { now_.fetch_add(by.count(), std::memory_order_relaxed); }

private:
  std::atomic<time_ms> now_;
};

} // namespace wakala
