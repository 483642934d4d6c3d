/// \file
/// `wakala-bench webhook`: durable ingest under an arrival rate that does not care how the server feels.
#pragma once

#include "bench/load/generator.hpp"
#include "bench/load/population.hpp"
#include "bench/load/traffic.hpp"
#include "bench/report/report.hpp"
#include "bench/stats/knee_search.hpp"
#include "runtime/core/result.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace wakala::bench {

enum class load_shape : std::uint8_t {
  steady, ///< one rate
  knee,   ///< looks for the highest rate that holds, then measures latency at a share of it
  day,    ///< `count` webhooks as dense as a day's traffic, compressed to `seconds`
};
enum class way_out : std::uint8_t {
  discard, ///< the daemon accepts its own sends; the statuses come from the generator
  sandbox, ///< wakala-sandbox takes the sends and makes the statuses
};

struct webhook_options {
  // what is measured: an own daemon unless there is a URL
  std::string url;
  std::string secret;
  std::string admin_url; ///< of a wakalad behind the URL; without it nothing can be checked
  std::string admin_token;
  std::vector<pid_t> server_pids;
  std::string target;     ///< in the report; `wakalad` for an own one
  std::string durability; ///< in the report
  bool statuses = true;   ///< false: messages only
  way_out transport = way_out::discard;
  unsigned io_threads = 0;                   ///< 0: as wakalad has it
  unsigned workers = 0;                      ///< likewise
  std::map<std::string, std::string> limits; ///< of the own daemon

  std::string bin_dir;
  std::string directory;

  // the load
  load_shape shape = load_shape::steady;
  population_options who;
  double rate = 5'000;
  double seconds = 30; ///< measured
  double warm_up = 5;
  std::uint64_t count = 1'000'000; ///< of `day`
  generator_options sending;
  knee_options knee;
  double probe_seconds = 6; ///< of the short trials
  double share = 0.7;       ///< of the knee, for latency; 0: not measured
  bool soak = false;        ///< steady, with what a long run is held against
  bool introduce = true; ///< every shopper writes once before, if a wakalad is behind it: they are no news to it then
  bool verify = true;
  std::chrono::milliseconds settle_patience{120'000}; ///< for folding and sending after the load
  bool strict_goals = true;                           ///< figures carry the goals they are held against

  unsigned repeats = 1;
};

/// What a caller needs beside the reports.
struct webhook_outcome {
  std::vector<report> reports; ///< of `knee`: the knee, then the latency at a share of it
  std::optional<double> knee;  ///< median of the repeats
};

/// Runs it all. `told` gets one line at a time about the progress. Errors: `invalid_argument` naming the option;
/// `unavailable` when the benchmark cannot be made.
result<webhook_outcome> run_webhook(const webhook_options& options, const std::atomic<bool>& stop,
                                    const std::function<void(const std::string&)>& told = {});

} // namespace wakala::bench
