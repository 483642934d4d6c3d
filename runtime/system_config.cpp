#include "runtime/system_config.hpp"

#include <caf/atom.hpp>

namespace wakala::runtime {

system_config::system_config(const node_config& config) {
  set("scheduler.policy", caf::atom("sharing")); // idle workers wait on a condition instead of polling
  set("scheduler.max-threads", config.worker_threads);
  set("scheduler.max-throughput", std::size_t{64}); // one chatty actor must not keep a worker
}

} // namespace wakala::runtime
