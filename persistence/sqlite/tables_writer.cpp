#include "persistence/sqlite/tables_writer.hpp"

#include "persistence/sqlite/stored_rows.hpp"

#include <algorithm>
#include <tuple>

namespace wakala::persistence::sqlite {

namespace {

constexpr const char* put_key_sql = "INSERT INTO event_keys (shard, bucket, hash, at) VALUES (?1, ?2, ?3, ?4)"
                                    " ON CONFLICT DO UPDATE SET at = excluded.at";
constexpr const char* get_folded_sql = "SELECT seq FROM folded WHERE shard = ?1";
constexpr const char* set_folded_sql = "INSERT OR REPLACE INTO folded (shard, seq) VALUES (?1, ?2)";

} // namespace

result<tables_writer> tables_writer::prepare(const connection& db) {
  tables_writer out;
  std::vector<std::pair<statement*, const char*>> all{
      {&out.put_key_, put_key_sql}, {&out.get_folded_, get_folded_sql}, {&out.set_folded_, set_folded_sql}};
  for (const table_sql& sql : all_table_sql) {
    all.emplace_back(&out.put_[index_of(sql.where)], sql.put);
    all.emplace_back(&out.erase_[index_of(sql.where)], sql.erase);
  }
  for (const auto& [where, sql] : all) {
    auto made = statement::prepare(db, sql);
    if (!made)
      return made.error();
    *where = std::move(*made);
  }
  auto transactions = transaction_statements::prepare(db);
  if (!transactions)
    return transactions.error();
  out.transactions_ = std::move(*transactions);
  return out;
}

result<std::uint64_t> tables_writer::folded(shard_id shard) {
  const reset_guard guard(get_folded_);
  auto row = get_folded_.bind(1, std::int64_t{shard}).next();
  if (!row)
    return row.error();
  return *row ? get_folded_.unsigned_number(0) : 0;
}

result<void> tables_writer::apply(shard_id shard, std::span<const journal_row> rows) {
  if (rows.empty())
    return {};
  changes_.clear();
  keyed_.clear();
  for (const journal_row& row : rows) {
    for (const auto* part : {&row.personal, &row.business})
      for (const record& r : *part)
        changes_.push_back({&r, &row.tenant});
    if (row.key)
      keyed_.push_back(&row);
  }
  // By table and key, so that neighbours on disk are written together; equal keys stay in the order of the journal.
  const auto place = [](const change& c) { return std::tie(c.what->where, *c.tenant, c.what->key); };
  std::stable_sort(changes_.begin(), changes_.end(),
                   [&](const change& a, const change& b) { return place(a) < place(b); });
  std::stable_sort(keyed_.begin(), keyed_.end(),
                   [](const journal_row* a, const journal_row* b) { return *a->key < *b->key; });

  auto tx = transaction::begin(transactions_);
  if (!tx)
    return tx.error();
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    if (i + 1 < changes_.size() && place(changes_[i]) == place(changes_[i + 1]))
      continue; // a later one takes its place
    const auto& [what, tenant] = changes_[i];
    statement& run = (what->erase ? erase_ : put_)[index_of(what->where)];
    run.bind_text(1, *tenant).bind_bytes(2, what->key);
    if (!what->erase)
      run.bind(3, std::int64_t{shard}).bind(4, what->due).bind_bytes(5, what->value);
    auto done = run.run();
    if (!done)
      return done.error();
  }
  for (const journal_row* row : keyed_) {
    auto done = put_key_.bind(1, std::int64_t{shard})
                    .bind(2, std::int64_t{row->key->bucket})
                    .bind_bytes(3, view_of(row->key->hash))
                    .bind(4, row->at)
                    .run();
    if (!done)
      return done.error();
  }
  auto moved = set_folded_.bind(1, std::int64_t{shard}).bind_u64(2, rows.back().seq).run();
  if (!moved)
    return moved.error();
  return tx->commit();
}

} // namespace wakala::persistence::sqlite
