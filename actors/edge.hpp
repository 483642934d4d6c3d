/// \file
/// The updates of one POST on their way to their shards, and what became of them.
#pragma once

#include "actors/messages.hpp"

#include <memory>
#include <vector>

namespace wakala::actors {

/// Who takes what is for a shard: its supervisor, or its `remote_shard`. A snapshot: whatever changes replaces it.
class shard_table {
public:
  void add(caf::actor actor, bool is_here) {
    actors_.push_back(std::move(actor));
    here_.push_back(is_here);
  }
  void set(shard_id shard, caf::actor actor, bool is_here) {
    actors_.at(shard) = std::move(actor);
    here_.at(shard) = is_here;
  }
  const caf::actor& operator[](shard_id shard) const { return actors_[shard]; }
  bool is_here(shard_id shard) const { return here_.at(shard); } ///< is this node its owner, or about to be?
  std::size_t size() const noexcept { return actors_.size(); }
  auto begin() const { return actors_.begin(); }
  auto end() const { return actors_.end(); }

private:
  std::vector<caf::actor> actors_;
  std::vector<bool> here_;
};
using shard_table_ptr = std::shared_ptr<const shard_table>;

/// Hands the updates to their shards. `done` is called exactly once, on whatever thread has the last outcome, with
/// one outcome per update in the order given: at the latest shortly after `deadline` (store time), with `retry` for
/// what was not decided.
void post_updates(const shard_table_ptr& shards, const node_context_ptr& node, std::vector<routed_event> events,
                  time_ms received_at, time_ms deadline, posted::done_function done);

} // namespace wakala::actors
