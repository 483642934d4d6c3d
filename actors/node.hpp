/// \file
/// The actors of a node, from the root down.
#pragma once

#include "actors/edge.hpp"
#include "actors/registry.hpp"
#include "actors/shard_supervisor.hpp"

#include <caf/actor_system.hpp>

#include <map>
#include <memory>
#include <string>

namespace wakala::actors {

/// Starts the store's actors, one supervisor per shard under a root that restarts them with capped back-off, and the
/// registry. Thread-safe but for construction and destruction.
class node {
public:
  node(caf::actor_system& sys, node_context_ptr context, std::shared_ptr<persistence::store> store,
       std::map<std::string, std::string, std::less<>> environment);
  /// Ends all actors and waits until they are gone.
  ~node();
  node(const node&) = delete;
  node& operator=(const node&) = delete;

  caf::actor_system& system() noexcept { return sys_; }
  const node_context_ptr& context() const noexcept { return context_; }
  shard_table_ptr shards() const;
  caf::actor shard_of(const tenant_id& tenant) const;
  caf::actor registry() const { return registry_; }

private:
  struct table_holder;
  caf::actor_system& sys_;
  node_context_ptr context_;
  std::shared_ptr<table_holder> table_;
  store_handles store_; ///< its reader is that of shard 0
  std::vector<caf::actor> readers_;
  caf::actor root_;
  caf::actor registry_;
};

} // namespace wakala::actors
