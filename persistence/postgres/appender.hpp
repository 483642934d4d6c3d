/// \file
/// Taking shards and appending to their journals.
#pragma once

#include "persistence/postgres/connection.hpp"
#include "persistence/store.hpp"

namespace wakala::persistence::postgres {

/// Where a shard stands when it has just been taken.
struct taken_shard {
  std::uint64_t epoch = 0;
  std::uint64_t last_seq = 0;
  std::uint64_t folded_seq = 0;
};

/// Takes the shard for `node` under a new epoch; with `seen`, only if that is still its epoch or the shard is the
/// node's already, else `fenced`. Waits for appends and folds under the old one that are on their way,
/// and so settles them: what they have written is in the answer, and nothing comes after it.
result<taken_shard> take_shard(connection& on, shard_id shard, std::string_view node,
                               std::optional<std::uint64_t> seen);

/// Appends rows, each under its epoch, and the keys of their conversations in one statement, which commits by itself.
/// Answers with the shards whose epochs are still the present ones; of the others nothing was written. A shard whose
/// owner changes at this moment counts as one that has changed. Rows of one shard are all of one epoch.
result<std::vector<shard_id>> append_rows(connection& on, const std::vector<row_ptr>& rows,
                                          const std::vector<wrapped_key>& new_keys);

} // namespace wakala::persistence::postgres
