/// \file
/// A store in memory, for tests. Same contract as the durable ones.
#pragma once

#include "persistence/store.hpp"

namespace wakala::persistence {

std::unique_ptr<store> make_memory_store(std::uint32_t shard_count);

} // namespace wakala::persistence
