/// \file
/// A shard that another node has: what is for it goes there.
#pragma once

#include "actors/protocol/messages.hpp"
#include "actors/shards/held_batches.hpp"
#include "runtime/membership.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <map>
#include <vector>

namespace wakala::actors {

/// node → remote shard: where it is now.
struct route_change {
  runtime::shard_route to;
  std::vector<caf::actor> others; ///< links to nodes that may reach one that we do not
};

/// node → remote shard: it is open here, and this is its supervisor; null: not any more.
struct shard_is_here {
  caf::actor supervisor;
};

/// Nodes that may hand the same update on: to one that does not have the shard any more, and from there to its owner;
/// or round a link that is cut.
constexpr std::uint8_t hops_max = 2;

/// While nobody has the shard, or nobody who can be reached, updates are held for a moment: also while it is being
/// opened here.
class remote_shard {
public:
  static inline const char* name = "wakala.remote_shard";

  explicit remote_shard(caf::event_based_actor* self) : self_(self) {}

  caf::behavior start(shard_id shard, node_context_ptr context);

private:
  caf::actor way() const;
  void pass_on(shard_batch batch);
  void release();
  void plan_look(std::chrono::milliseconds pause);
  void give_up_questions();
  template <class T>
  caf::response_promise ask(const for_tenant<T>& q);

  caf::event_based_actor* self_;
  shard_id shard_ = 0;
  node_context_ptr context_;
  route_change route_;
  caf::actor here_; ///< what comes late goes there
  held_batches held_;
  bool look_is_planned_ = false;
  struct open_question {
    caf::response_promise promise;
    time_ms until = 0;
  };
  std::map<std::uint64_t, open_question> questions_; ///< asked of the other node, not answered yet
  std::uint64_t last_question_ = 0;
};

caf::actor spawn_remote_shard(caf::actor_system& sys, shard_id shard, node_context_ptr context);

} // namespace wakala::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::route_change)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::shard_is_here)
