#include "persistence/postgres/reader.hpp"

#include "persistence/fold_rules.hpp"
#include "persistence/key_ranges.hpp"
#include "persistence/postgres/tables.hpp"
#include "persistence/postgres/values.hpp"
#include "persistence/row_codec.hpp"

#include <limits>

namespace wakala::persistence::postgres {

namespace {

constexpr const char* has_event_key_sql =
    "SELECT 1 FROM event_keys WHERE shard = $1::int4 AND bucket = $2 AND hash = $3";
constexpr const char* event_time_sql =
    "SELECT at FROM event_keys WHERE shard = $1::int4 AND bucket = $2 AND hash = $3";
constexpr const char* journal_ends_sql =
    "SELECT coalesce(min(seq), 0), coalesce(max(seq), 0) FROM journal WHERE shard = $1::int4";
constexpr const char* event_keys_sql = "SELECT bucket, hash FROM event_keys WHERE shard = $1::int4 AND bucket <= $2"
                                       " ORDER BY bucket DESC, hash DESC LIMIT $3";
constexpr const char* journal_sql =
    "SELECT row_bytes FROM journal WHERE shard = $1::int4 AND seq > $2 ORDER BY seq LIMIT $3";
constexpr const char* key_sql = "SELECT wrapped FROM conversation_keys WHERE tenant = $1 AND conversation = $2";
constexpr const char* tenants_sql = "SELECT id, shard, wrapped_key, config, version FROM tenants ORDER BY id";
constexpr const char* meta_sql = "SELECT value FROM meta WHERE name = $1";

constexpr std::size_t journal_rows_at_once = 4'096;

std::int64_t limit_of(std::size_t limit) noexcept {
  return static_cast<std::int64_t>(
      std::min<std::uint64_t>(limit, static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())));
}

result<std::optional<bytes>> only_value(const result<answer>& found) {
  if (!found)
    return found.error();
  if (found->rows() == 0)
    return std::optional<bytes>{};
  return std::optional<bytes>{found->text(0, 0)};
}

result<journal_row> decoded(std::string_view raw) {
  const auto row = take_row(raw);
  if (!row)
    return row.error();
  return read_row(*row);
}

} // namespace

result<std::optional<bytes>> get(connection& on, const tenant_id& tenant, table where, const bytes& key) {
  return only_value(on.run(sql_of(where).get.c_str(), parameters{}.text(tenant).blob(key)));
}

result<std::vector<stored_value>> range(connection& on, const range_query& asked) {
  std::vector<stored_value> out;
  const key_interval interval = interval_of(asked);
  if (asked.limit == 0 || (interval.upto && interval.from >= *interval.upto))
    return out;
  const table_sql& sql = sql_of(asked.where);
  const auto& bounded = asked.backwards ? sql.range_bounded_back : sql.range_bounded;
  const auto& open = asked.backwards ? sql.range_open_back : sql.range_open;
  parameters values;
  values.text(asked.tenant).blob(interval.from).int8(limit_of(asked.limit));
  if (interval.upto)
    values.blob(*interval.upto);
  const auto found = on.run((interval.upto ? bounded : open).c_str(), values);
  if (!found)
    return found.error();
  for (int row = 0; row < found->rows(); ++row)
    out.push_back({asked.tenant, bytes(found->text(row, 0)), bytes(found->text(row, 2)), found->number(row, 1)});
  return out;
}

result<std::vector<stored_value>> due(connection& on, shard_id shard, table where, time_ms until, std::size_t limit) {
  if (!has_due_rows(where))
    return no_due_rows(where);
  const auto found =
      on.run(sql_of(where).due.c_str(), parameters{}.int4(to_int4(shard)).int8(until).int8(limit_of(limit)));
  if (!found)
    return found.error();
  std::vector<stored_value> out;
  for (int row = 0; row < found->rows(); ++row)
    out.push_back({tenant_id(found->text(row, 0)), bytes(found->text(row, 1)), bytes(found->text(row, 3)),
                   found->number(row, 2)});
  return out;
}

