/// \file
/// Which node should serve which shard. Every node that knows the same names comes to the same answer.
#pragma once

#include "runtime/core/ids.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::runtime {

/// What a node would bid for a shard: rendezvous hashing. Part of the protocol between nodes: never change it.
std::uint64_t bid(std::string_view node, shard_id shard) noexcept;

/// The node with the highest bid, for each shard; empty strings when there is no node. A node that comes takes shards
/// from others and moves none between them; of a node that goes only its own shards move. Names are distinct.
std::vector<std::string> place_shards(std::uint32_t shard_count, std::span<const std::string> nodes);

} // namespace wakala::runtime
