/// \file
/// What happened in each second of a run.
#pragma once

#include "bench/stats/histogram.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace wakala::bench {

struct second_of_run {
  std::uint64_t intended = 0; ///< requests meant to start in it
  std::uint64_t good = 0;     ///< answered 200 in it
  std::uint64_t failed = 0;   ///< failed in it
  std::uint64_t late = 0;     ///< sent late, by intended start
  histogram latency;          ///< nanoseconds, by intended start
};

/// A growing list of seconds. Not thread-safe.
class seconds_of_run {
public:
  /// The second that a time (nanoseconds from the start of the run) lies in.
  second_of_run& at(std::uint64_t ns);
  const std::vector<second_of_run>& all() const noexcept { return seconds_; }

  using points = std::vector<std::pair<double, double>>;
  points good_per_second() const;
  points failed_per_second() const;
  points late_per_second() const;
  points percentile_ms(double percent) const; ///< of the requests meant for the second; none for seconds without

private:
  points of(std::uint64_t second_of_run::*what) const;
  std::vector<second_of_run> seconds_;
};

} // namespace wakala::bench
