/// \file
/// A wakalad of a benchmark's own, made for load: fresh, with limits far away.
#pragma once

#include "bench/process/admin_client.hpp"
#include "bench/process/child.hpp"
#include "runtime/core/result.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace wakala::bench {

struct daemon_options {
  std::string program;   ///< path of wakalad
  std::string directory; ///< the store, the key, the configuration and the log go there; used again, the store stays
  std::string graph_url = "discard:";
  std::string app_secret = "bench-app-secret-2f9c";
  std::string token = "bench-operator-token-71d0";
  std::uint32_t shards = 32;
  unsigned io_threads = 0; ///< 0: as the daemon has it
  unsigned workers = 0;    ///< likewise
  /// Keys of `limits` beside or instead of those that a benchmark sets; as in the configuration file.
  std::map<std::string, std::string> limits;
  std::map<std::string, std::string> environment;

  // One node of several
  std::string store_url; ///< `postgresql://…`; empty: SQLite in the directory
  std::string node_name = "bench";
  std::string cluster_listen;    ///< `host:port` for other nodes, without TLS; empty: it is alone
  std::string kek_file;          ///< made if it is not there; empty: in the directory
  std::uint16_t public_port = 0; ///< 0: any
};

/// A merchant as the admin API takes it, without a secret of its own: its webhooks come to the app's address.
struct daemon_tenant {
  std::string id;
  std::string waba_id;
  std::string number_id;
  std::string display;
  std::string access_token = "bench-access-token";
  /// `limits` of the tenant; keys the daemon does not know do no harm.
  std::map<std::string, std::int64_t> limits;
};

/// Not thread-safe; see `child` about threads.
class daemon_process {
public:
  /// Makes the key if there is none, writes the configuration, starts the daemon and waits until it is ready.
  static result<daemon_process> start(const daemon_options& options,
                                      std::chrono::milliseconds patience = std::chrono::seconds{60});

  const std::string& public_url() const noexcept { return public_url_; }
  std::string webhook_url() const { return public_url_ + "/v1/webhooks"; }
  const admin_access& admin() const noexcept { return admin_; }
  const daemon_options& options() const noexcept { return options_; }
  std::string store_path() const { return options_.directory + "/data/wakala.db"; }
  /// From the start of the process until `/readyz` said yes.
  std::chrono::nanoseconds start_time() const noexcept { return start_time_; }

  pid_t pid() const noexcept { return process_.pid(); }
  bool is_running() { return process_.is_running(); }
  void signal(int number) { process_.signal(number); }
  /// In good order; the exit status.
  int stop() { return process_.stop(); }
  std::string log() const { return process_.output(); }

private:
  daemon_process(child process, daemon_options options)
      : process_(std::move(process)), options_(std::move(options)) {}

  child process_;
  daemon_options options_;
  std::string public_url_;
  admin_access admin_;
  std::chrono::nanoseconds start_time_{0};
};

/// Adds tenants and gives each the catalog, over several connections. A tenant that is there already stays.
result<void> add_tenants(const admin_access& admin, const std::vector<daemon_tenant>& tenants,
                         const std::string& catalog_json);

} // namespace wakala::bench
