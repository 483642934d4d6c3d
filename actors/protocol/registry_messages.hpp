/// \file
/// What the registry of tenants is asked and told.
#pragma once

#include "actors/protocol/messages.hpp"

#include <caf/actor.hpp>

#include <functional>
#include <string>
#include <vector>

namespace wakala::actors {

// All of these are answered by `text_answer`.

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
