/// \file
/// The numbered steps by which a store's files came to their present form.
#pragma once

#include "persistence/sqlite/connection.hpp"

#include <cstdint>
#include <span>

namespace wakala::persistence::sqlite {

/// What a file holds. A backup holds tables and journal in one file.
enum class part : std::uint8_t { tables, journal, tables_and_journal, keys };

/// One step. All files of a store go through all steps, so that one number says where a store stands.
struct migration {
  int version;
  const char* tables;
  const char* journal;
  const char* keys;
};

std::span<const migration> migrations() noexcept;

/// Marks our files, as `PRAGMA application_id`.
constexpr std::int64_t application_id = 0x574b4c41;

/// How a file stands before anything is written to it.
struct file_state {
  bool fresh = false;       ///< no table in it yet
  bool has_journal = false; ///< it holds the journal
  int version = 0;
};

/// `corrupt` when the file is no database, or a database of somebody else.
result<file_state> inspect(connection& db, const std::string& path);

/// Brings one file up to the last of `steps`, each in its own transaction. `conflict` when a newer program wrote it.
result<void> migrate(connection& db, const std::string& path, part what, std::span<const migration> steps);

/// `conflict` unless the file is of exactly the present version: for those who only read.
result<void> require_present_version(const file_state& state, const std::string& path);

} // namespace wakala::persistence::sqlite
