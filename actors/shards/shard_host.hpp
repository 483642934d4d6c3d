/// \file
/// The actor that all shards of a node hang from.
#pragma once

#include "actors/shards/edge.hpp"
#include "actors/shards/shard_supervisor.hpp"
#include "runtime/membership.hpp"

#include <memory>

namespace wakala::actors {

struct shard_host_options {
  node_context_ptr node;
  store_handles store;             ///< its reader is nobody's
  std::vector<caf::actor> readers; ///< a shard keeps to one, so that what it asks is answered in order
  bool is_in_cluster = false;
};

/// Those that are there once per node, like the host itself. Of a node that is alone only the first.
struct meet_others {
  caf::actor registry;
  caf::actor membership;
  caf::actor door;
  caf::actor inspector; ///< is told where the other nodes are
};
/// End all shards; answered by `shards_have_ended`, when they have.
struct end_shards {};
struct shards_have_ended {};

/// Fills the table. Of a node that is alone it serves every shard at once, and again, with capped back-off, when its
/// supervisor fails; in a cluster it does what membership tells it to.
caf::actor spawn_shard_host(caf::actor_system& sys, shard_host_options options);

} // namespace wakala::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::meet_others)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::end_shards)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::shards_have_ended)
