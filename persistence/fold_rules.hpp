/// \file
/// What every backend asks of the rows it is to fold.
#pragma once

#include "persistence/store.hpp"

namespace wakala::persistence {

/// The number of rows at the front that the tables hold already. `invalid_argument` unless all rows are of `shard`,
/// follow each other without a gap, and continue `folded_seq`.
inline result<std::size_t> rows_already_folded(shard_id shard, std::uint64_t folded_seq,
                                               const std::vector<row_ptr>& rows) {
  std::size_t done = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::uint64_t seq = rows[i]->seq;
    const bool follows = i == 0 ? seq >= 1 && seq <= folded_seq + 1 : seq == rows[i - 1]->seq + 1;
    if (rows[i]->shard != shard || !follows)
      return make_error(errc::invalid_argument, "rows to fold must be of one shard and follow without a gap");
    if (seq <= folded_seq)
      ++done;
  }
  return done;
}

inline error fold_fenced(shard_id shard) {
  return make_error(errc::fenced, "shard " + std::to_string(shard) + " has another owner now");
}

inline error no_such_shard(shard_id shard) {
  return make_error(errc::invalid_argument, "this store has no shard " + std::to_string(shard));
}

inline error no_due_rows(table where) {
  return make_error(errc::invalid_argument, "rows of " + std::string(table_name(where)) + " have no due time");
}

} // namespace wakala::persistence
