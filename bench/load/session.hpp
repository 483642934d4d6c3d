/// \file
/// One server under load: several runs against it on the same connections, and the check of them all at the end.
#pragma once

#include "bench/load/checker.hpp"
#include "bench/load/generator.hpp"
#include "bench/load/monitor.hpp"
#include "bench/load/population.hpp"
#include "bench/load/prepared.hpp"
#include "bench/load/traffic.hpp"
#include "bench/process/admin_client.hpp"
#include "bench/process/daemon.hpp"
#include "bench/stats/arrivals.hpp"
#include "runtime/core/result.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wakala::bench {

struct session_options {
  std::string url;                   ///< of the webhook: `http://127.0.0.1:8080/v1/webhooks`
  std::string secret;                ///< of its signatures
  std::optional<admin_access> admin; ///< of a wakalad; without it nothing is checked and no lag is known
  std::vector<pid_t> server_pids;    ///< whose CPU, memory and writes are counted
  std::string store_directory;       ///< whose write-ahead logs are watched; may be empty
  population_options who;
  traffic_options what;
  generator_options sending;
  bool names_statuses = true; ///< the server sends through the discard transport
  /// Requests are made ready before a run if they fit into this, else beside it.
  std::size_t prepared_bytes = std::size_t{3} << 30U;
};

/// The population's merchants as a daemon takes them, with the limits of a tenant far away: one shop's share is not
/// what is measured.
std::vector<daemon_tenant> daemon_tenants(const population& who);

/// One run of a session.
struct measurement {
  load_result load;
  double warm_up_s = 0;
  double server_cpu_s = 0; ///< in the measured part
  double others_cpu_s = 0; ///< in the measured part, by neither server nor generator: what else the machine did
  double stolen_cpu_s = 0; ///< in the measured part, by whoever hosts the machine
  std::uint64_t written_bytes = 0;    ///< in the measured part
  std::vector<server_sample> samples; ///< one a second
  bool prepared_before = false;       ///< the requests, all of them

  using points = std::vector<std::pair<double, double>>;
  points unfolded_rows() const;
  points sends_waiting() const; ///< replies to acknowledged messages that were not accepted yet
  points rss_megabytes() const;
  std::uint64_t wal_bytes_max() const;
  double unmatched_statuses = 0; ///< that the node set aside in the run
};

struct settled_state {
  bool is_settled = false; ///< all folded and all replies accepted
  double seconds = 0;      ///< how long that took
  node_counts counts;
};

/// Not thread-safe.
class webhook_session {
public:
  /// Opens the connections. Errors: `invalid_argument` naming the option, `unavailable`.
  static result<std::unique_ptr<webhook_session>> open(session_options options, const std::atomic<bool>& stop);

  /// Every conversation writes once, as fast as it goes, so that later runs meet a server that knows everybody. Once,
  /// before the first run, and only if `what.introductions` is set.
  load_counts introduce();

  /// Sends and measures. `tick` as in `load_listener`.
  measurement measure(const arrivals& when, double warm_up_s,
                      const std::function<void(double, const load_counts&)>& tick = {});

  /// Waits until the node has folded and sent all, or the patience ends. Without an admin address: at once.
  result<settled_state> settle(std::chrono::milliseconds patience);

  /// Of all runs so far; precondition: an admin address. `told` as in `check_all`.
  result<check_summary> verify(const std::function<void(std::size_t, std::size_t)>& told = {});

  const session_options& options() const noexcept { return options_; }
  const ledger& book() const noexcept { return book_; }
  const population& who() const noexcept { return who_; }

private:
  webhook_session(session_options options, const webhook_target& target, const std::atomic<bool>& stop);

  session_options options_;
  population who_;
  traffic what_;
  ledger book_;
  std::uint64_t run_;
  body_writer bodies_;
  request_writer writer_;
  generator generator_;
  monitor monitor_;
  std::uint64_t traffic_ns_ = 0; ///< time of the traffic: of all runs one after the other
};

} // namespace wakala::bench
