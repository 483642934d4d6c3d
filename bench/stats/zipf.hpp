/// \file
/// Few items that are wanted often and many that are wanted rarely.
#pragma once

#include <cstdint>
#include <random>

namespace wakala::bench {

/// Ranks 0 … items-1, rank k drawn in proportion to 1 / (k+1)^theta. Theta 0 draws all alike; 0.99 is what key-value
/// benchmarks use. Constant time and memory whatever the number of items: rejection-inversion (Hörmann, Derflinger:
/// Rejection-inversion to generate variates from monotone discrete distributions, 1996).
class zipf {
public:
  /// Preconditions: items > 0, theta ≥ 0.
  zipf(std::uint64_t items, double theta);

  std::uint64_t draw(std::mt19937_64& random) const;

  std::uint64_t items() const noexcept { return items_; }
  double theta() const noexcept { return theta_; }

private:
  double integral(double x) const noexcept; ///< of the density, up to a constant
  double integral_inverse(double x) const noexcept;
  double density(double x) const noexcept;

  std::uint64_t items_;
  double theta_;
  double integral_first_ = 0;
  double integral_last_ = 0;
  double accept_at_once_ = 0;
};

/// Uniform in [0, 1).
double uniform_unit(std::mt19937_64& random);
/// Uniform in [0, bound); precondition: bound > 0. The bias for bounds far below 2^64 cannot be seen.
std::uint64_t uniform_below(std::mt19937_64& random, std::uint64_t bound);

} // namespace wakala::bench
