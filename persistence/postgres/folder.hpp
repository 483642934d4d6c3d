/// \file
/// Folds in PostgreSQL.
#pragma once

#include "persistence/postgres/connection.hpp"
#include "persistence/store.hpp"

namespace wakala::persistence::postgres {

/// One part of a fold and how far it has come.
struct part_in_work {
  const fold_part* part = nullptr;
  std::size_t next = 0; ///< of the part's rows
  result<std::uint64_t> reached{std::uint64_t{0}};
  bool is_done = false;
};

/// One transaction over the parts that are not done: at most `rows_max` of their rows, each shard's under the lock of
/// its lease. A part whose epoch is not the present one, or whose rows do not follow, is done with that error. After
/// an error of the database none of the transaction's rows are in the tables.
result<void> fold_some(connection& on, std::vector<part_in_work>& works, std::size_t rows_max);

} // namespace wakala::persistence::postgres
