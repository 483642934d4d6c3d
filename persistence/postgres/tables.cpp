#include "persistence/postgres/tables.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace wakala::persistence::postgres {

namespace {

table_sql make(table where) {
  const std::string name(table_name(where));
  const std::string columns = "SELECT key, due, value FROM " + name + " WHERE tenant = $1 AND key >= $2";
  table_sql out;
  // Ordered, so that two folds never wait for each other crosswise.
  out.put =
      "INSERT INTO " + name +
      " (tenant, key, due, shard, value)"
      " SELECT * FROM unnest($1::text[], $2::bytea[], $3::int8[], $4::int4[], $5::bytea[])"
      " ON CONFLICT (tenant, key) DO UPDATE SET due = excluded.due, shard = excluded.shard, value = excluded.value";
  out.erase = "DELETE FROM " + name +
              " AS t USING unnest($1::text[], $2::bytea[]) AS e (tenant, key)"
              " WHERE t.tenant = e.tenant COLLATE \"C\" AND t.key = e.key";
  out.get = "SELECT value FROM " + name + " WHERE tenant = $1 AND key = $2";
  if (has_due_rows(where))
    out.due = "SELECT tenant, key, due, value FROM " + name +
              " WHERE shard = $1::int4 AND due > 0 AND due <= $2 ORDER BY due, tenant, key LIMIT $3";
  out.range_open = columns + " ORDER BY key LIMIT $3";
  out.range_bounded = columns + " AND key < $4 ORDER BY key LIMIT $3";
  out.range_open_back = columns + " ORDER BY key DESC LIMIT $3";
  out.range_bounded_back = columns + " AND key < $4 ORDER BY key DESC LIMIT $3";
  const std::string all = "SELECT tenant, key, due, value FROM " + name;
  out.first_rows = all + " ORDER BY tenant, key LIMIT $1";
  out.next_rows = all + " WHERE (tenant, key) > ($2, $3) ORDER BY tenant, key LIMIT $1";
  return out;
}

} // namespace

const table_sql& sql_of(table where) {
  static const auto all = [] {
    std::array<table_sql, std::size(all_tables) + 1> made;
    for (const table t : all_tables)
      made.at(static_cast<std::size_t>(t)) = make(t);
    return made;
  }();
  return all.at(static_cast<std::size_t>(where));
}

} // namespace wakala::persistence::postgres
