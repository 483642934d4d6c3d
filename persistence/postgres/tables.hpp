/// \file
/// The SQL of the folded tables, one constant text a table and use.
#pragma once

#include "persistence/store.hpp"

#include <string>

namespace wakala::persistence::postgres {

struct table_sql {
  std::string put;   ///< lists of tenants, keys, due times, shards, values
  std::string erase; ///< lists of tenants and keys
  std::string get;   ///< tenant, key
  std::string due;   ///< shard, until, limit; empty in tables without due rows
  /// Tenant, first key, limit; the bounded ones also the key before which to stop.
  std::string range_open;
  std::string range_bounded;
  std::string range_open_back;
  std::string range_bounded_back;
  std::string first_rows; ///< limit: tenant, key, due, value in order of tenant and key
  std::string next_rows;  ///< limit, and the tenant and key that they follow
};

/// Made once; the texts stay where they are, so that connections can tell statements by their addresses.
const table_sql& sql_of(table where);

} // namespace wakala::persistence::postgres
