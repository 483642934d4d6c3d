/// \file
/// Capped exponential back-off with jitter.
#pragma once

#include "runtime/core/random.hpp"

#include <algorithm>
#include <chrono>

namespace wakala::runtime {

struct backoff_policy {
  std::chrono::milliseconds first{100};
  std::chrono::milliseconds cap{30'000};

  /// Wait before try number `failures` + 1 (failures ≥ 1): first × 2^(failures-1), at most `cap`, of which a random
  /// half is taken off at most, so that many that failed together do not come back together.
  std::chrono::milliseconds wait(unsigned failures, random_source& random) const {
    const auto shift = std::min(failures == 0 ? 0U : failures - 1, 20U);
    const auto full = std::min(first * (std::int64_t{1} << shift), cap);
    return full / 2 + std::chrono::milliseconds{random.below(static_cast<std::uint64_t>(full.count() / 2 + 1))};
  }
};

} // namespace wakala::runtime
