#include "sandbox/pacing.hpp"

#include <algorithm>

namespace wakala::sandbox {

bool token_bucket::take(double capacity, double per_ms, time_ms now) noexcept {
  if (refilled_ == 0)
    tokens_ = capacity;
  else
    tokens_ = std::min(capacity, tokens_ + per_ms * static_cast<double>(now - refilled_));
  refilled_ = now;
  if (tokens_ < 1)
    return false;
  tokens_ -= 1;
  return true;
}

bool take_pair_token(token_bucket& bucket, time_ms now) noexcept {
  constexpr double burst = 45;
  constexpr double per_ms = 1.0 / 6'000;
  return bucket.take(burst, per_ms, now);
}

bool take_rate_token(token_bucket& bucket, std::int64_t rate, time_ms now) noexcept {
  const auto a_second = static_cast<double>(rate);
  return bucket.take(a_second, a_second / ms_per_second, now);
}

} // namespace wakala::sandbox
