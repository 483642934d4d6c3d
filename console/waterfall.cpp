#include "console/waterfall.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <string_view>

namespace wakala::console {

namespace {

std::string repeated(std::string_view sign, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i)
    out += sign;
  return out;
}

/// Columns of each hop's waiting and work. Together at most `columns`; as many parts as there is room for get at
/// least one if they took any time.
std::vector<std::size_t> widths_of(const std::vector<hop>& hops, std::size_t columns) {
  const auto total = total_of(hops);
  std::vector<std::size_t> widths;
  for (const auto& each : hops)
    for (const auto us : {each.waiting_us, each.working_us})
      widths.push_back(us > 0 ? std::max<std::size_t>(1, static_cast<std::size_t>(
                                                             std::lround(us / total * static_cast<double>(columns))))
                              : 0);
  auto sum = std::accumulate(widths.begin(), widths.end(), std::size_t{0});
  for (; sum > columns; --sum)
    --*std::max_element(widths.begin(), widths.end());
  for (; sum > 0 && sum < columns; ++sum)
    ++*std::max_element(widths.begin(), widths.end());
  return widths;
}

} // namespace

double total_of(const std::vector<hop>& hops) {
  double sum = 0;
  for (const auto& each : hops)
    sum += each.waiting_us + each.working_us;
  return sum;
}

std::vector<std::vector<span>> waterfall(const std::vector<hop>& hops, std::size_t columns) {
  const auto widths = widths_of(hops, columns);
  std::vector<std::vector<span>> bars;
  std::size_t used = 0;
  for (std::size_t i = 0; i < hops.size(); ++i) {
    const bool is_transit = hops[i].hop == "transit";
    const auto waits = widths[2 * i];
    const auto works = widths[2 * i + 1];
    std::vector<span> bar{{std::string(used, ' ')}};
    bar.push_back({repeated("░", waits), look::dim});
    bar.push_back({repeated(is_transit ? "▒" : "█", works), is_transit                ? look::dim
                                                            : hops[i].hop == "commit" ? look::warning
                                                                                      : look::accent});
    used += waits + works;
    bar.push_back({std::string(columns - used, ' ')});
    bars.push_back(std::move(bar));
  }
  return bars;
}

} // namespace wakala::console
