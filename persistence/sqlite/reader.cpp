#include "persistence/sqlite/reader.hpp"

#include "persistence/fold_rules.hpp"
#include "persistence/key_ranges.hpp"
#include "persistence/row_codec.hpp"
#include "persistence/sqlite/setup.hpp"
#include "persistence/sqlite/stored_rows.hpp"

#include <algorithm>
#include <limits>

namespace wakala::persistence::sqlite {

namespace {

constexpr const char* has_event_key_sql = "SELECT 1 FROM event_keys WHERE shard = ?1 AND bucket = ?2 AND hash = ?3";
constexpr const char* event_time_sql = "SELECT at FROM event_keys WHERE shard = ?1 AND bucket = ?2 AND hash = ?3";
constexpr const char* event_keys_sql =
    "SELECT bucket, hash FROM event_keys WHERE shard = ?1 AND bucket <= ?2 ORDER BY bucket DESC, hash DESC LIMIT ?3";
constexpr const char* marks_sql = "SELECT id, positions FROM journal_marks ORDER BY id DESC";
constexpr const char* journal_sql = "SELECT rows FROM journal WHERE id >= ?1 ORDER BY id";
constexpr const char* journal_one_sql = "SELECT id, rows FROM journal WHERE id >= ?1 ORDER BY id LIMIT 1";
constexpr const char* journal_ends_sql = "SELECT min(id), max(id) FROM journal";
constexpr const char* folded_sql = "SELECT shard, seq FROM folded";
constexpr const char* key_sql =
    "SELECT wrapped, digest FROM conversation_keys WHERE tenant = ?1 AND conversation = ?2";
constexpr const char* tenants_sql = "SELECT id, shard, wrapped_key, config, version, digest FROM tenants ORDER BY id";
constexpr const char* meta_sql = "SELECT value, digest FROM meta WHERE name = ?1";

std::int64_t limit_of(std::size_t limit) noexcept {
  return static_cast<std::int64_t>(
      std::min<std::uint64_t>(limit, static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())));
}

/// Calls `each` for every row; stops at the first error of either. Always resets.
template <class Each>
result<void> for_rows(statement& query, Each each) {
  const reset_guard guard(query);
  for (;;) {
    auto row = query.next();
    if (!row)
      return row.error();
    if (!*row)
      return {};
    result<void> done = each(query);
    if (!done)
      return done;
  }
}

} // namespace

result<std::unique_ptr<reader>> reader::open(const file_layout& files) {
  auto out = std::make_unique<reader>();
  auto db = connection::open(files.tables, access::read_only, setup_reader);
  if (!db)
    return db.error();
  out->db_ = std::move(*db);
  if (!files.one_file()) {
    auto done = out->db_.attach_read_only(files.journal, attach_commits_sql);
    if (!done)
      return done.error();
  }
  auto done = out->db_.attach_read_only(files.keys, attach_keys_sql);
  if (!done)
    return done.error();
  return out;
}

result<statement*> reader::use(statement& where, const char* sql) {
  if (!where) {
    auto made = statement::prepare(db_, sql);
    if (!made)
      return made.error();
    where = std::move(*made);
  }
  return &where;
}

result<std::int64_t> reader::tenant_number(const tenant_id& tenant) {
  if (const auto known = numbers_.find(tenant); known != numbers_.end())
    return known->second;
  auto query = use(number_, get_tenant_number_sql);
  if (!query)
    return query.error();
  const reset_guard guard(**query);
  auto row = (*query)->bind_text(1, tenant).next();
  if (!row)
    return row.error();
  if (!*row)
    return 0;
  return numbers_[tenant] = (*query)->number(0);
}

result<std::optional<bytes>> reader::get(const tenant_id& tenant, table where, const bytes& key) {
  const auto number = tenant_number(tenant);
  if (!number)
    return number.error();
  const std::size_t at = index_of(where);
  auto query = use(tables_[at].get, all_table_sql[at].get);
  if (!query)
    return query.error();
  std::optional<bytes> out;
  (*query)->bind(1, *number).bind_bytes(2, key);
  auto done = for_rows(**query, [&](const statement& row) -> result<void> {
    out.emplace(row.text(0));
    return {};
  });
  if (!done)
    return done.error();
  return out;
}

