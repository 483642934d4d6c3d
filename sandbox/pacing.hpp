/// \file
/// Token buckets: how many sends in what time.
#pragma once

#include "runtime/core/clock.hpp"

namespace wakala::sandbox {

/// Full when it is first used.
class token_bucket {
public:
  /// One token of a bucket that holds `capacity` and gains `per_ms` each millisecond; false: there is none.
  bool take(double capacity, double per_ms, time_ms now) noexcept;

private:
  double tokens_ = 0;
  time_ms refilled_ = 0;
};

/// One message per 6 s to one shopper, bursts of 45 (Cloud API reference §11).
bool take_pair_token(token_bucket& bucket, time_ms now) noexcept;
/// `rate` sends a second.
bool take_rate_token(token_bucket& bucket, std::int64_t rate, time_ms now) noexcept;

} // namespace wakala::sandbox
