/// \file
/// A node's part in its cluster: it says that it lives, sees who else does, and decides which shards it takes and
/// gives.
#pragma once

#include "persistence/cluster.hpp"
#include "runtime/cluster_plan.hpp"
#include "runtime/links.hpp"
#include "runtime/pulse.hpp"
#include "runtime/standing.hpp"
#include "runtime/store_actors.hpp"
#include "runtime/store_clock.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace wakala::runtime {

// membership → the host of this node's shards

/// Take the shard, if `seen` is still its epoch. The host answers with `shard_opened` or `shard_ended`.
struct serve_shard {
  shard_id shard = 0;
  std::uint64_t seen = 0;
};
/// End it in good order, then say `shard_ended`.
struct hand_over_shard {
  shard_id shard = 0;
};
/// It is another's already.
struct drop_shard {
  shard_id shard = 0;
};

struct shard_route {
  std::string node; ///< who has it; empty: nobody who lives
  std::uint64_t epoch = 0;
  caf::actor link; ///< to there; null when that is ourselves, or while there is none
};
/// Where everything is, as far as this node knows. Sent whenever that changes.
struct route_table {
  std::vector<shard_route> shards;
  std::vector<std::pair<std::string, caf::actor>> links; ///< all that are up
  std::uint64_t tenants_version = 0;
};
using route_table_ptr = std::shared_ptr<const route_table>;

// host → membership

struct shard_opened {
  shard_id shard = 0;
  std::uint64_t epoch = 0;
};
struct shard_ended {
  shard_id shard = 0;
  std::uint64_t epoch = 0; ///< 0: it never was open
  bool is_lost = false;    ///< not given up by us: there is nothing to release
};

// anybody → membership

/// What another node has asked us, of the kinds for membership.
struct membership_note {
  std::string from;
  bytes what;
};
/// Another node has greeted our door.
struct guest_arrived {
  std::string node;
  std::uint64_t incarnation = 0;
  caf::actor door; ///< the other side's
};
/// Answered by `cluster_answer`.
struct cluster_query {};
struct cluster_report {
  persistence::cluster_view view; ///< the last there was
  std::string me;
  bool is_member = false; ///< of late
  std::vector<std::pair<std::string, link_state>> links;
  std::vector<shard_id> opening; ///< here
  std::vector<shard_id> leaving; ///< here
  cluster_timing timing;
};
using cluster_answer = answer<cluster_report>;
/// Answered by `done_answer`.
struct drain_node {
  std::string node;
  bool is_draining = true;
};
struct move_shard {
  shard_id shard = 0;
  std::string node; ///< empty: where it belongs
};
using done_answer = answer<bool>;
/// Begin.
struct join_cluster {};
/// Give everything away and say goodbye; answered by `done_answer` when that is done.
struct leave_cluster {};

struct membership_options {
  std::shared_ptr<persistence::cluster_registry> registry;
  persistence::node_row me; ///< name, incarnation, address, protocol, version
  link_hello hello;         ///< as `me`
  bool with_tls = true;
  cluster_timing timing;
  std::chrono::milliseconds wedged_after{5'000}; ///< without a pulse
  std::size_t hand_overs_at_once = 4;
  std::shared_ptr<standing> may_act;
  std::shared_ptr<store_clock> clock;
  caf::actor host;
  caf::actor door; ///< ours
};

/// Has a thread of its own, since it waits for the store.
caf::actor spawn_membership(caf::actor_system& sys, membership_options options);

} // namespace wakala::runtime

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::serve_shard)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::hand_over_shard)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::drop_shard)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::route_table_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::shard_opened)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::shard_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::membership_note)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::guest_arrived)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::cluster_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::cluster_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::drain_node)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::move_shard)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::done_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::join_cluster)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::leave_cluster)