result<std::vector<stored_value>> reader::range(const range_query& asked) {
  std::vector<stored_value> out;
  const key_interval interval = interval_of(asked);
  if (asked.limit == 0 || (interval.upto && interval.from >= *interval.upto))
    return out;
  const auto number = tenant_number(asked.tenant);
  if (!number)
    return number.error();
  const std::size_t at = index_of(asked.where);
  const table_sql& sql = all_table_sql[at];
  const char* const texts[] = {sql.range_open, sql.range_bounded, sql.range_open_back, sql.range_bounded_back};
  const std::size_t form = (asked.backwards ? 2U : 0U) + (interval.upto ? 1U : 0U);
  auto query = use(tables_[at].range[form], texts[form]);
  if (!query)
    return query.error();
  (*query)->bind(1, *number).bind_bytes(2, interval.from).bind(3, limit_of(asked.limit));
  if (interval.upto)
    (*query)->bind_bytes(4, *interval.upto);
  auto done = for_rows(**query, [&](const statement& row) -> result<void> {
    out.push_back({asked.tenant, bytes(row.text(0)), bytes(row.text(2)), row.number(1)});
    return {};
  });
  if (!done)
    return done.error();
  return out;
}

result<std::vector<stored_value>> reader::due(shard_id shard, table where, time_ms until, std::size_t limit) {
  if (!has_due_rows(where))
    return no_due_rows(where);
  const std::size_t at = index_of(where);
  auto query = use(tables_[at].due, all_table_sql[at].due);
  if (!query)
    return query.error();
  std::vector<stored_value> out;
  (*query)->bind(1, std::int64_t{shard}).bind(2, until).bind(3, limit_of(limit));
  auto done = for_rows(**query, [&](const statement& row) -> result<void> {
    out.push_back({tenant_id(row.text(0)), bytes(row.text(1)), bytes(row.text(3)), row.number(2)});
    return {};
  });
  if (!done)
    return done.error();
  return out;
}

result<bool> reader::has_event_key(shard_id shard, const event_key& key) {
  auto query = use(has_event_key_, has_event_key_sql);
  if (!query)
    return query.error();
  const reset_guard guard(**query);
  return (*query)
      ->bind(1, std::int64_t{shard})
      .bind(2, std::int64_t{key.bucket})
      .bind_bytes(3, view_of(key.hash))
      .next();
}

result<std::optional<time_ms>> reader::event_time(shard_id shard, const event_key& key) {
  auto query = use(event_time_, event_time_sql);
  if (!query)
    return query.error();
  const reset_guard guard(**query);
  const auto found = (*query)
                         ->bind(1, std::int64_t{shard})
                         .bind(2, std::int64_t{key.bucket})
                         .bind_bytes(3, view_of(key.hash))
                         .next();
  if (!found)
    return found.error();
  // Of keys with a bucket the time is not written.
  const auto second = time_ms{key.bucket} * ms_per_second;
  return *found ? std::optional<time_ms>{std::max((*query)->number(0), second)} : std::optional<time_ms>{};
}

result<std::vector<event_key>> reader::event_keys(shard_id shard, std::uint32_t newest_bucket, std::size_t limit) {
  auto query = use(event_keys_, event_keys_sql);
  if (!query)
    return query.error();
  std::vector<event_key> out;
  (*query)->bind(1, std::int64_t{shard}).bind(2, std::int64_t{newest_bucket}).bind(3, limit_of(limit));
  auto done = for_rows(**query, [&](const statement& row) -> result<void> {
    event_key key;
    key.bucket = static_cast<std::uint32_t>(row.number(0));
    if (!to_array(row.text(1), key.hash))
      return make_error(errc::corrupt, "an event key of shard " + std::to_string(shard) + " is damaged");
    out.push_back(key);
    return {};
  });
  if (!done)
    return done.error();
  return out;
}

