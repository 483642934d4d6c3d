#include "persistence/postgres/appender.hpp"

#include "persistence/postgres/values.hpp"
#include "persistence/row_codec.hpp"

#include <map>

namespace wakala::persistence::postgres {

namespace {

constexpr const char* take_sql =
    "UPDATE shard_leases SET epoch = epoch + 1, node = $2"
    " WHERE shard = $1::int4 AND ($3::int8 < 0 OR epoch = $3::int8 OR node = $2) RETURNING epoch";
constexpr const char* lease_sql = "SELECT count(*) FROM shard_leases WHERE shard = $1::int4";
// A statement of its own: it must see what the appends that the UPDATE has waited for have committed.
constexpr const char* position_sql = "SELECT coalesce((SELECT max(seq) FROM journal WHERE shard = $1::int4), 0),"
                                     " (SELECT seq FROM folded WHERE shard = $1::int4)";

// FOR SHARE is what fences: a plain SELECT, or FOR KEY SHARE, would let a takeover read the end of the journal while
// this is on its way. SKIP LOCKED: whoever takes the shard at this moment shall not wait for us, nor we for them. A
// stand-in of the server that lacks the last rows of the one before it has the same epochs: rows that do not follow
// what is there are refused like those of another owner.
constexpr const char* append_sql = R"sql(
WITH owned AS MATERIALIZED (
  SELECT l.shard, l.epoch FROM shard_leases AS l JOIN unnest($1::int4[], $2::int8[], $10::int8[]) AS w (shard, epoch, seq)
      ON w.shard = l.shard AND w.epoch = l.epoch
    WHERE w.seq = 1 + coalesce((SELECT max(j.seq) FROM journal AS j WHERE j.shard = w.shard), 0)
    FOR SHARE OF l SKIP LOCKED),
put_keys AS (
  INSERT INTO conversation_keys (tenant, conversation, wrapped)
    SELECT k.tenant, k.conversation, k.wrapped
      FROM unnest($6::int4[], $7::text[], $8::bytea[], $9::bytea[]) AS k (shard, tenant, conversation, wrapped)
      JOIN owned AS o ON o.shard = k.shard
    ON CONFLICT (tenant, conversation) DO UPDATE SET wrapped = excluded.wrapped),
put_rows AS (
  INSERT INTO journal (shard, seq, epoch, row_bytes)
    SELECT r.shard, r.seq, o.epoch, r.row_bytes
      FROM unnest($3::int4[], $4::int8[], $5::bytea[]) AS r (shard, seq, row_bytes)
      JOIN owned AS o ON o.shard = r.shard)
SELECT shard FROM owned)sql";

} // namespace

result<taken_shard> take_shard(connection& on, shard_id shard, std::string_view node,
                               std::optional<std::uint64_t> seen) {
  const auto taken =
      on.run(take_sql, parameters{}.int4(to_int4(shard)).text(node).int8(seen ? to_int8(*seen) : std::int64_t{-1}));
  if (!taken)
    return taken.error();
  if (taken->rows() != 1) {
    const auto there = on.run(lease_sql, parameters{}.int4(to_int4(shard)));
    if (!there)
      return there.error();
    if (there->number(0, 0) == 1)
      return make_error(errc::fenced, "another node has taken shard " + std::to_string(shard));
    return make_error(errc::corrupt, "the database has no lease for shard " + std::to_string(shard));
  }
  const auto at = on.run(position_sql, parameters{}.int4(to_int4(shard)));
  if (!at)
    return at.error();
  return taken_shard{unsigned_at(*taken, 0, 0), unsigned_at(*at, 0, 0), unsigned_at(*at, 0, 1)};
}

result<std::vector<shard_id>> append_rows(connection& on, const std::vector<row_ptr>& rows,
                                          const std::vector<wrapped_key>& new_keys) {
  struct claim {
    std::uint64_t epoch = 0;
    std::uint64_t first_seq = 0;
  };
  std::map<shard_id, claim> claims;
  std::map<std::pair<tenant_id, conversation_id>, shard_id> places;
  array shards(sql_type::int4);
  array seqs(sql_type::int8);
  array encoded(sql_type::bytea);
  bytes value;
  for (const row_ptr& row : rows) {
    claims.try_emplace(row->shard, claim{row->epoch, row->seq});
    if (!new_keys.empty())
      places[{row->tenant, row->conversation}] = row->shard;
    shards.add_int4(to_int4(row->shard));
    seqs.add_int8(to_int8(row->seq));
    value.clear();
    append_row(*row, value);
    encoded.add(value);
  }
  array lease_shards(sql_type::int4);
  array lease_epochs(sql_type::int8);
  array first_seqs(sql_type::int8);
  for (const auto& [shard, claim] : claims) {
    lease_shards.add_int4(to_int4(shard));
    lease_epochs.add_int8(to_int8(claim.epoch));
    first_seqs.add_int8(to_int8(claim.first_seq));
  }
  array key_shards(sql_type::int4);
  array key_tenants(sql_type::text);
  array key_conversations(sql_type::bytea);
  array key_values(sql_type::bytea);
  std::map<std::pair<std::string_view, conversation_id>, const wrapped_key*>
      last; // one statement may not change a row twice
  for (const wrapped_key& key : new_keys)
    last[{key.tenant, key.conversation}] = &key;
  for (const auto& [name, key] : last) {
    const auto place = places.find({key->tenant, key->conversation});
    if (place == places.end())
      continue; // of a shard that was left out, or of none
    key_shards.add_int4(to_int4(place->second));
    key_tenants.add(key->tenant);
    key_conversations.add(view_of(key->conversation.bytes));
    key_values.add(key->wrapped);
  }
  const auto done = on.run(append_sql, parameters{}
                                           .list(lease_shards)
                                           .list(lease_epochs)
                                           .list(shards)
                                           .list(seqs)
                                           .list(encoded)
                                           .list(key_shards)
                                           .list(key_tenants)
                                           .list(key_conversations)
                                           .list(key_values)
                                           .list(first_seqs));
  // A row that is there already means that we were wrong about where the shard stands. It is no repeat of an event,
  // which is what a conflict would be taken for, and answered as if it were committed.
  if (!done && done.error().code == errc::conflict)
    return make_error(errc::unavailable, done.error().what);
  if (!done)
    return done.error();
  std::vector<shard_id> written;
  for (int row = 0; row < done->rows(); ++row)
    written.push_back(static_cast<shard_id>(done->number(row, 0)));
  return written;
}

} // namespace wakala::persistence::postgres
