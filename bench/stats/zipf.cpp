#include "bench/stats/zipf.hpp"

#include <algorithm>
#include <cmath>

namespace wakala::bench {

namespace {

/// log(1+x)/x, also near 0.
double log1p_over(double x) noexcept {
  return std::abs(x) > 1e-8 ? std::log1p(x) / x : 1 - x * (0.5 - x * (1.0 / 3 - x / 4));
}

/// (exp(x)-1)/x, also near 0.
double expm1_over(double x) noexcept {
  return std::abs(x) > 1e-8 ? std::expm1(x) / x : 1 + x / 2 * (1 + x / 3 * (1 + x / 4));
}

} // namespace

double uniform_unit(std::mt19937_64& random) { return static_cast<double>(random() >> 11U) * 0x1.0p-53; }

std::uint64_t uniform_below(std::mt19937_64& random, std::uint64_t bound) { return random() % bound; }

zipf::zipf(std::uint64_t items, double theta) : items_(items), theta_(theta) {
  integral_first_ = integral(1.5) - 1;
  integral_last_ = integral(static_cast<double>(items_) + 0.5);
  accept_at_once_ = 2 - integral_inverse(integral(2.5) - density(2));
}

std::uint64_t zipf::draw(std::mt19937_64& random) const {
  if (theta_ == 0)
    return uniform_below(random, items_);
  while (true) {
    const auto u = integral_last_ + uniform_unit(random) * (integral_first_ - integral_last_);
    const auto x = integral_inverse(u);
    const auto k = std::clamp(std::floor(x + 0.5), 1.0, static_cast<double>(items_));
    if (k - x <= accept_at_once_ || u >= integral(k + 0.5) - density(k))
      return static_cast<std::uint64_t>(k) - 1;
  }
}

double zipf::integral(double x) const noexcept {
  const auto log_x = std::log(x);
  return expm1_over((1 - theta_) * log_x) * log_x;
}

double zipf::integral_inverse(double x) const noexcept {
  const auto t = std::max(x * (1 - theta_), -1.0); // below it only by rounding
  return std::exp(log1p_over(t) * x);
}

double zipf::density(double x) const noexcept { return std::exp(-theta_ * std::log(x)); }

} // namespace wakala::bench
