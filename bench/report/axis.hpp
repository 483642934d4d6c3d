/// \file
/// Where a value lies along an axis, and where its marks are.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace wakala::bench {

/// One axis; `place` gives 0 at its beginning and 1 at its end.
class axis {
public:
  /// From 0 to a round number that is at least `highest`.
  static axis linear(double highest);
  /// Over powers of ten around the values; for positive values, smaller ones lie at the beginning.
  static axis logarithmic(double lowest, double highest);
  /// Percentiles, each further nine as wide as the one before: 50, 90, 99, 99.9 … up to `highest`.
  static axis percentiles(double highest);
  /// Linear, or logarithmic when the values lie far apart and all are positive.
  static axis fitting(double lowest, double highest);

  double place(double value) const;
  const std::vector<std::pair<double, std::string>>& marks() const noexcept { return marks_; }

private:
  enum class scale { linear, logarithmic, percentiles };
  axis(scale kind, double low, double high) : kind_(kind), low_(low), high_(high) {}
  double position(double value) const;

  scale kind_;
  double low_; ///< as positions
  double high_;
  std::vector<std::pair<double, std::string>> marks_; ///< value and text
};

} // namespace wakala::bench
