/// \file
/// The PRAGMAs of each kind of connection, and why.
#pragma once

namespace wakala::persistence::sqlite {

#define WAKALA_SETUP_COMMON "PRAGMA busy_timeout = 1000; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;"

// Checkpoints run on their own connection, never inside a commit; a log that grew is cut back to 128 MiB.
#define WAKALA_SETUP_WAL                                                                                             \
  "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 134217728;"

/// Looks at a file of which nothing is known yet.
inline constexpr const char* setup_inspect = WAKALA_SETUP_COMMON;

/// Creates and migrates.
inline constexpr const char* setup_create =
    WAKALA_SETUP_COMMON WAKALA_SETUP_WAL "PRAGMA synchronous = FULL; PRAGMA secure_delete = OFF;";

/// The journal: every commit is on disk when it returns. Its values are sealed, so nothing is wiped.
inline constexpr const char* setup_journal = WAKALA_SETUP_COMMON WAKALA_SETUP_WAL
    "PRAGMA synchronous = FULL; PRAGMA secure_delete = OFF; PRAGMA cache_size = -8192;";

/// The tables: a fold that a power cut undoes is folded again from the journal, so NORMAL is enough. The log is
/// synced before a checkpoint copies it, and the folded position is in the same transaction as the rows.
inline constexpr const char* setup_tables = WAKALA_SETUP_COMMON WAKALA_SETUP_WAL
    "PRAGMA synchronous = NORMAL; PRAGMA secure_delete = OFF; PRAGMA cache_size = -16384;";

/// For a write to the tables' file that is durable on return and leaves no trace of what it replaces; and back.
inline constexpr const char* setup_durable = "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;";
inline constexpr const char* setup_not_durable = "PRAGMA synchronous = NORMAL; PRAGMA secure_delete = OFF;";

/// Wrapped keys: durable, and what is erased is overwritten.
inline constexpr const char* setup_keys =
    WAKALA_SETUP_COMMON WAKALA_SETUP_WAL "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;";

inline constexpr const char* setup_reader = WAKALA_SETUP_COMMON "PRAGMA cache_size = -8192; PRAGMA query_only = ON;";

/// Waits only briefly for readers: it holds up the writer meanwhile, and can come back later.
inline constexpr const char* setup_checkpoint =
    "PRAGMA busy_timeout = 20; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 134217728;";

inline constexpr const char* attach_commits_sql = "ATTACH ?1 AS commits";
inline constexpr const char* attach_keys_sql = "ATTACH ?1 AS keys";
inline constexpr const char* attach_source_sql = "ATTACH ?1 AS source";

} // namespace wakala::persistence::sqlite
