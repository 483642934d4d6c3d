#include "runtime/system_config.hpp"

#include "runtime/scheduler.hpp"

namespace wakala::runtime {

system_config::system_config(const node_config& config) {
  load<scheduler>();
  set("scheduler.max-threads", config.worker_threads);
  set("scheduler.max-throughput", std::size_t{64}); // one chatty actor must not keep a worker
}

} // namespace wakala::runtime
