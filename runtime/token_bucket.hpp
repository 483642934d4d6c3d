/// \file
/// A token bucket over store time.
#pragma once

#include "runtime/core/clock.hpp"

#include <algorithm>
#include <cmath>

namespace wakala::runtime {

/// Holds at most `burst` tokens and gains one every `interval` milliseconds. Starts full. A pure value.
class token_bucket {
public:
  token_bucket(double burst, double interval_ms) : burst_(burst), interval_(interval_ms), tokens_(burst) {}

  /// Takes one token if there is one.
  bool take(time_ms now) {
    refill(now);
    if (tokens_ < 1.0)
      return false;
    tokens_ -= 1.0;
    return true;
  }

  /// Milliseconds until `take` would succeed; 0 when it would now.
  time_ms wait(time_ms now) {
    refill(now);
    return tokens_ >= 1.0 ? 0 : static_cast<time_ms>(std::ceil((1.0 - tokens_) * interval_));
  }

  /// Tokens there are now; may be fractional.
  double tokens(time_ms now) {
    refill(now);
    return tokens_;
  }

  /// Takes all tokens away: the other side said that there were none.
  void drain(time_ms now) {
    refill(now);
    tokens_ = 0;
  }

  /// From now on another pace. What there is stays, as far as the new burst allows.
  void set_pace(double burst, double interval_ms, time_ms now) {
    refill(now);
    burst_ = burst;
    interval_ = interval_ms;
    tokens_ = std::min(tokens_, burst_);
  }

private:
  void refill(time_ms now) {
    if (last_ != 0 && now > last_)
      tokens_ = std::min(burst_, tokens_ + static_cast<double>(now - last_) / interval_);
    last_ = std::max(last_, now);
  }

  double burst_;
  double interval_;
  double tokens_;
  time_ms last_ = 0;
};

} // namespace wakala::runtime
