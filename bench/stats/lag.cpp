#include "bench/stats/lag.hpp"

#include <algorithm>
#include <cstddef>

namespace wakala::bench {

bool is_bounded(const std::vector<std::pair<double, double>>& samples, double harmless, double limit) {
  double largest = 0;
  for (const auto& [second, length] : samples)
    largest = std::max(largest, length);
  if (largest <= harmless)
    return true;
  if (largest > limit)
    return false;
  constexpr std::size_t enough = 6;
  if (samples.size() < enough)
    return true;
  const auto third = samples.size() / 3;
  const auto mean = [&](std::size_t from, std::size_t to) {
    double sum = 0;
    for (auto i = from; i < to; ++i)
      sum += samples[i].second;
    return sum / static_cast<double>(to - from);
  };
  const auto middle = mean(third, 2 * third);
  const auto last = mean(2 * third, samples.size());
  return last <= harmless || last <= 1.25 * middle;
}

} // namespace wakala::bench
