#include "bench/stats/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace wakala::bench {

namespace {

// Each power of two from 2^8 on is cut into 2^7 buckets.
constexpr unsigned half_bits = 7;
constexpr std::uint64_t half = std::uint64_t{1} << half_bits;

unsigned shift_of(std::uint64_t value) noexcept {
  const auto bits = static_cast<unsigned>(std::bit_width(value));
  return bits > half_bits + 1 ? bits - half_bits - 1 : 0;
}

std::size_t bucket_of(std::uint64_t value) noexcept {
  const auto shift = shift_of(value);
  return static_cast<std::size_t>(shift * half + (value >> shift));
}

/// The value in the middle of a bucket.
std::uint64_t middle_of(std::size_t bucket) noexcept {
  if (bucket < 2 * half)
    return bucket;
  const auto shift = static_cast<unsigned>(bucket / half - 1);
  const auto first = (bucket - shift * half) << shift;
  return first + ((std::uint64_t{1} << shift) >> 1U);
}

} // namespace

void histogram::add(std::uint64_t value, std::uint64_t times) {
  if (times == 0)
    return;
  const auto bucket = bucket_of(value);
  if (bucket >= buckets_.size())
    buckets_.resize(bucket + 1);
  buckets_[bucket] += times;
  count_ += times;
  min_ = std::min(min_, value);
  max_ = std::max(max_, value);
  sum_ += static_cast<double>(value) * static_cast<double>(times);
}

void histogram::merge(const histogram& other) {
  if (other.count_ == 0)
    return;
  if (other.buckets_.size() > buckets_.size())
    buckets_.resize(other.buckets_.size());
  for (std::size_t i = 0; i < other.buckets_.size(); ++i)
    buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  sum_ += other.sum_;
}

double histogram::mean() const noexcept { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }

std::uint64_t histogram::percentile(double percent) const noexcept {
  if (count_ == 0)
    return 0;
  const auto wanted = std::ceil(percent / 100 * static_cast<double>(count_));
  const auto rank = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(std::max(wanted, 1.0)), 1, count_);
  if (rank == count_)
    return max_;
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= rank)
      return std::clamp(middle_of(i), min_, max_);
  }
  return max_;
}

std::uint64_t histogram::above(std::uint64_t value) const noexcept {
  std::uint64_t found = 0;
  for (auto i = bucket_of(value) + 1; i < buckets_.size(); ++i)
    found += buckets_[i];
  return found;
}

std::vector<std::pair<double, double>> latency_points(const histogram& nanoseconds) {
  std::vector<std::pair<double, double>> points;
  if (nanoseconds.count() == 0)
    return points;
  for (const double percent : {1.0,  5.0,  10.0, 25.0, 50.0, 60.0, 70.0,  75.0,  80.0,  85.0,   90.0,   92.5, 95.0,
                               97.0, 98.0, 99.0, 99.5, 99.8, 99.9, 99.95, 99.98, 99.99, 99.995, 99.999, 100.0})
    points.emplace_back(percent, to_ms(nanoseconds.percentile(percent)));
  return points;
}

} // namespace wakala::bench
