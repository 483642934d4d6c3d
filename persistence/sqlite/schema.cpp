#include "persistence/sqlite/schema.hpp"

namespace wakala::persistence::sqlite {

namespace {

// Twelve tables of one form. The list is spelled out here and not taken from tables.inc: a step that stores have gone
// through never changes again.
#define WAKALA_FOLDED_1(name)                                                                                        \
  "CREATE TABLE " name " (tenant TEXT NOT NULL, key BLOB NOT NULL, shard INTEGER NOT NULL, due INTEGER NOT NULL,"    \
  " value BLOB NOT NULL, PRIMARY KEY (tenant, key)) WITHOUT ROWID;"                                                  \
  "CREATE INDEX " name "_due ON " name " (shard, due) WHERE due > 0;"

constexpr const char* tables_1 = WAKALA_FOLDED_1("conversations") WAKALA_FOLDED_1("transcript")
    WAKALA_FOLDED_1("deliveries") WAKALA_FOLDED_1("outbox") WAKALA_FOLDED_1("timers") WAKALA_FOLDED_1("identities")
        WAKALA_FOLDED_1("message_refs") WAKALA_FOLDED_1("tenant_entities") WAKALA_FOLDED_1("dead_letters")
            WAKALA_FOLDED_1("aside") WAKALA_FOLDED_1("notices") WAKALA_FOLDED_1("figures") R"sql(
CREATE TABLE folded (shard INTEGER PRIMARY KEY, seq INTEGER NOT NULL);
CREATE TABLE event_keys (shard INTEGER NOT NULL, bucket INTEGER NOT NULL, hash BLOB NOT NULL, at INTEGER NOT NULL,
                         PRIMARY KEY (shard, bucket, hash)) WITHOUT ROWID;
CREATE TABLE tenants (id TEXT PRIMARY KEY, shard INTEGER NOT NULL, wrapped_key BLOB NOT NULL, config BLOB NOT NULL,
                      version INTEGER NOT NULL, digest INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL, digest INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE facts (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE VIEW whatsapp_conversations AS
  SELECT tenant AS tenant_id,
         strftime('%Y-%m-%dT%H:%M:%fZ', json_extract(figure, '$.created_at') / 1000.0, 'unixepoch') AS created_at,
         json_extract(figure, '$.category') AS conversation_category,
         json_extract(figure, '$.message_count') AS message_count,
         json_extract(figure, '$.duration_seconds') AS session_duration_seconds,
         CAST(json_extract(figure, '$.cost_usd') AS REAL) AS cost_usd
  FROM (SELECT tenant, CAST(value AS TEXT) AS figure FROM figures) WHERE json_valid(figure);
)sql";

// Rows stand in the order of their commits, without an index: an index on (shard, seq) touches as many pages as there
// are shards in a batch and halves the rate of appends. A mark, now and then, says where to begin to look for a
// shard's tail.
constexpr const char* journal_1 = R"sql(
CREATE TABLE journal (id INTEGER PRIMARY KEY, shard INTEGER NOT NULL, seq INTEGER NOT NULL, epoch INTEGER NOT NULL,
                      at INTEGER NOT NULL, tenant TEXT NOT NULL, conversation BLOB, key_bucket INTEGER, key_hash BLOB,
                      hops BLOB NOT NULL, digest INTEGER NOT NULL, business BLOB NOT NULL, personal BLOB NOT NULL);
CREATE TABLE journal_marks (id INTEGER PRIMARY KEY, positions BLOB NOT NULL);
CREATE TABLE shard_leases (shard INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, last_seq INTEGER NOT NULL);
CREATE TABLE journal_facts (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
)sql";

constexpr const char* keys_1 = R"sql(
CREATE TABLE conversation_keys (tenant TEXT NOT NULL, conversation BLOB NOT NULL, wrapped BLOB NOT NULL,
                                digest INTEGER NOT NULL, PRIMARY KEY (tenant, conversation)) WITHOUT ROWID;
CREATE TABLE key_facts (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
)sql";

constexpr migration all_migrations[] = {{1, tables_1, journal_1, keys_1}};

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
  if (state.version < present)
    return make_error(errc::conflict, path + " is of an older version (schema " + std::to_string(state.version) +
                                          "): start the daemon on it once");
  return {};
}

} // namespace wakala::persistence::sqlite
