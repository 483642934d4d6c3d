#include "persistence/sqlite/tables_writer.hpp"

#include "persistence/sqlite/paced_work.hpp"
#include "persistence/sqlite/stored_rows.hpp"

#include <algorithm>

namespace wakala::persistence::sqlite {

namespace {

constexpr const char* put_key_sql = "INSERT INTO event_keys (shard, bucket, hash, at) VALUES (?1, ?2, ?3, ?4)"
                                    " ON CONFLICT DO UPDATE SET at = excluded.at";
constexpr const char* get_folded_sql = "SELECT seq FROM folded WHERE shard = ?1";
constexpr const char* set_folded_sql = "INSERT OR REPLACE INTO folded (shard, seq) VALUES (?1, ?2)";
constexpr const char* add_tenant_number_sql = "INSERT INTO tenant_numbers (id) VALUES (?1) RETURNING number";
constexpr const char* set_tenant_number_sql = "INSERT INTO tenant_numbers (number, id) VALUES (?2, ?1)";

constexpr std::uint32_t compared_at_once = 512; ///< some ten microseconds
constexpr std::size_t kept_room = 4'096;        ///< changes of a table; what a large fold needs is not kept for ever

struct short_lived {
  table where;
  const char* list;
};
constexpr short_lived short_lived_tables[] = {{table::outbox, "SELECT tenant, key FROM outbox LIMIT ?1"},
                                              {table::timer, "SELECT tenant, key FROM timers LIMIT ?1"}};

} // namespace

result<tables_writer> tables_writer::prepare(const connection& db) {
  tables_writer out;
  std::vector<std::pair<statement*, const char*>> all{{&out.put_key_, put_key_sql},
                                                      {&out.get_folded_, get_folded_sql},
                                                      {&out.set_folded_, set_folded_sql},
                                                      {&out.get_number_, get_tenant_number_sql},
                                                      {&out.add_number_, add_tenant_number_sql},
                                                      {&out.set_number_, set_tenant_number_sql}};
  for (const table_sql& sql : all_table_sql) {
    all.emplace_back(&out.put_[index_of(sql.where)], sql.put);
    all.emplace_back(&out.erase_[index_of(sql.where)], sql.erase);
  }
  for (const auto& [where, list] : short_lived_tables)
    all.emplace_back(&out.list_[index_of(where)], list);
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

result<std::int64_t> tables_writer::tenant_number(const tenant_id& tenant) {
  if (const auto known = numbers_.find(tenant); known != numbers_.end())
    return known->second;
  std::int64_t number = 0;
  {
    const reset_guard guard(get_number_);
    auto row = get_number_.bind_text(1, tenant).next();
    if (!row)
      return row.error();
    if (*row)
      number = get_number_.number(0);
  }
  if (number == 0) {
    const reset_guard guard(add_number_);
    auto row = add_number_.bind_text(1, tenant).next();
    if (!row)
      return row.error();
    number = add_number_.number(0);
  }
  numbers_.emplace(tenant, number);
  return number;
}

result<void> tables_writer::set_tenant_number(std::string_view tenant, std::int64_t number) {
  return set_number_.bind_text(1, tenant).bind(2, number).run();
}

result<void> tables_writer::apply(std::span<const fold_slice> slices) {
  if (slices.empty())
    return {};
  auto tx = transaction::begin(transactions_);
  if (!tx)
    return tx.error();
  auto done = collect(slices);
  if (done)
    done = write_changes();
  if (done)
    done = write_event_keys();
  for (const fold_slice& slice : slices)
    if (done)
      done = set_folded_.bind(1, std::int64_t{slice.shard}).bind_u64(2, slice.rows.back()->seq).run();
  if (done)
    done = tx->commit();
  if (!done)
    forget();
  let_go();
  return done;
}

void tables_writer::let_go() noexcept {
  const auto empty = [](auto& list) {
    list.clear();
    if (list.capacity() > kept_room)
      list.shrink_to_fit();
  };
  std::for_each(changes_.begin(), changes_.end(), empty);
  empty(keyed_);
}

void tables_writer::forget() noexcept {
  numbers_.clear();
  for (known_keys& keys : present_)
    keys = known_keys{};
}

result<void> tables_writer::collect(std::span<const fold_slice> slices) {
  std::uint32_t order = 0;
  const tenant_id* named = nullptr;
  std::int64_t tenant = 0;
  for (const fold_slice& slice : slices)
    for (const row_ptr& row : slice.rows) {
      paced_work::breathe();
      if (named == nullptr || *named != row->tenant) {
        auto number = tenant_number(row->tenant);
        if (!number)
          return number.error();
        tenant = *number;
        named = &row->tenant;
      }
      for (const auto* part : {&row->personal, &row->business})
        for (const record& r : *part)
          changes_[index_of(r.where)].push_back({key_start(r.key), tenant, &r, ++order, slice.shard});
      if (row->key)
        keyed_.push_back({*row->key, slice.shard, row->at});
    }
  return {};
}

result<void> tables_writer::write_changes() {
  const auto by_key = [](const change& a, const change& b) {
    const auto order = a.start <=> b.start;
    return order == 0 && a.start.is_cut() ? a.what->key <=> b.what->key : order;
  };
  const auto same = [&](const change& a, const change& b) { return a.tenant == b.tenant && by_key(a, b) == 0; };
  // By key, so that neighbours on disk are written together; equal keys in the order of the journal.
  std::uint32_t looks = 0;
  const auto before = [&](const change& a, const change& b) {
    if (++looks % compared_at_once == 0)
      paced_work::breathe();
    if (a.tenant != b.tenant)
      return a.tenant < b.tenant;
    const auto order = by_key(a, b);
    return order == 0 ? a.order < b.order : order < 0;
  };
  for (auto& changes : changes_) {
    std::sort(changes.begin(), changes.end(), before);
    for (std::size_t i = 0; i < changes.size(); ++i) {
      if (i + 1 < changes.size() && same(changes[i], changes[i + 1]))
        continue; // a later one takes its place
      auto done = write(changes[i]);
      if (!done)
        return done;
    }
  }
  return {};
}

result<void> tables_writer::write(const change& c) {
  paced_work::breathe();
  const std::size_t at = index_of(c.what->where);
  if (list_[at]) {
    auto learned = learn_keys(c.what->where);
    if (!learned)
      return learned;
    if (!note(c))
      return {};
  }
  statement& run = (c.what->erase ? erase_ : put_)[at];
  run.bind(1, c.tenant).bind_bytes(2, c.what->key);
  if (!c.what->erase) {
    run.bind(3, c.what->due).bind_bytes(4, c.what->value);
    if (has_due_rows(c.what->where))
      run.bind(5, std::int64_t{c.shard});
  }
  return run.run();
}

result<void> tables_writer::learn_keys(table where) {
  const std::size_t at = index_of(where);
  known_keys& keys = present_[at];
  if (keys.known || ++keys.passed_over % look_again != 1)
    return {};
  keys.all.clear();
  statement& query = list_[at];
  const reset_guard guard(query);
  query.bind(1, std::int64_t{known_keys_max} + 1);
  for (;;) {
    auto row = query.next();
    if (!row)
      return row.error();
    if (!*row)
      break;
    bytes address;
    append_u64(address, query.unsigned_number(0));
    address += query.text(1);
    keys.all.insert(std::move(address));
  }
  keys.known = keys.all.size() <= known_keys_max;
  return {};
}

bool tables_writer::note(const change& c) {
  known_keys& keys = present_[index_of(c.what->where)];
  if (!keys.known)
    return true;
  address_.clear();
  append_u64(address_, static_cast<std::uint64_t>(c.tenant));
  address_ += c.what->key;
  if (c.what->erase)
    return keys.all.erase(address_) > 0;
  keys.all.insert(address_);
  if (keys.all.size() > known_keys_max)
    keys = known_keys{false, 1, {}};
  return true;
}

result<void> tables_writer::write_event_keys() {
  std::uint32_t looks = 0;
  std::stable_sort(keyed_.begin(), keyed_.end(), [&](const keyed_row& a, const keyed_row& b) {
    if (++looks % compared_at_once == 0)
      paced_work::breathe();
    return a.shard != b.shard ? a.shard < b.shard : a.key < b.key;
  });
  for (const keyed_row& row : keyed_) {
    paced_work::breathe();
    // Only those of bucket 0 expire by the time of their commit.
    auto done = put_key_.bind(1, std::int64_t{row.shard})
                    .bind(2, std::int64_t{row.key.bucket})
                    .bind_bytes(3, view_of(row.key.hash))
                    .bind(4, row.key.bucket == 0 ? row.at : 0)
                    .run();
    if (!done)
      return done;
  }
  return {};
}

} // namespace wakala::persistence::sqlite
