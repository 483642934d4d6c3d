/// \file
/// Creating a store's files, and checking that those which are there belong together.
#pragma once

#include "persistence/sqlite/files.hpp"

#include <cstdint>

namespace wakala::persistence::sqlite {

/// Creates what is missing of a new store, brings an old one up to the present schema. `conflict` for another shard
/// count or a newer schema, `corrupt` for files that are not ours, missing, or of different stores. The caller holds
/// the serving lock.
result<file_layout> open_or_create_files(const std::string& path, std::uint32_t shard_count);

/// Names in `facts`, `journal_facts` and `key_facts`.
inline constexpr const char* shard_count_fact = "shard_count";
inline constexpr const char* store_id_fact = "store_id";

} // namespace wakala::persistence::sqlite
