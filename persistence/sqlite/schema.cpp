#include "persistence/sqlite/schema.hpp"

namespace wakala::persistence::sqlite {

namespace {

// The list of tables is spelled out here and not taken from tables.inc: a step that stores have gone through never
// changes again. Rows stand in the order in which they first came, so that what is written at the same time lies
// together on disk whatever its keys are; the index by key holds no values and is small (decision 0015). Rows of some
// tables are asked for by due time and know their shard for it.
#define WAKALA_KEYED_2(name) "CREATE UNIQUE INDEX " name "_by_key ON " name " (tenant, key);"
#define WAKALA_FOLDED_2(name)                                                                                        \
  "CREATE TABLE " name                                                                                               \
  " (tenant INTEGER NOT NULL, key BLOB NOT NULL, due INTEGER NOT NULL, value BLOB NOT NULL);" WAKALA_KEYED_2(name)
#define WAKALA_FOLDED_DUE_2(name)                                                                                    \
  "CREATE TABLE " name " (tenant INTEGER NOT NULL, key BLOB NOT NULL, due INTEGER NOT NULL, value BLOB NOT NULL,"    \
  " shard INTEGER NOT NULL);" WAKALA_KEYED_2(name) "CREATE INDEX " name "_due ON " name                              \
                                                   " (shard, due) WHERE due > 0;"

constexpr const char* tables_2 =
    WAKALA_FOLDED_2("conversations") WAKALA_FOLDED_2("transcript") WAKALA_FOLDED_2("deliveries")
        WAKALA_FOLDED_DUE_2("outbox") WAKALA_FOLDED_DUE_2("timers") WAKALA_FOLDED_2("identities")
            WAKALA_FOLDED_2("message_refs") WAKALA_FOLDED_2("tenant_entities") WAKALA_FOLDED_2("dead_letters")
                WAKALA_FOLDED_DUE_2("aside") WAKALA_FOLDED_2("notices") WAKALA_FOLDED_2("figures") R"sql(
CREATE TABLE tenant_numbers (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
CREATE TABLE folded (shard INTEGER PRIMARY KEY, seq INTEGER NOT NULL);
CREATE TABLE event_keys (shard INTEGER NOT NULL, bucket INTEGER NOT NULL, hash BLOB NOT NULL, at INTEGER NOT NULL,
                         PRIMARY KEY (shard, bucket, hash)) WITHOUT ROWID;
CREATE TABLE tenants (id TEXT PRIMARY KEY, shard INTEGER NOT NULL, wrapped_key BLOB NOT NULL, config BLOB NOT NULL,
                      version INTEGER NOT NULL, digest INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL, digest INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE facts (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE VIEW whatsapp_conversations AS
  SELECT id AS tenant_id,
         strftime('%Y-%m-%dT%H:%M:%fZ', json_extract(figure, '$.created_at') / 1000.0, 'unixepoch') AS created_at,
         json_extract(figure, '$.category') AS conversation_category,
         json_extract(figure, '$.message_count') AS message_count,
         json_extract(figure, '$.duration_seconds') AS session_duration_seconds,
         CAST(json_extract(figure, '$.cost_usd') AS REAL) AS cost_usd
  FROM (SELECT id, CAST(value AS TEXT) AS figure FROM figures JOIN tenant_numbers ON number = tenant)
  WHERE json_valid(figure);
)sql";

// What one append brought stands together as one value (row_codec.hpp), in the order of the commits, without an
// index: an index on (shard, seq) touches as many pages as there are shards in a batch and halves the rate of
// appends, and rows of their own cost twice what their bytes do. A mark, now and then, says where to begin to look
// for a shard's tail.
constexpr const char* journal_2 = R"sql(
CREATE TABLE journal (id INTEGER PRIMARY KEY, rows BLOB NOT NULL);
CREATE TABLE journal_marks (id INTEGER PRIMARY KEY, positions BLOB NOT NULL);
CREATE TABLE shard_leases (shard INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, last_seq INTEGER NOT NULL);
CREATE TABLE journal_facts (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
)sql";

constexpr const char* keys_2 = R"sql(
CREATE TABLE conversation_keys (tenant TEXT NOT NULL, conversation BLOB NOT NULL, wrapped BLOB NOT NULL,
                                digest INTEGER NOT NULL, PRIMARY KEY (tenant, conversation)) WITHOUT ROWID;
CREATE TABLE key_facts (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
)sql";

constexpr const char* tables_3 = WAKALA_FOLDED_2("orders") WAKALA_FOLDED_2("stock_holds");

// Step 1 was the form before the first release. It was never in the field, so nothing leads from it to here.
constexpr migration all_migrations[] = {{2, tables_2, journal_2, keys_2}, {3, tables_3, "", ""}};

result<std::int64_t> read_number(connection& db, const char* sql) {
  auto query = statement::prepare(db, sql);
  if (!query)
    return query.error();
  auto row = query->next();
  if (!row)
    return row.error();
  return *row ? query->number(0) : 0;
}

// PRAGMA takes no bound values, so the number is part of the text; it comes from the list above only.
result<void> set_version(connection& db, int version) {
  const std::string sql = "PRAGMA user_version = " + std::to_string(version);
  return db.run(sql.c_str());
}

result<void> apply(connection& db, part what, const migration& step) {
  auto done = db.run("BEGIN IMMEDIATE; PRAGMA application_id = 0x574b4c41;");
  if (done && (what == part::tables || what == part::tables_and_journal))
    done = db.run(step.tables);
  if (done && (what == part::journal || what == part::tables_and_journal))
    done = db.run(step.journal);
  if (done && what == part::keys)
    done = db.run(step.keys);
  if (done)
    done = set_version(db, step.version);
  if (done)
    done = db.run("COMMIT");
  if (!done)
    static_cast<void>(db.run("ROLLBACK")); // fails when SQLite has rolled back by itself
  return done;
}

error before_the_first(const file_state& state, const std::string& path) {
  return make_error(errc::conflict, path + " was written by a version before the first release (schema " +
                                        std::to_string(state.version) + "), from which nothing can be carried over");
}

error newer(const file_state& state, const std::string& path) {
  return make_error(errc::conflict, path + " was written by a newer version of this program (schema " +
                                        std::to_string(state.version) + ")");
}

} // namespace

std::span<const migration> migrations() noexcept { return all_migrations; }

result<file_state> inspect(connection& db, const std::string& path) {
  const auto application = read_number(db, "PRAGMA application_id");
  if (!application)
    return make_error(application.error().code, path + ": " + application.error().what);
  const auto objects = read_number(db, "SELECT count(*) FROM sqlite_schema");
  if (!objects)
    return make_error(objects.error().code, path + ": " + objects.error().what);
  file_state out;
  out.fresh = *objects == 0;
  if (!out.fresh && *application != application_id)
    return make_error(errc::corrupt, path + " is an SQLite database, but not one of ours");
  const auto version = read_number(db, "PRAGMA user_version");
  const auto journals =
      read_number(db, "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'journal'");
  if (!version || !journals)
    return make_error(errc::corrupt, path + ": its schema cannot be read");
  out.version = static_cast<int>(*version);
  out.has_journal = *journals > 0;
  return out;
}

result<void> migrate(connection& db, const std::string& path, part what, std::span<const migration> steps) {
  const auto state = inspect(db, path);
  if (!state)
    return state.error();
  if (!steps.empty() && state->version > steps.back().version)
    return newer(*state, path);
  if (!steps.empty() && !state->fresh && state->version < steps.front().version)
    return before_the_first(*state, path);
  for (const migration& step : steps) {
    if (step.version <= state->version)
      continue;
    auto done = apply(db, what, step);
    if (!done)
      return make_error(done.error().code,
                        path + ": step " + std::to_string(step.version) + ": " + done.error().what);
  }
  return {};
}

result<void> require_present_version(const file_state& state, const std::string& path) {
  const int present = all_migrations[std::size(all_migrations) - 1].version;
  if (state.fresh)
    return make_error(errc::corrupt, path + " holds no store");
  if (state.version > present)
    return newer(state, path);
  if (state.version < all_migrations[0].version)
    return before_the_first(state, path);
  if (state.version < present)
    return make_error(errc::conflict, path + " is of an older version (schema " + std::to_string(state.version) +
                                          "): start the daemon on it once");
  return {};
}

} // namespace wakala::persistence::sqlite
