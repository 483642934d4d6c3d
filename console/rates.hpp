/// \file
/// Rates and quantiles out of counters that only grow, asked for now and then.
#pragma once

#include "console/models.hpp"

#include <optional>

namespace wakala::console {

/// How much a counter grew a second. Nothing when one is missing, no time passed, or it fell (what it counts began
/// anew).
std::optional<double> rate_of(std::optional<double> before, std::optional<double> after, double seconds);

/// What came between two counts. Empty when they cannot be compared: other bounds, or begun anew.
latency_counts difference(const latency_counts& before, const latency_counts& after);
/// Bucket by bucket; an empty one adds nothing.
void add(latency_counts& to, const latency_counts& what);

/// The duration that the share `q` (0..1) stayed under, in microseconds, taken linearly within its bucket; the last
/// bound when it lies beyond. Nothing when nothing was counted.
std::optional<double> quantile_us(const latency_counts& of, double q);

} // namespace wakala::console
