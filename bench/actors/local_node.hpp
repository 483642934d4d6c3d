/// \file
/// The actors of a node in this process, over a store in memory, sending into nowhere: what is left of the daemon
/// without HTTP and disk.
#pragma once

#include "actors/protocol/routing.hpp"
#include "bench/load/population.hpp"
#include "persistence/store.hpp"
#include "runtime/core/result.hpp"
#include "runtime/counters.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace wakala::bench {

struct local_node_options {
  unsigned workers = 2;
  std::uint32_t shards = 32;
};

/// Thread-safe but for construction and destruction.
class local_node {
public:
  /// With the population's shops, each with the benchmark's catalog; ready when it returns. Error: `unavailable`.
  static result<std::unique_ptr<local_node>> start(const local_node_options& options, const population& who);
  virtual ~local_node() = default;

  /// The updates of a body, as the webhook's edge would hand them over. Precondition: the body is a webhook.
  virtual std::vector<actors::routed_event> route(std::string_view body) const = 0;
  /// What the edge does after that. `done` is called once, on any thread; true: Meta may be told 200.
  virtual void deliver(std::vector<actors::routed_event> events, std::function<void(bool)> done) = 0;
  /// Waits until all is folded and nothing has been journalled or sent for a while. Error: `unavailable` after the
  /// patience.
  virtual result<void> settle(std::chrono::milliseconds patience) const = 0;

  virtual const runtime::counters& counts() const = 0;
  virtual persistence::store& store() = 0;
};

} // namespace wakala::bench
