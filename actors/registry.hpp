/// \file
/// The tenants of the store, and the only way to change them.
#pragma once

#include "actors/protocol/registry_messages.hpp"
#include "actors/protocol/shard_table.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include <functional>
#include <map>
#include <string>

namespace wakala::actors {

/// Reads all tenants, making the system's own on first use. Those of `known` that have not changed are taken from
/// there. `corrupt` or `unauthenticated` when one cannot be read.
result<directory_ptr> load_directory(persistence::store& where, persistence::keyring& keys, std::uint32_t shard_count,
                                     const directory* known = nullptr);

struct registry_options {
  node_context_ptr node;
  std::shared_ptr<persistence::store> store;
  std::function<shard_table_ptr()> shards;
  std::map<std::string, std::string, std::less<>> environment; ///< for `${VARIABLE}` in imports
  bool is_in_cluster = false;
};

/// Has a thread of its own, since it writes to the store.
caf::actor spawn_registry(caf::actor_system& sys, registry_options options);

} // namespace wakala::actors
