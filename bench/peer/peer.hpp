/// \file
/// The usual stack (FastAPI, Redis, a worker) as a server to be measured beside Wakala; see bench/peer/README.md.
#pragma once

#include "bench/process/child.hpp"
#include "runtime/core/result.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace wakala::bench {

enum class appendfsync : std::uint8_t { always, everysec };
std::string_view to_string(appendfsync mode) noexcept; ///< as Redis calls it

struct peer_options {
  std::string directory; ///< for Redis and logs: fresh, or of an earlier peer, whose data it then goes on with
  appendfsync sync = appendfsync::always;
  std::string secret = "bench-app-secret-2f9c";
  unsigned web_workers = 0; ///< processes of uvicorn; 0: one for each core
};

/// What the peer says of itself.
struct peer_stats {
  std::uint64_t accepted = 0; ///< events queued, ever
  std::uint64_t waiting = 0;  ///< events that the worker has not finished
};

/// Redis, uvicorn with its processes and the worker, started and ended together. Not thread-safe; see `child` about
/// threads.
class peer_process {
public:
  /// `not_found` when packages of the distribution are missing (`what` names them), `unavailable` when it does not
  /// start.
  static result<peer_process> start(const peer_options& options,
                                    std::chrono::milliseconds patience = std::chrono::seconds{60});

  const std::string& public_url() const noexcept { return url_; }
  std::string webhook_url() const { return url_ + "/v1/webhooks"; }
  const peer_options& options() const noexcept { return options_; }
  /// `peer (appendfsync always)`
  std::string name() const;

  bool is_running() { return runner_.is_running(); }
  /// All its processes: the runner, Redis, uvicorn's, the worker. They stay the same until the end.
  std::vector<pid_t> pids() const;
  result<peer_stats> stats() const;
  /// Waits until the worker has finished everything. Error: `unavailable` when it does not within the patience.
  result<void> drain(std::chrono::milliseconds patience) const;
  /// In good order; the exit status.
  int stop() { return runner_.stop(); }

private:
  peer_process(child runner, peer_options options) : runner_(std::move(runner)), options_(std::move(options)) {}

  child runner_;
  peer_options options_;
  std::string url_;
};

/// Success when everything that the peer needs is installed; `not_found` naming the missing packages otherwise.
result<void> check_peer_packages(const std::string& directory);

} // namespace wakala::bench
