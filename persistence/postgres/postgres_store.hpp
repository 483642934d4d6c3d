/// \file
/// A store in PostgreSQL, for any number of nodes at the same time.
#pragma once

#include "persistence/reports.hpp"
#include "persistence/store.hpp"

#include <memory>
#include <string>

namespace wakala::persistence {

/// What the process means to do with the database.
enum class serving : std::uint8_t {
  nothing,    ///< perhaps some shards: nobody is kept out
  alone,      ///< all shards: refuse to begin beside anybody who serves
  in_cluster, ///< some of them: refuse to begin beside one who serves alone
};

struct postgres_options {
  /// As libpq reads it: `postgresql://user@host:port/database?sslmode=verify-full&…`. What it does not say comes from
  /// libpq's environment (`PGPASSWORD`, `PGPASSFILE`, `PGSSLROOTCERT`, …).
  std::string url;
  std::uint32_t shard_count = 32;
  std::size_t readers = 4;     ///< connections for reading
  std::string node = "wakala"; ///< who takes shards; in `shard_leases` and `pg_stat_activity`
  serving serves = serving::nothing;
};

/// Creates or migrates the tables. `invalid_argument` for options that cannot be, `conflict` when the database was
/// made by a newer version or for another number of shards, `unavailable` when it cannot be reached.
///
/// Every row of a journal and every fold is written under the lock of the shard's lease and its epoch, in the same
/// transaction. Secure erasing is the database's: a deleted key is gone from the table after its next VACUUM.
result<std::unique_ptr<store>> open_postgres_store(const postgres_options& options);

/// Reads everything as it is at one moment, also while daemons serve: gap-free sequences, epochs that never fall,
/// checksums, and that folding the journal gives what the tables hold. Keeps the tables' rows in memory meanwhile.
result<verify_report> verify_postgres_store(const std::string& url);

/// Only the last of these. `corrupt` when the journal itself is damaged. Changes nothing.
result<rebuild_report> rebuild_postgres_store(const std::string& url);

} // namespace wakala::persistence
