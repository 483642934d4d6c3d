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

/// Reads all tenants, making the system's own on first use. Those of `known` that have not changed are taken from
/// there. `corrupt` or `unauthenticated` when one cannot be read.
result<directory_ptr> load_directory(persistence::store& where, persistence::keyring& keys, std::uint32_t shard_count,
                                     const directory* known = nullptr);

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

// Only in a cluster, where the node that has the system's shard writes for all, one change after the other.

/// Another node has changed tenants: read them again. `done` is called afterwards, whether that was possible or not.
struct reload_tenants {
  std::function<void()> done;
};
/// Links to the other nodes, which are told of changes.
struct links_up {
  std::vector<caf::actor> links;
};

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

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::reload_tenants)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::links_up)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::for_tenant<wakala::actors::tenant_put>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::for_tenant<wakala::actors::tenant_delete>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::for_tenant<wakala::actors::tenants_import>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::tenant_put)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::tenant_delete)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::tenants_import)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::replay_set_aside)
