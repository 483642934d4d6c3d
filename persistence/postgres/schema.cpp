#include "persistence/postgres/schema.hpp"

#include <string>

namespace wakala::persistence::postgres {

namespace {

// Spelled out, not made from the list of tables: a step never changes again. Keys and names are compared byte by
// byte.
#define WAKALA_FOLDED_1(name)                                                                                        \
  "CREATE TABLE " name " (tenant text COLLATE \"C\" NOT NULL, key bytea NOT NULL, due bigint NOT NULL,"              \
  " shard integer NOT NULL, value bytea NOT NULL, PRIMARY KEY (tenant, key));"
#define WAKALA_FOLDED_DUE_1(name)                                                                                    \
  WAKALA_FOLDED_1(name)                                                                                              \
  "CREATE INDEX " name "_due ON " name " (shard, due) WHERE due > 0;"

constexpr const char* step_1 =
    WAKALA_FOLDED_1("conversations") WAKALA_FOLDED_1("transcript") WAKALA_FOLDED_1("deliveries")
        WAKALA_FOLDED_DUE_1("outbox") WAKALA_FOLDED_DUE_1("timers") WAKALA_FOLDED_1("identities")
            WAKALA_FOLDED_1("message_refs") WAKALA_FOLDED_1("tenant_entities") WAKALA_FOLDED_1("dead_letters")
                WAKALA_FOLDED_DUE_1("aside") WAKALA_FOLDED_1("notices") WAKALA_FOLDED_1("figures") R"sql(
CREATE TABLE journal (shard integer NOT NULL, seq bigint NOT NULL, epoch bigint NOT NULL, row_bytes bytea NOT NULL,
                      PRIMARY KEY (shard, seq));
CREATE TABLE shard_leases (shard integer PRIMARY KEY, epoch bigint NOT NULL, node text NOT NULL);
CREATE TABLE nodes (name text COLLATE "C" PRIMARY KEY, incarnation bigint NOT NULL, address text NOT NULL,
                    protocol integer NOT NULL, version text NOT NULL, is_draining boolean NOT NULL,
                    started_at bigint NOT NULL, beat_at bigint NOT NULL);
CREATE TABLE folded (shard integer PRIMARY KEY, seq bigint NOT NULL);
CREATE TABLE event_keys (shard integer NOT NULL, bucket bigint NOT NULL, hash bytea NOT NULL, at bigint NOT NULL,
                         PRIMARY KEY (shard, bucket, hash));
CREATE TABLE conversation_keys (tenant text COLLATE "C" NOT NULL, conversation bytea NOT NULL, wrapped bytea NOT NULL,
                                PRIMARY KEY (tenant, conversation));
CREATE TABLE tenants (id text COLLATE "C" PRIMARY KEY, shard integer NOT NULL, wrapped_key bytea NOT NULL,
                      config bytea NOT NULL, version bigint NOT NULL);
CREATE TABLE meta (name text COLLATE "C" PRIMARY KEY, value bytea NOT NULL);
CREATE TABLE facts (name text PRIMARY KEY, value bigint NOT NULL);
CREATE VIEW whatsapp_conversations AS
  SELECT tenant AS tenant_id,
         to_timestamp((figure ->> 'created_at')::double precision / 1000) AS created_at,
         figure ->> 'category' AS conversation_category,
         (figure ->> 'message_count')::bigint AS message_count,
         (figure ->> 'duration_seconds')::bigint AS session_duration_seconds,
         (figure ->> 'cost_usd')::double precision AS cost_usd
  FROM (SELECT tenant, convert_from(value, 'UTF8')::json AS figure FROM figures OFFSET 0) AS f;
)sql";

// Where an operator wants a shard to be (not in the leases: whoever changes one of those keeps commits out for that
// moment); how often tenants have changed, for nodes that keep them in memory; and by
// what nodes know that they belong together.
constexpr const char* step_2 = R"sql(
CREATE TABLE shard_pins (shard integer PRIMARY KEY, node text COLLATE "C" NOT NULL);
INSERT INTO facts (name, value) VALUES ('tenants_version', 0), ('cluster_id', floor(random() * 9e15)::bigint);
)sql";

constexpr const char* step_3 = WAKALA_FOLDED_1("orders") WAKALA_FOLDED_1("stock_holds");

constexpr migration all_migrations[] = {{1, step_1}, {2, step_2}, {3, step_3}};

/// Any number that nothing else in the database takes for its own: "wakala" in letters.
constexpr const char* take_turn_sql = "SELECT pg_advisory_xact_lock(131260297079905)";
constexpr const char* have_facts_sql = "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                                       " WHERE c.relname = 'facts' AND n.nspname = current_schema()";
constexpr const char* fact_sql = "SELECT value FROM facts WHERE name = $1";
constexpr const char* set_fact_sql =
    "INSERT INTO facts (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
constexpr const char* add_leases_sql =
    "INSERT INTO shard_leases (shard, epoch, node) SELECT s, 0, '' FROM generate_series(0, $1::int4 - 1) AS s";
constexpr const char* add_folded_sql =
    "INSERT INTO folded (shard, seq) SELECT s, 0 FROM generate_series(0, $1::int4 - 1) AS s";

result<std::int64_t> fact(connection& on, std::string_view name) {
  const auto found = on.run(fact_sql, parameters{}.text(name));
  if (!found)
    return found.error();
  return found->rows() == 0 ? 0 : found->number(0, 0);
}

result<void> set_fact(connection& on, std::string_view name, std::int64_t value) {
  const auto done = on.run(set_fact_sql, parameters{}.text(name).int8(value));
  if (!done)
    return done.error();
  return {};
}

result<std::int64_t> version_of(connection& on) {
  const auto there = on.run(have_facts_sql);
  if (!there)
    return there.error();
  return there->number(0, 0) == 0 ? result<std::int64_t>{0} : fact(on, "version");
}

result<void> go_through(connection& on, const migration& step) {
  auto done = on.run_script(step.sql);
  if (done)
    done = set_fact(on, "version", step.version);
  if (!done)
    return make_error(done.error().code, "step " + std::to_string(step.version) + ": " + done.error().what);
  return {};
}

result<void> fix_shards(connection& on, std::uint32_t shard_count) {
  const auto present = fact(on, "shard_count");
  if (!present)
    return present.error();
  if (*present == shard_count)
    return {};
  if (*present != 0)
    return make_error(errc::conflict,
                      "the database was made for " + std::to_string(*present) + " shards, not " +
                          std::to_string(shard_count),
                      "cluster.shard_count");
  for (const char* sql : {add_leases_sql, add_folded_sql}) {
    const auto added = on.run(sql, parameters{}.int4(static_cast<std::int32_t>(shard_count)));
    if (!added)
      return added.error();
  }
  return set_fact(on, "shard_count", shard_count);
}

} // namespace

std::span<const migration> migrations() noexcept { return all_migrations; }

result<void> prepare_database(connection& on, std::uint32_t shard_count, std::span<const migration> steps) {
  auto all = transaction::begin(on);
  if (!all)
    return all.error();
  if (const auto turn = on.run(take_turn_sql); !turn)
    return turn.error();
  const auto present = version_of(on);
  if (!present)
    return present.error();
  if (!steps.empty() && *present > steps.back().version)
    return make_error(errc::conflict, "the database was made by a newer version of this program (schema " +
                                          std::to_string(*present) + ")");
  for (const migration& step : steps)
    if (step.version > *present)
      if (auto done = go_through(on, step); !done)
        return done;
  if (auto done = fix_shards(on, shard_count); !done)
    return done;
  return all->commit();
}

} // namespace wakala::persistence::postgres
