/// \file
/// Our numbers and ids as PostgreSQL has them, and back. It knows no unsigned numbers; ours never come near the sign.
#pragma once

#include "persistence/postgres/connection.hpp"
#include "persistence/raw_ids.hpp"
#include "runtime/core/ids.hpp"

namespace wakala::persistence::postgres {

constexpr std::int32_t to_int4(shard_id shard) noexcept { return static_cast<std::int32_t>(shard); }
constexpr std::int64_t to_int8(std::uint64_t number) noexcept { return static_cast<std::int64_t>(number); }

inline std::uint64_t unsigned_at(const answer& from, int row, int column) noexcept {
  return static_cast<std::uint64_t>(from.number(row, column));
}

} // namespace wakala::persistence::postgres
