/// \file
/// The servers that are compared: each is started fresh for a measurement and ended after it.
#pragma once

#include "bench/load/webhook_run.hpp"
#include "runtime/core/result.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace wakala::bench {

/// How hard and how long. The load is the same for all targets.
struct load_plan {
  population_options who;
  generator_options sending;
  double warm_up_s = 3;
  double measured_s = 15;
  double probe_s = 3;         ///< of the short trials that look for the knee
  double share = 0.7;         ///< of the knee, for latency and cost
  double start_per_s = 2'000; ///< first rate of the first search
  double most_per_s = 1e6;
  double precision = 0.05; ///< at which the search for the knee ends
  bool smoke = false;      ///< no goals, and hasty
};

struct place {
  std::string bin_dir;
  std::string directory;
};

/// The highest rate that a target carries, and for wakalad the latency at a share of it. `near`: a rate that held
/// before, to begin close to it; 0: unknown.
result<webhook_outcome> ceiling_knee(const place& where, const load_plan& plan, double near);
result<webhook_outcome> wakalad_knee(const place& where, const load_plan& plan, double near);
/// Error: `not_found` naming the packages that the peer lacks.
result<webhook_outcome> peer_knee(const place& where, const load_plan& plan, double near);

/// What webhooks cost: processor time of all the target's processes, from before the first until everything that they
/// caused is done.
struct webhook_cost {
  double webhooks = 0; ///< answered 200
  double cpu_s = 0;
  std::vector<std::string> void_because;

  double webhooks_per_cpu_s() const noexcept { return cpu_s > 0 ? webhooks / cpu_s : 0; }
};
result<webhook_cost> wakalad_cost(const place& where, const load_plan& plan, double per_second);
result<webhook_cost> peer_cost(const place& where, const load_plan& plan, double per_second);

} // namespace wakala::bench
