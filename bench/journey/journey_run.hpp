/// \file
/// Purchases of single shoppers on a node of their own: greeting, shelves, cart, order, M-Pesa.
#pragma once

#include "runtime/core/result.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace wakala::bench {

struct journey_plan {
  std::string bin_dir;
  std::string directory;
  unsigned shoppers = 25; ///< of each repeat, one after the other
  unsigned repeats = 5;
};

/// Of one journey each, the mean over the shoppers of a repeat.
struct journey_figures {
  std::vector<double> cpu_ms;   ///< of the daemon: user and system, all threads
  std::vector<double> wall_ms;  ///< from the first message until the payment was told
  std::vector<double> messages; ///< the shopper's and the shop's
};

/// Errors: `unavailable` when a program cannot be run or a shopper is not answered.
result<journey_figures> measure_journeys(const journey_plan& plan);

} // namespace wakala::bench
