/// \file
/// Journal rows, tenants and keys as columns, with their checksums.
#pragma once

#include "persistence/sqlite/connection.hpp"
#include "persistence/store.hpp"

namespace wakala::persistence::sqlite {

#define WAKALA_JOURNAL_COLUMNS                                                                                       \
  "id, shard, seq, epoch, at, tenant, conversation, key_bucket, key_hash, hops, digest, business, personal"

inline constexpr const char* insert_journal_row_sql =
    "INSERT INTO journal (" WAKALA_JOURNAL_COLUMNS
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";

/// Binds a row to `insert_journal_row_sql`. `personal` and `business` are its encoded records; all must outlive the
/// run.
void bind_journal_row(statement& insert, std::int64_t id, const journal_row& row, std::string_view personal,
                      std::string_view business);

/// Reads a row of `SELECT WAKALA_JOURNAL_COLUMNS`. `corrupt` when its checksum or its records do not hold.
result<journal_row> read_journal_row(const statement& row);

std::uint32_t tenant_digest(const tenant_row& row) noexcept;
std::uint32_t key_digest(std::string_view tenant, std::string_view conversation, std::string_view wrapped) noexcept;
std::uint32_t meta_digest(std::string_view name, std::string_view value) noexcept;

inline std::string_view view_of(const std::array<std::uint8_t, 16>& raw) noexcept {
  return {reinterpret_cast<const char*>(raw.data()), raw.size()};
}

/// False when the bytes are not 16.
bool to_array(std::string_view raw, std::array<std::uint8_t, 16>& out) noexcept;

/// The last sequence number of every shard, as a mark holds it.
bytes encode_positions(const std::vector<std::uint64_t>& positions);
/// 0 when the mark is shorter.
std::uint64_t position_in(std::string_view encoded, shard_id shard) noexcept;

} // namespace wakala::persistence::sqlite
