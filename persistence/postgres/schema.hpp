/// \file
/// The tables in PostgreSQL, and how a database comes to have them.
#pragma once

#include "persistence/postgres/connection.hpp"

#include <cstdint>
#include <span>

namespace wakala::persistence::postgres {

struct migration {
  int version;
  const char* sql;
};

/// In order; a step that databases have gone through never changes.
std::span<const migration> migrations() noexcept;

/// Brings the database up to date and fixes the number of shards if nobody did before. Nodes that start together take
/// turns. `conflict` when the database is newer than this program or has another number of shards.
result<void> prepare_database(connection& on, std::uint32_t shard_count,
                              std::span<const migration> steps = migrations());

} // namespace wakala::persistence::postgres
