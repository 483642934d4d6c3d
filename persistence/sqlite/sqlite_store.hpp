/// \file
/// The embedded default: SQLite in WAL mode with synchronous=FULL. Three files: PATH (tables), PATH.commits (journal)
/// and PATH.keys (wrapped conversation keys).
#pragma once

#include "persistence/reports.hpp"
#include "persistence/store.hpp"

#include <chrono>
#include <string>

namespace wakala::persistence {

struct sqlite_options {
  std::string path;
  std::uint32_t shard_count = 32; ///< used when the store is created; an existing store with another count is refused
  std::size_t readers = 2;        ///< read connections
};

/// Opens or creates. `unavailable` when the files cannot be opened or written, `corrupt` when they are no store of
/// ours, `conflict` when another process serves from it (a lock on PATH.lock) or the shard count differs; `what` says
/// which and why.
result<std::unique_ptr<store>> open_sqlite_store(const sqlite_options& options);

/// Copies a store, also while a daemon serves from it, into one file that holds tables and journal consistently, and
/// into `to + ".keys"` the wrapped conversation keys. Refuses to overwrite.
result<void> backup_sqlite_store(const std::string& from, const std::string& to);

/// Reads everything: SQLite's own integrity check, gap-free sequences, decodable rows, folded positions, and that
/// folding the journal gives what the tables hold. Works on a live store's PATH, a stopped one and a backup.
result<verify_report> verify_sqlite_store(const std::string& path);

/// Folds the journal from its start (a checkpoint when it was trimmed) into fresh tables and compares them with the
/// stored ones, up to the position that the stored ones have reached. Changes nothing.
result<rebuild_report> rebuild_sqlite_store(const std::string& path);

} // namespace wakala::persistence
