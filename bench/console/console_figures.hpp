/// \file
/// What it costs to look at a node with many conversations, and what it costs that one could.
#pragma once

#include "bench/idle/idle_figures.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace wakala::bench {

struct console_plan {
  std::uint32_t conversations = 1'000'000; ///< awake
  std::uint32_t few = 10'000;              ///< of the daemons that are compared
  double watch_s = 20;
  double rest_s = 30;        ///< until nothing that was caused goes on
  double per_second = 4'000; ///< webhooks a second of the comparisons
  double measured_s = 8;
  unsigned repeats = 5;
};

/// A node with all conversations awake, looked at.
struct looking {
  double first_ms = 0;                               ///< of the first look of all
  std::map<std::string, std::vector<double>> top_ms; ///< by what the list is sorted
  std::vector<double> metrics_ms;
  std::vector<double> metrics_bytes;
  double idle_cpu_percent = 0;
  double watch_cpu_percent = 0; ///< overview and a list each second, beyond that
};
result<looking> measure_looking(const idle_place& where, const console_plan& plan);

/// Processor time a webhook of a daemon that measures by that of one that does not, of runs that follow each other.
struct measuring {
  std::vector<double> off_ratio;     ///< nobody looks
  std::vector<double> sampled_ratio; ///< one message in a hundred is followed
  std::vector<std::string> void_because;
};
result<measuring> measure_measuring(const idle_place& where, const console_plan& plan, const std::string& console);

} // namespace wakala::bench
