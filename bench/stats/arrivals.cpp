#include "bench/stats/arrivals.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace wakala::bench {

namespace {

// Relative traffic of each hour: shoppers sleep, look in over lunch, and buy in the evening.
constexpr std::array<double, 24> hourly{6,  4,  3,  2,  3,  8,  22,  40,  55,  64, 70, 78,
                                        88, 80, 72, 70, 76, 88, 104, 120, 116, 84, 44, 16};

class steady final : public arrivals {
public:
  steady(double per_second, double seconds)
      : per_second_(per_second), seconds_(seconds),
        count_(static_cast<std::uint64_t>(std::ceil(per_second * seconds))) {}

  std::uint64_t intended_ns(std::uint64_t number) const override {
    return static_cast<std::uint64_t>(static_cast<long double>(number) * 1e9L /
                                      static_cast<long double>(per_second_));
  }
  std::uint64_t count() const override { return count_; }
  double seconds() const override { return seconds_; }

private:
  double per_second_;
  double seconds_;
  std::uint64_t count_;
};

/// Inside an hour the density is constant.
class day final : public arrivals {
public:
  day(std::uint64_t count, double seconds) : count_(count), seconds_(seconds) {
    double sum = 0;
    for (unsigned hour = 0; hour < hourly.size(); ++hour) {
      before_[hour] = sum;
      sum += day_share(hour);
    }
    before_.back() = 1;
  }

  std::uint64_t intended_ns(std::uint64_t number) const override {
    const auto share = (static_cast<double>(number) + 0.5) / static_cast<double>(count_);
    const auto after = std::upper_bound(before_.begin(), before_.end() - 1, share);
    const auto hour = static_cast<std::size_t>(std::max<std::ptrdiff_t>(after - before_.begin() - 1, 0));
    const auto inside = (share - before_[hour]) / (before_[hour + 1] - before_[hour]);
    const auto place =
        (static_cast<double>(hour) + std::clamp(inside, 0.0, 1.0)) / static_cast<double>(hourly.size());
    return static_cast<std::uint64_t>(std::min(place, 1.0) * seconds_ * 1e9);
  }
  std::uint64_t count() const override { return count_; }
  double seconds() const override { return seconds_; }

private:
  std::uint64_t count_;
  double seconds_;
  std::array<double, hourly.size() + 1> before_{}; ///< share of the day before the hour
};

class burst final : public arrivals {
public:
  explicit burst(std::uint64_t count) : count_(count) {}
  std::uint64_t intended_ns(std::uint64_t) const override { return 0; }
  std::uint64_t count() const override { return count_; }
  double seconds() const override { return 0; }

private:
  std::uint64_t count_;
};

} // namespace

std::unique_ptr<const arrivals> make_burst_arrivals(std::uint64_t count) { return std::make_unique<burst>(count); }

std::unique_ptr<const arrivals> make_steady_arrivals(double per_second, double seconds) {
  return std::make_unique<steady>(per_second, seconds);
}

std::unique_ptr<const arrivals> make_day_arrivals(std::uint64_t count, double seconds) {
  return std::make_unique<day>(count, seconds);
}

double day_share(unsigned hour) {
  static const double all = std::accumulate(hourly.begin(), hourly.end(), 0.0);
  return hourly.at(hour) / all;
}

} // namespace wakala::bench
