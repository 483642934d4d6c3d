/// \file
/// What the store's own rows are made of: checksums, ids, positions.
#pragma once

#include "persistence/raw_ids.hpp"
#include "persistence/store.hpp"

namespace wakala::persistence::sqlite {

std::uint32_t tenant_digest(const tenant_row& row) noexcept;
std::uint32_t key_digest(std::string_view tenant, std::string_view conversation, std::string_view wrapped) noexcept;
std::uint32_t meta_digest(std::string_view name, std::string_view value) noexcept;

/// The last sequence number of every shard, as a mark holds it.
bytes encode_positions(const std::vector<std::uint64_t>& positions);
/// 0 when the mark is shorter.
std::uint64_t position_in(std::string_view encoded, shard_id shard) noexcept;

} // namespace wakala::persistence::sqlite
