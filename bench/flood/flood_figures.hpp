/// \file
/// One merchant's storm, and what the others notice of it.
#pragma once

#include "bench/load/session.hpp"
#include "runtime/core/result.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace wakala::bench {

struct flood_plan {
  population_options others{.tenants = 20, .conversations = 10'000, .zipf = 0.99, .seed = 1};
  double others_per_s = 1'000;
  double limit_per_s = 200; ///< `limits.inbound_per_s` of the merchant that floods
  double factor = 50;       ///< of its limit: what it offers
  double warm_up_s = 3;
  double measured_s = 15;
  unsigned repeats = 5;
};

struct flood {
  std::vector<double> quiet_p99_ms;  ///< of the others while nobody floods
  std::vector<double> flood_p99_ms;  ///< of the others beside the flood
  std::vector<double> ratio;         ///< of turns that follow each other
  std::vector<double> others_failed; ///< webhooks of the others not answered 200
  std::vector<double> flood_taken_per_s;
  std::vector<double> flood_refused_per_s;
  histogram quiet_latency;
  histogram flood_latency;
  std::vector<measurement> beside; ///< the others beside the flood
  std::vector<std::string> void_because;
};

/// In turn: the others alone, then beside a merchant that offers `factor` times its limit. Afterwards everything that
/// was acknowledged, to whomever, is read back.
result<flood> measure_flood(const std::string& wakalad, const std::string& directory, const flood_plan& plan);

} // namespace wakala::bench
