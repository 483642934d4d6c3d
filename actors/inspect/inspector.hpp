/// \file
/// Answers what the consoles ask, of this node and, through it, of the whole cluster. Has a thread of its own:
/// looking through a million actors or a long journal holds up nobody.
#pragma once

#include "actors/protocol/messages.hpp"
#include "actors/protocol/node_context.hpp"
#include "persistence/store.hpp"
#include "runtime/membership.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/allowed_unsafe_message_type.hpp>

#include <memory>
#include <string>

namespace wakala::actors {

/// A JSON object with the member `ask`; answered by `text_answer`. Of the whole cluster: `overview`, `actors`
/// (`{under, kind, node, shard, tenant, q, sort, limit, after, mailbox_min, bytes_min, idle_s_min}`), `actor`
/// (`{id}`), `find` (`{q, tenants}`), `trace` (`{id, tenants, contact}`), `watched` (`{watches}`, see watched.hpp).
/// Of this node alone: `part`, `local_actors`, `local_actor`, `hops`, `local_watched`.
struct inspect_request {
  std::string question;
};

/// To the inspector, as soon as it is there.
struct meet_membership {
  caf::actor membership;
};

struct inspector_options {
  node_context_ptr node;
  std::shared_ptr<persistence::store> store;
};

caf::actor spawn_inspector(caf::actor_system& sys, inspector_options options);

} // namespace wakala::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::inspect_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::meet_membership)