template <class Passed>
result<std::int64_t> reader::mark_before(Passed passed) {
  auto marks = use(marks_, marks_sql);
  if (!marks)
    return marks.error();
  const reset_guard guard(**marks);
  for (;;) {
    auto row = (*marks)->next();
    if (!row)
      return row.error();
    if (!*row)
      return 0;
    if (passed((*marks)->text(1)))
      return (*marks)->number(0);
  }
}

template <class Each>
result<void> reader::for_journal(std::int64_t id, Each each) {
  auto query = use(journal_, journal_sql);
  if (!query)
    return query.error();
  const reset_guard guard(**query);
  (*query)->bind(1, id);
  for (;;) {
    auto value = (*query)->next();
    if (!value)
      return value.error();
    if (!*value)
      return {};
    for (std::string_view rest = (*query)->text(0); !rest.empty();) {
      const auto row = take_row(rest);
      if (!row)
        return row.error();
      if (!each(*row))
        return {};
    }
  }
}

template <class Wanted>
result<std::vector<journal_row>> reader::rows_of(shard_id shard, std::int64_t id, std::size_t limit, Wanted wanted,
                                                 time_ms from) {
  std::vector<journal_row> out;
  result<void> good;
  auto done = for_journal(id, [&](const encoded_row& row) {
    if (row.place.shard != shard || !wanted(row.place.seq))
      return true;
    auto read = read_row(row);
    if (!read) {
      good = read.error();
      return false;
    }
    if (read->at >= from)
      out.push_back(std::move(*read));
    return out.size() < limit;
  });
  if (done)
    done = good;
  if (!done)
    return done.error();
  return out;
}

result<std::vector<journal_row>> reader::journal(shard_id shard, std::uint64_t after_seq, std::size_t limit) {
  if (limit == 0)
    return std::vector<journal_row>{};
  const auto from = mark_before([&](std::string_view mark) { return position_in(mark, shard) <= after_seq; });
  if (!from)
    return from.error();
  return rows_of(shard, *from, limit, [after_seq](std::uint64_t seq) { return seq > after_seq; });
}

result<std::optional<std::pair<std::int64_t, time_ms>>> reader::journal_time(std::int64_t id) {
  using found = std::optional<std::pair<std::int64_t, time_ms>>;
  auto query = use(journal_one_, journal_one_sql);
  if (!query)
    return query.error();
  const reset_guard guard(**query);
  const auto there = (*query)->bind(1, id).next();
  if (!there)
    return there.error();
  if (!*there)
    return found{};
  std::string_view rest = (*query)->text(1);
  const auto first = take_row(rest);
  const auto row = first ? read_row(*first) : result<journal_row>(first.error());
  if (!row)
    return row.error();
  return found{std::pair{(*query)->number(0), row->at}};
}

result<std::vector<journal_row>> reader::journal_since(shard_id shard, time_ms from, std::size_t limit) {
  if (limit == 0)
    return std::vector<journal_row>{};
  auto ends = use(journal_ends_, journal_ends_sql);
  if (!ends)
    return ends.error();
  std::int64_t low = 0;
  std::int64_t high = 0;
  {
    const reset_guard guard(**ends);
    const auto row = (*ends)->next();
    if (!row)
      return row.error();
    low = (*ends)->number(0);
    high = (*ends)->number(1);
  }
  // Shards write by one clock, but not in one order: whoever waited for its turn stands a little later.
  constexpr time_ms out_of_order = 5 * ms_per_second;
  while (low < high) { // the last value that begins before, or the first of all
    const auto middle = low + (high - low + 1) / 2;
    const auto at = journal_time(middle);
    if (!at)
      return at.error();
    if (*at && (*at)->second < from - out_of_order && (*at)->first <= high)
      low = (*at)->first;
    else
      high = middle - 1;
  }
  return rows_of(
      shard, low, limit, [](std::uint64_t) { return true; }, from);
}

