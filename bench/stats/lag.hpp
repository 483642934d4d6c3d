/// \file
/// Does a queue grow?
#pragma once

#include <utility>
#include <vector>

namespace wakala::bench {

/// True when a queue, sampled as (second, length), stays bounded: it never exceeds `harmless`, or it does not go on
/// growing: the mean of the last third of the time is at most a quarter above that of the middle third, and the
/// length never exceeds `limit`. Fewer than six samples can show no growth: only `limit` is held against them.
bool is_bounded(const std::vector<std::pair<double, double>>& samples, double harmless, double limit);

} // namespace wakala::bench
