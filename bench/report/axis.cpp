#include "bench/report/axis.hpp"

#include "bench/report/numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace wakala::bench {
namespace {

constexpr double far_apart = 50; ///< largest by smallest, from which on an axis is logarithmic
constexpr double last_percentile = 99.999;

/// 1, 2 or 5 times a power of ten, at least `value`.
double round_up(double value) {
  const double power = std::pow(10, std::floor(std::log10(value)));
  for (const double step : {1.0, 2.0, 5.0})
    if (value <= step * power * (1 + 1e-9))
      return step * power;
  return 10 * power;
}

/// Without what a mark does not need: `20k`, `0.5`.
std::string mark_text(double value) {
  if (value >= 1e6)
    return fmt::format("{:g}M", value / 1e6);
  return value >= 1e4 ? fmt::format("{:g}k", value / 1e3) : fmt::format("{:g}", value);
}

} // namespace

axis axis::linear(double highest) {
  const double step = round_up((highest > 0 ? highest : 1) / 4);
  const double steps = std::ceil((highest > 0 ? highest : 1) / step - 1e-9);
  axis made{scale::linear, 0, steps * step};
  for (double i = 0; i <= steps; ++i)
    made.marks_.emplace_back(i * step, mark_text(i * step));
  return made;
}

axis axis::logarithmic(double lowest, double highest) {
  const double first = std::floor(std::log10(lowest) + 1e-9);
  const double last = std::max(first + 1, std::ceil(std::log10(highest) - 1e-9));
  axis made{scale::logarithmic, first, last};
  const double step = std::ceil((last - first) / 6);
  for (double power = first; power <= last; power += step)
    made.marks_.emplace_back(std::pow(10, power), mark_text(std::pow(10, power)));
  return made;
}

axis axis::percentiles(double highest) {
  axis made{scale::percentiles, 0, 1};
  made.high_ = std::max(2.0, made.position(highest));
  for (const double mark : {0.0, 50.0, 90.0, 99.0, 99.9, 99.99, 99.999})
    if (made.position(mark) <= made.high_ + 1e-9)
      made.marks_.emplace_back(mark, fmt::format("{:g}", mark));
  return made;
}

axis axis::fitting(double lowest, double highest) {
  return lowest > 0 && highest / lowest > far_apart ? logarithmic(lowest, highest) : linear(highest);
}

double axis::position(double value) const {
  switch (kind_) {
  case scale::linear:
    return value;
  case scale::logarithmic:
    return value > 0 ? std::log10(value) : low_;
  case scale::percentiles:
    return -std::log10(1 - std::clamp(value, 0.0, last_percentile) / 100);
  }
  return value;
}

double axis::place(double value) const { return std::clamp((position(value) - low_) / (high_ - low_), 0.0, 1.0); }

} // namespace wakala::bench
