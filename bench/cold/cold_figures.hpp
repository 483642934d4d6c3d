/// \file
/// Conversations that are only on disk: starting a node that has many, and waking them.
#pragma once

#include "bench/idle/idle_figures.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace wakala::bench {

struct cold_plan {
  std::uint32_t conversations = 1'000'000; ///< stored
  double per_second = 2'000;               ///< woken
  double warm_up_s = 2;
  double measured_s = 10;
  unsigned repeats = 5;
};

/// Conversations that one repeat wakes.
std::uint64_t woken_each_repeat(const cold_plan& plan);

struct cold {
  std::vector<double> start_ms;            ///< from the start of the process to 200 of /readyz
  std::vector<double> start_after_kill_ms; ///< the same after a SIGKILL in the middle of work
  std::vector<double> p50_ms;
  std::vector<double> p99_ms;
  histogram latency;
  std::vector<driven> turns;
  double store_bytes = 0; ///< all files of the store when it was filled
  std::vector<std::string> void_because;
};

/// Precondition: no more are woken in a repeat than are stored. Fills a store, then for each repeat: starts the
/// daemon on it, wakes conversations none of which is awake, each once. A daemon that loaded another number of
/// conversations than were woken makes the run void.
result<cold> measure_cold(const idle_place& where, const cold_plan& plan);

} // namespace wakala::bench
