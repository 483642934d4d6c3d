#include "console/rates.hpp"

#include <numeric>

namespace wakala::console {

std::optional<double> rate_of(std::optional<double> before, std::optional<double> after, double seconds) {
  if (!before || !after || seconds <= 0 || *after < *before)
    return std::nullopt;
  return (*after - *before) / seconds;
}

latency_counts difference(const latency_counts& before, const latency_counts& after) {
  if (before.le_us != after.le_us || before.count.size() != after.count.size())
    return {};
  auto between = after;
  for (std::size_t i = 0; i < between.count.size(); ++i) {
    between.count[i] -= before.count[i];
    if (between.count[i] < 0)
      return {};
  }
  return between;
}

void add(latency_counts& to, const latency_counts& what) {
  if (to.count.empty()) {
    to = what;
    return;
  }
  if (to.le_us != what.le_us)
    return;
  for (std::size_t i = 0; i < to.count.size(); ++i)
    to.count[i] += what.count[i];
}

std::optional<double> quantile_us(const latency_counts& of, double q) {
  const auto all = std::accumulate(of.count.begin(), of.count.end(), 0.0);
  if (all <= 0)
    return std::nullopt;
  const auto wanted = all * q;
  double below = 0;
  for (std::size_t i = 0; i < of.le_us.size(); ++i) {
    if (of.count[i] > 0 && below + of.count[i] >= wanted) {
      const auto from = i == 0 ? 0.0 : of.le_us[i - 1];
      return from + (of.le_us[i] - from) * (wanted - below) / of.count[i];
    }
    below += of.count[i];
  }
  return of.le_us.empty() ? std::nullopt : std::optional(of.le_us.back());
}

} // namespace wakala::console
