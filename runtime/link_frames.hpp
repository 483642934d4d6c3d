/// \file
/// The first byte of whatever one node asks another: what it is. Part of the protocol between nodes: append only.
#pragma once

#include <cstdint>

namespace wakala::runtime {

enum class frame_kind : std::uint8_t {
  shard_free = 1,      ///< to membership: a shard that you are to have is nobody's now
  shard_taken = 2,     ///< to membership: I have a shard now
  batch = 3,           ///< updates for a shard
  question = 4,        ///< of the admin API, for a tenant or the registry
  tenants_changed = 5, ///< read the tenants again, and say when you have
  node_question = 6,   ///< for the consoles, about the node itself: JSON; answered as a question is
};

} // namespace wakala::runtime
