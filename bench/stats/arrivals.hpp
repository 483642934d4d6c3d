/// \file
/// When requests are meant to be sent, decided before the run: a slow server does not slow the arrivals down.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace wakala::bench {

/// The intended starts of a run, as nanoseconds from its beginning. Immutable.
class arrivals {
public:
  virtual ~arrivals() = default;
  /// Of the request with this number, counted from 0. Never decreases.
  virtual std::uint64_t intended_ns(std::uint64_t number) const = 0;
  virtual std::uint64_t count() const = 0;
  /// All intended starts lie before it.
  virtual double seconds() const = 0;
};

/// `per_second` requests in every second, evenly spaced. Preconditions: both above 0.
std::unique_ptr<const arrivals> make_steady_arrivals(double per_second, double seconds);

/// `count` requests over `seconds`, as dense as the messages of a shop's day: a quiet night, a morning, noon, and an
/// evening peak. Preconditions: both above 0.
std::unique_ptr<const arrivals> make_day_arrivals(std::uint64_t count, double seconds);

/// All at once: in effect each as soon as a connection is free.
std::unique_ptr<const arrivals> make_burst_arrivals(std::uint64_t count);

/// Share of a day's messages that come in the hour, 0 … 23; the shares add up to 1.
double day_share(unsigned hour);

} // namespace wakala::bench
