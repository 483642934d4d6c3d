#include "runtime/system_config.hpp"

#include "runtime/core/thread_counts.hpp"
#include "runtime/scheduler.hpp"
#include "runtime/tls_error_queue.hpp"

#include <caf/io/middleman.hpp>
#include <caf/openssl/manager.hpp>

namespace wakala::runtime {

system_config::system_config(const node_config& config) {
  load<scheduler>();
  set("scheduler.max-threads", worker_threads(config.worker_threads, processors()));
  set("scheduler.max-throughput", std::size_t{64}); // one chatty actor must not keep a worker
  if (config.cluster.is_alone())
    return;
  load<caf::io::middleman>();
  // Without these a node that is stopped keeps its links, and what is sent to it waits.
  set("middleman.heartbeat-interval", caf::timespan{std::chrono::milliseconds{250}});
  set("middleman.connection-timeout", caf::timespan{std::chrono::milliseconds{1'000}});
  if (!config.cluster.has_tls())
    return;
  keep_tls_errors_apart();
  load<caf::openssl::manager>();
  openssl_certificate = config.cluster.tls_certificate_file;
  openssl_key = config.cluster.tls_key_file;
  openssl_cafile = config.cluster.tls_ca_file;
}

} // namespace wakala::runtime
