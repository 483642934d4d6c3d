/// \file
/// All figures that the project is held against, measured in one run in which compared targets take turns.
#pragma once

#include "bench/cold/cold_figures.hpp"
#include "bench/idle/idle_figures.hpp"
#include "bench/summary/targets.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace wakala::bench {

struct summary_plan {
  load_plan load;
  std::uint32_t few = 10'000;     ///< conversations on the node that memory is compared with
  std::uint32_t sample = 250'000; ///< awake, and put to rest, on fresh nodes
  cold_plan cold;                 ///< its repeats are those of the whole
  double idle_s = 20;
  unsigned repeats = 5;
};

/// Values by repeat; empty: not measured.
struct summary_figures {
  std::vector<double> ceiling_ratio;
  std::vector<double> peer_ratio;
  std::vector<double> ingest_per_s;
  std::vector<double> ack_p50_ms;
  std::vector<double> ack_p99_ms;
  std::vector<double> ack_p999_ms;
  std::vector<double> resident_bytes;
  std::vector<double> passivated_bytes;
  std::vector<double> activation_p99_ms;
  std::vector<double> idle_cpu_percent;
  std::vector<double> start_ms;
  std::vector<double> disk_bytes_per_webhook;
};

struct summary_result {
  summary_figures figures;
  std::vector<report> reports; ///< of the targets, repeats merged
  std::vector<std::string> void_because;
  std::string peer_missing; ///< why there is no peer; empty: there was one
};
result<summary_result> measure_summary(const place& where, const summary_plan& plan);

/// With their goals, in the order and with the names of the JSON object.
std::vector<figure> figures_of(const summary_figures& found, bool with_goals);
/// One object: the medians under their names, null for what was not measured, and `void` (0 or 1). Without a result
/// all is null and void.
std::string summary_json(const std::vector<figure>& figures, bool is_void);

} // namespace wakala::bench