result<bool> has_event_key(connection& on, shard_id shard, const event_key& key) {
  const auto found = on.run(has_event_key_sql,
                            parameters{}.int4(to_int4(shard)).int8(std::int64_t{key.bucket}).blob(view_of(key.hash)));
  if (!found)
    return found.error();
  return found->rows() > 0;
}

result<std::optional<time_ms>> event_time(connection& on, shard_id shard, const event_key& key) {
  const auto found = on.run(event_time_sql,
                            parameters{}.int4(to_int4(shard)).int8(std::int64_t{key.bucket}).blob(view_of(key.hash)));
  if (!found)
    return found.error();
  return found->rows() > 0 ? std::optional<time_ms>{found->number(0, 0)} : std::optional<time_ms>{};
}

result<std::vector<event_key>> event_keys(connection& on, shard_id shard, std::uint32_t newest_bucket,
                                          std::size_t limit) {
  const auto found = on.run(
      event_keys_sql, parameters{}.int4(to_int4(shard)).int8(std::int64_t{newest_bucket}).int8(limit_of(limit)));
  if (!found)
    return found.error();
  std::vector<event_key> out;
  for (int row = 0; row < found->rows(); ++row) {
    event_key key;
    key.bucket = static_cast<std::uint32_t>(found->number(row, 0));
    if (!to_array(found->text(row, 1), key.hash))
      return make_error(errc::corrupt, "an event key of shard " + std::to_string(shard) + " is damaged");
    out.push_back(key);
  }
  return out;
}

result<std::vector<journal_row>> journal(connection& on, shard_id shard, std::uint64_t after_seq, std::size_t limit) {
  std::vector<journal_row> out;
  while (out.size() < limit) {
    const auto wanted = std::min(limit - out.size(), journal_rows_at_once);
    const auto found =
        on.run(journal_sql, parameters{}.int4(to_int4(shard)).int8(to_int8(after_seq)).int8(limit_of(wanted)));
    if (!found)
      return found.error();
    for (int at = 0; at < found->rows(); ++at) {
      auto row = decoded(found->text(at, 0));
      if (!row)
        return row.error();
      after_seq = row->seq;
      out.push_back(std::move(*row));
    }
    if (static_cast<std::size_t>(found->rows()) < wanted)
      break;
  }
  return out;
}

result<std::vector<journal_row>> journal_since(connection& on, shard_id shard, time_ms from, std::size_t limit) {
  const auto ends = on.run(journal_ends_sql, parameters{}.int4(to_int4(shard)));
  if (!ends)
    return ends.error();
  auto low = unsigned_at(*ends, 0, 0);
  auto high = unsigned_at(*ends, 0, 1) + 1;
  while (low < high) { // to the first row that is not before
    const auto middle = low + (high - low) / 2;
    const auto row = journal(on, shard, std::max<std::uint64_t>(middle, 1) - 1, 1);
    if (!row)
      return row.error();
    if (!row->empty() && row->front().at < from)
      low = middle + 1;
    else
      high = middle;
  }
  return journal(on, shard, std::max<std::uint64_t>(low, 1) - 1, limit);
}

result<std::optional<bytes>> conversation_key(connection& on, const tenant_id& tenant, const conversation_id& id) {
  return only_value(on.run(key_sql, parameters{}.text(tenant).blob(view_of(id.bytes))));
}

result<std::vector<tenant_row>> tenants(connection& on) {
  const auto found = on.run(tenants_sql);
  if (!found)
    return found.error();
  std::vector<tenant_row> out;
  for (int row = 0; row < found->rows(); ++row)
    out.push_back({tenant_id(found->text(row, 0)), static_cast<shard_id>(found->number(row, 1)),
                   bytes(found->text(row, 2)), bytes(found->text(row, 3)), unsigned_at(*found, row, 4)});
  return out;
}

result<std::optional<bytes>> get_meta(connection& on, std::string_view name) {
  return only_value(on.run(meta_sql, parameters{}.text(name)));
}

} // namespace wakala::persistence::postgres
