/// \file
/// For warnings that a flood would otherwise fill the disk with.
#pragma once

#include "runtime/core/clock.hpp"
#include "runtime/core/ids.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <utility>

namespace wakala::http {

/// Lets a warning through at most once in ten seconds per tenant, with the count of those in between. Thread-safe.
class quiet_log {
public:
  /// How many there were since the last that was told, when it is time to tell; 0: keep quiet. For tenants that
  /// exist, so that their number is bounded.
  std::uint64_t count(const tenant_id& tenant, time_ms now) {
    const std::lock_guard lock{mutex_};
    auto& one = lines_[tenant];
    ++one.since_last;
    if (one.last != 0 && now - one.last < pause)
      return 0;
    one.last = now;
    return std::exchange(one.since_last, 0);
  }

private:
  static constexpr time_ms pause = 10 * ms_per_second;

  struct line {
    time_ms last = 0;
    std::uint64_t since_last = 0;
  };
  std::mutex mutex_;
  std::map<tenant_id, line> lines_;
};

} // namespace wakala::http
