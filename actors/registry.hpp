/// \file
/// The tenants of the store, and the only way to change them.
#pragma once

#include "actors/edge.hpp"
#include "actors/messages.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include <functional>
#include <map>
#include <string>

namespace wakala::actors {

/// Reads all tenants, making the system's own on first use. `corrupt` or `unauthenticated` when one cannot be read.
result<directory_ptr> load_directory(persistence::store& where, persistence::keyring& keys,
                                     std::uint32_t shard_count);

// For the registry actor; all are answered by `text_answer`.

/// Creates (`must_exist` false) or replaces (true) a tenant. `conflict` when the id or a number is taken.
struct tenant_put {
  std::string form; ///< JSON text
  std::string id;   ///< from the path; empty for creation
  bool must_exist = false;
};
struct tenant_delete {
  std::string id;
};
struct tenants_import {
  std::string form;
};
/// Replays set-aside updates of numbers that have an owner now; also done after every change of a tenant.
struct replay_set_aside {};

struct registry_options {
  node_context_ptr node;
  std::shared_ptr<persistence::store> store;
  std::function<shard_table_ptr()> shards;
  std::map<std::string, std::string, std::less<>> environment; ///< for `${VARIABLE}` in imports
};

/// Has a thread of its own, since it writes to the store.
caf::actor spawn_registry(caf::actor_system& sys, registry_options options);

} // namespace wakala::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::tenant_put)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::tenant_delete)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::tenants_import)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::replay_set_aside)