result<std::optional<bytes>> reader::conversation_key(const tenant_id& tenant, const conversation_id& conversation) {
  auto query = use(key_, key_sql);
  if (!query)
    return query.error();
  std::optional<bytes> out;
  const std::string_view id = view_of(conversation.bytes);
  (*query)->bind_text(1, tenant).bind_bytes(2, id);
  auto done = for_rows(**query, [&](const statement& row) -> result<void> {
    if (row.number(1) != std::int64_t{key_digest(tenant, id, row.text(0))})
      return make_error(errc::corrupt, "a wrapped conversation key is damaged");
    out.emplace(row.text(0));
    return {};
  });
  if (!done)
    return done.error();
  return out;
}

result<std::vector<tenant_row>> reader::tenants() {
  auto query = use(tenants_, tenants_sql);
  if (!query)
    return query.error();
  std::vector<tenant_row> out;
  auto done = for_rows(**query, [&](const statement& row) -> result<void> {
    tenant_row read{tenant_id(row.text(0)), static_cast<shard_id>(row.number(1)), bytes(row.text(2)),
                    bytes(row.text(3)), row.unsigned_number(4)};
    if (row.number(5) != std::int64_t{tenant_digest(read)})
      return make_error(errc::corrupt, "the row of a tenant is damaged");
    out.push_back(std::move(read));
    return {};
  });
  if (!done)
    return done.error();
  return out;
}

result<std::optional<bytes>> reader::get_meta(std::string_view name) {
  auto query = use(meta_, meta_sql);
  if (!query)
    return query.error();
  std::optional<bytes> out;
  (*query)->bind_text(1, name);
  auto done = for_rows(**query, [&](const statement& row) -> result<void> {
    if (row.number(1) != std::int64_t{meta_digest(name, row.text(0))})
      return make_error(errc::corrupt, "a value of the store's own is damaged");
    out.emplace(row.text(0));
    return {};
  });
  if (!done)
    return done.error();
  return out;
}

result<std::vector<std::uint64_t>> reader::folded_positions(std::uint32_t shard_count) {
  auto query = use(folded_, folded_sql);
  if (!query)
    return query.error();
  std::vector<std::uint64_t> out(shard_count);
  auto done = for_rows(**query, [&](const statement& row) -> result<void> {
    const std::uint64_t shard = row.unsigned_number(0);
    if (shard >= out.size())
      return make_error(errc::corrupt, "the tables name shard " + std::to_string(shard) + ", which does not exist");
    out[static_cast<std::size_t>(shard)] = row.unsigned_number(1);
    return {};
  });
  if (!done)
    return done.error();
  return out;
}

result<unfolded_rows> reader::unfolded(const std::vector<std::uint64_t>& folded) {
  const auto from = mark_before([&](std::string_view mark) {
    bool behind = true;
    for (shard_id shard = 0; behind && shard < folded.size(); ++shard)
      behind = position_in(mark, shard) <= folded[shard];
    return behind;
  });
  if (!from)
    return from.error();
  unfolded_rows out(folded.size());
  auto done = for_journal(*from, [&](const encoded_row& row) {
    if (row.place.shard >= folded.size() || row.place.seq <= folded[row.place.shard])
      return true;
    auto& rows = out[row.place.shard];
    auto read = read_row(row);
    if (!read)
      rows = read.error();
    else if (rows)
      rows->push_back(std::make_shared<const journal_row>(std::move(*read)));
    return true;
  });
  if (!done)
    return done.error();
  return out;
}

std::unique_ptr<reader> reader_pool::take() {
  std::unique_lock lock(mutex_);
  returned_.wait(lock, [this] { return !free_.empty(); });
  // An open one before one that would have to be opened.
  const auto at = std::find_if(free_.begin(), free_.end(), [](const auto& r) { return r != nullptr; });
  const auto chosen = at == free_.end() ? std::prev(free_.end()) : at;
  std::unique_ptr<reader> out = std::move(*chosen);
  free_.erase(chosen);
  return out;
}

void reader_pool::give_back(std::unique_ptr<reader> r) {
  {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(r));
  }
  returned_.notify_one();
}

} // namespace wakala::persistence::sqlite
