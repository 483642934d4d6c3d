/// \file
/// wakala-sandbox in Meta's place.
#pragma once

#include "bench/process/child.hpp"
#include "bench/process/daemon.hpp"
#include "runtime/core/result.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace wakala::bench {

struct sandbox_options {
  std::string program; ///< path of wakala-sandbox
  std::string directory;
  std::uint16_t port = 0; ///< of a `free_port`
  std::string webhook_url;
  std::string app_secret;
  std::uint64_t seed = 1;
};

/// A TCP port of the loopback interface that nobody listens on just now.
std::uint16_t free_port();

/// Not thread-safe; see `child` about threads.
class sandbox_process {
public:
  /// The business numbers of these merchants, with the webhook above.
  static result<sandbox_process> start(const sandbox_options& options, const std::vector<daemon_tenant>& tenants);

  /// `http://127.0.0.1:8088`
  const std::string& url() const noexcept { return url_; }
  pid_t pid() const noexcept { return process_.pid(); }
  /// Webhooks made or to be made that were not answered 200 yet.
  result<std::uint64_t> waiting_webhooks() const;

private:
  sandbox_process(child process, std::string url) : process_(std::move(process)), url_(std::move(url)) {}

  child process_;
  std::string url_;
};

} // namespace wakala::bench
