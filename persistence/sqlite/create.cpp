#include "persistence/sqlite/create.hpp"

#include "persistence/sqlite/connection.hpp"
#include "persistence/sqlite/schema.hpp"
#include "persistence/sqlite/setup.hpp"

#include <optional>

namespace wakala::persistence::sqlite {

namespace {

constexpr const char* get_fact_sql = "SELECT value FROM facts WHERE name = ?1";
constexpr const char* get_journal_fact_sql = "SELECT value FROM journal_facts WHERE name = ?1";
constexpr const char* get_key_fact_sql = "SELECT value FROM key_facts WHERE name = ?1";
constexpr const char* put_fact_sql = "INSERT INTO facts (name, value) VALUES (?1, ?2)";
constexpr const char* put_key_fact_sql = "INSERT OR REPLACE INTO key_facts (name, value) VALUES (?1, ?2)";
constexpr const char* new_store_id_sql =
    "INSERT OR IGNORE INTO journal_facts (name, value) VALUES (?1, lower(hex(randomblob(16))))";
constexpr const char* count_journal_sql = "SELECT count(*) FROM (SELECT 1 FROM journal LIMIT 1)";
constexpr const char* journal_mode_sql = "PRAGMA journal_mode";

result<std::optional<std::string>> read_fact(const connection& db, const char* sql, std::string_view name) {
  auto query = statement::prepare(db, sql);
  if (!query)
    return query.error();
  auto row = query->bind_text(1, name).next();
  if (!row)
    return row.error();
  if (!*row)
    return std::optional<std::string>{};
  return std::optional<std::string>{std::string(query->text(0))};
}

result<void> write_fact(const connection& db, const char* sql, std::string_view name, std::string_view value) {
  auto insert = statement::prepare(db, sql);
  if (!insert)
    return insert.error();
  return insert->bind_text(1, name).bind_text(2, value).run();
}

/// Opens for writing, in WAL mode, at the present schema.
result<connection> open_migrated(const std::string& path, part what) {
  auto probe = connection::open(path, access::read_write, setup_inspect);
  if (!probe)
    return probe.error();
  const auto state =
      inspect(*probe, path); // before anything, even the journal mode, is written to somebody else's file
  if (!state)
    return state.error();
  auto db = connection::open(path, access::read_write, setup_create);
  if (!db)
    return db.error();
  auto mode = statement::prepare(*db, journal_mode_sql);
  if (!mode)
    return mode.error();
  auto row = mode->next();
  if (!row)
    return row.error();
  if (mode->text(0) != "wal")
    return make_error(errc::unavailable, path + ": its file system does not support write-ahead logging");
  mode->reset();
  auto done = migrate(*db, path, what, migrations());
  if (!done)
    return done.error();
  return db;
}

/// True when the file is a journal that was given to a store. Creation makes all files before it writes that.
result<bool> is_journal_of_a_store(const std::string& file) {
  if (!file_exists(file))
    return false;
  auto db = connection::open(file, access::read_write, setup_inspect);
  if (!db)
    return db.error();
  const auto state = inspect(*db, file);
  if (!state)
    return state.error();
  if (state->fresh)
    return false;
  const auto id = read_fact(*db, get_journal_fact_sql, store_id_fact);
  if (!id)
    return id.error();
  return id->has_value();
}

/// The layout of a store that was completely created before; nothing when there is none.
result<std::optional<file_layout>> find_existing(const std::string& path) {
  if (!file_exists(path)) {
    const auto journal = separate_files(path).journal;
    const auto orphaned = is_journal_of_a_store(journal);
    if (!orphaned)
      return orphaned.error();
    if (*orphaned)
      return make_error(errc::corrupt, path + " is missing, but its journal " + journal + " is there");
    return std::optional<file_layout>{};
  }
  auto db = connection::open(path, access::read_write, setup_inspect);
  if (!db)
    return db.error();
  const auto state = inspect(*db, path);
  if (!state)
    return state.error();
  if (state->fresh)
    return std::optional<file_layout>{};
  const auto shards = read_fact(*db, get_fact_sql, shard_count_fact);
  if (!shards)
    return shards.error();
  if (!*shards)
    return std::optional<file_layout>{}; // creation was cut short; nothing can have been committed to it
  const file_layout files = state->has_journal ? joined_files(path) : separate_files(path);
  for (const std::string& companion : {files.journal, files.keys})
    if (!file_exists(companion))
      return make_error(errc::corrupt, companion + " is missing; it belongs to the store " + path);
  return std::optional<file_layout>{files};
}

result<void> create_all(const file_layout& files) {
  for (const std::string& path : {files.keys, files.journal, files.tables}) {
    auto done = create_file(path);
    if (!done)
      return done;
  }
  return sync_directory_of(files.tables);
}

} // namespace

result<file_layout> open_or_create_files(const std::string& path, std::uint32_t shard_count) {
  const auto existing = find_existing(path);
  if (!existing)
    return existing.error();
  const file_layout files = *existing ? **existing : separate_files(path);
  if (!*existing) {
    auto created = create_all(files);
    if (!created)
      return created.error();
  }
  auto keys = open_migrated(files.keys, part::keys);
  if (!keys)
    return keys.error();
  auto tables = open_migrated(files.tables, files.one_file() ? part::tables_and_journal : part::tables);
  if (!tables)
    return tables.error();
  connection separate;
  if (!files.one_file()) {
    auto opened = open_migrated(files.journal, part::journal);
    if (!opened)
      return opened.error();
    separate = std::move(*opened);
  }
  connection& journal = files.one_file() ? *tables : separate;

  if (!*existing) {
    auto count = statement::prepare(journal, count_journal_sql);
    if (!count)
      return count.error();
    auto row = count->next();
    if (!row)
      return row.error();
    if (count->number(0) != 0)
      return make_error(errc::corrupt, path + " is missing or empty, but " + files.journal + " holds commits");
    count->reset();
    auto make_id = statement::prepare(journal, new_store_id_sql);
    if (!make_id)
      return make_id.error();
    auto done = make_id->bind_text(1, store_id_fact).run();
    if (!done)
      return done.error();
  }
  const auto id = read_fact(journal, get_journal_fact_sql, store_id_fact);
  if (!id)
    return id.error();
  if (!*existing) {
    // The shard count last: it says that the store is complete.
    auto done = write_fact(*keys, put_key_fact_sql, store_id_fact, id->value_or(""));
    if (done)
      done = tables->run("BEGIN IMMEDIATE");
    if (done)
      done = write_fact(*tables, put_fact_sql, store_id_fact, id->value_or(""));
    if (done)
      done = write_fact(*tables, put_fact_sql, shard_count_fact, std::to_string(shard_count));
    if (done)
      done = tables->run("COMMIT");
    if (done)
      done = sync_directory_of(path);
    if (!done)
      return done.error();
  }
  const auto shards = read_fact(*tables, get_fact_sql, shard_count_fact);
  if (!shards)
    return shards.error();
  if (shards->value_or("") != std::to_string(shard_count))
    return make_error(errc::conflict,
                      path + " was created with " + shards->value_or("no") + " shards, not " +
                          std::to_string(shard_count) + "; the number is fixed when a store is created",
                      "cluster.shard_count");
  const auto tables_id = read_fact(*tables, get_fact_sql, store_id_fact);
  const auto keys_id = read_fact(*keys, get_key_fact_sql, store_id_fact);
  if (!tables_id || !keys_id)
    return make_error(errc::corrupt, path + ": the store's identity cannot be read");
  if (!*id || *tables_id != *id)
    return make_error(errc::corrupt, files.journal + " belongs to another store than " + path);
  if (*keys_id != *id)
    return make_error(errc::corrupt, files.keys + " belongs to another store than " + path);
  return files;
}

} // namespace wakala::persistence::sqlite
