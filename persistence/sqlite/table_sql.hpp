/// \file
/// The SQL of the folded tables, one constant text a table and use.
#pragma once

#include "persistence/store.hpp"

namespace wakala::persistence::sqlite {

struct table_sql {
  table where;
  const char* put;
  const char* erase;
  const char* get;
  const char* due;
  const char* range_bounded;
  const char* range_open;
  const char* range_bounded_back;
  const char* range_open_back;
  const char* scan; ///< all rows by key, for comparing
};

#define WAKALA_TABLE(enumerator, name)                                                                               \
  table_sql{table::enumerator,                                                                                       \
            "INSERT OR REPLACE INTO " name " (tenant, key, shard, due, value) VALUES (?1, ?2, ?3, ?4, ?5)",          \
            "DELETE FROM " name " WHERE tenant = ?1 AND key = ?2",                                                   \
            "SELECT value FROM " name " WHERE tenant = ?1 AND key = ?2",                                             \
            "SELECT tenant, key, due, value FROM " name                                                              \
            " WHERE shard = ?1 AND due > 0 AND due <= ?2 ORDER BY due, tenant, key LIMIT ?3",                        \
            "SELECT key, due, value FROM " name                                                                      \
            " WHERE tenant = ?1 AND key >= ?2 AND key < ?4 ORDER BY key LIMIT ?3",                                   \
            "SELECT key, due, value FROM " name " WHERE tenant = ?1 AND key >= ?2 ORDER BY key LIMIT ?3",            \
            "SELECT key, due, value FROM " name                                                                      \
            " WHERE tenant = ?1 AND key >= ?2 AND key < ?4 ORDER BY key DESC LIMIT ?3",                              \
            "SELECT key, due, value FROM " name " WHERE tenant = ?1 AND key >= ?2 ORDER BY key DESC LIMIT ?3",       \
            "SELECT tenant, key, shard, due, value FROM main." name " ORDER BY tenant, key"},

inline constexpr table_sql all_table_sql[] = {
#include "persistence/sqlite/tables.inc"
};
#undef WAKALA_TABLE

static_assert(std::size(all_table_sql) == std::size(all_tables));

/// Position of a table in `all_table_sql`.
constexpr std::size_t index_of(table where) noexcept { return static_cast<std::size_t>(where) - 1; }

static_assert([] {
  for (const table t : all_tables)
    if (all_table_sql[index_of(t)].where != t)
      return false;
  return true;
}());

} // namespace wakala::persistence::sqlite
