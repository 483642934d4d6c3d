/// \file
/// How long things take. No time of day: that comes in through `clock_source`.
#pragma once

#include <chrono>
#include <cstdint>

namespace wakala {

/// Microseconds since some moment before the process began; never goes back. Only differences mean anything.
inline std::uint64_t monotonic_us() noexcept {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch())
          .count());
}

} // namespace wakala
