/// \file
/// How often something happened lately.
#pragma once

#include "runtime/core/clock.hpp"

#include <cstddef>
#include <deque>

namespace wakala::sandbox {

class recent_times {
public:
  void note(time_ms now) { times_.push_back(now); }
  /// How many of these were less than `span` ago; the older ones are forgotten.
  std::size_t within(time_ms span, time_ms now);

private:
  std::deque<time_ms> times_;
};

} // namespace wakala::sandbox
