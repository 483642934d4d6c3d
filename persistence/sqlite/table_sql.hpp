/// \file
/// The SQL of the folded tables, one constant text a table and use.
#pragma once

#include "persistence/store.hpp"

namespace wakala::persistence::sqlite {

/// `?1` is the tenant's number, `?2` the key (of ranges: the first one) throughout.
struct table_sql {
  table where;
  const char* put; ///< `?3` due, `?4` value, `?5` shard in tables with due rows
  const char* erase;
  const char* get;
  const char* due; ///< null in tables without due rows
  const char* range_bounded;
  const char* range_open;
  const char* range_bounded_back;
  const char* range_open_back;
  const char* scan; ///< all rows by tenant's number and key, for comparing
};

#define WAKALA_TABLE_READS(name)                                                                                     \
  "SELECT key, due, value FROM " name " WHERE tenant = ?1 AND key >= ?2 AND key < ?4 ORDER BY key LIMIT ?3",         \
      "SELECT key, due, value FROM " name " WHERE tenant = ?1 AND key >= ?2 ORDER BY key LIMIT ?3",                  \
      "SELECT key, due, value FROM " name                                                                            \
      " WHERE tenant = ?1 AND key >= ?2 AND key < ?4 ORDER BY key DESC LIMIT ?3",                                    \
      "SELECT key, due, value FROM " name " WHERE tenant = ?1 AND key >= ?2 ORDER BY key DESC LIMIT ?3"

// A row that is there keeps its place: what is changed soon after it was written lies beside its contemporaries.
#define WAKALA_TABLE(enumerator, name)                                                                               \
  table_sql{table::enumerator,                                                                                       \
            "INSERT INTO " name " (tenant, key, due, value) VALUES (?1, ?2, ?3, ?4)"                                 \
            " ON CONFLICT (tenant, key) DO UPDATE SET due = excluded.due, value = excluded.value",                   \
            "DELETE FROM " name " WHERE tenant = ?1 AND key = ?2",                                                   \
            "SELECT value FROM " name " WHERE tenant = ?1 AND key = ?2",                                             \
            nullptr,                                                                                                 \
            WAKALA_TABLE_READS(name),                                                                                \
            "SELECT tenant, key, 0, due, value FROM main." name " ORDER BY tenant, key"},
#define WAKALA_DUE_TABLE(enumerator, name)                                                                           \
  table_sql{table::enumerator,                                                                                       \
            "INSERT INTO " name " (tenant, key, due, value, shard) VALUES (?1, ?2, ?3, ?4, ?5)"                      \
            " ON CONFLICT (tenant, key) DO UPDATE SET due = excluded.due, value = excluded.value,"                   \
            " shard = excluded.shard",                                                                               \
            "DELETE FROM " name " WHERE tenant = ?1 AND key = ?2",                                                   \
            "SELECT value FROM " name " WHERE tenant = ?1 AND key = ?2",                                             \
            "SELECT n.id, t.key, t.due, t.value FROM " name " t JOIN tenant_numbers n ON n.number = t.tenant"        \
            " WHERE t.shard = ?1 AND t.due > 0 AND t.due <= ?2 ORDER BY t.due, n.id, t.key LIMIT ?3",                \
            WAKALA_TABLE_READS(name),                                                                                \
            "SELECT tenant, key, shard, due, value FROM main." name " ORDER BY tenant, key"},

inline constexpr table_sql all_table_sql[] = {
#include "persistence/sqlite/tables.inc"
};
#undef WAKALA_TABLE
#undef WAKALA_DUE_TABLE
#undef WAKALA_TABLE_READS

static_assert(std::size(all_table_sql) == std::size(all_tables));

/// Position of a table in `all_table_sql`.
constexpr std::size_t index_of(table where) noexcept { return static_cast<std::size_t>(where) - 1; }

static_assert([] {
  for (const table t : all_tables)
    if (all_table_sql[index_of(t)].where != t || (all_table_sql[index_of(t)].due != nullptr) != has_due_rows(t))
      return false;
  return true;
}());

/// A tenant's name is long and in every key: the tables know it by number. A number, once given, stays.
inline constexpr const char* get_tenant_number_sql = "SELECT number FROM tenant_numbers WHERE id = ?1";

} // namespace wakala::persistence::sqlite
