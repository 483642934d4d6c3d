/// \file
/// Who takes what is for a shard.
#pragma once

#include "runtime/core/ids.hpp"

#include <caf/actor.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace wakala::actors {

/// A shard's supervisor, or its `remote_shard`. A snapshot: whatever changes replaces it.
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

/// Where the present table is found. Thread-safe.
class shard_table_holder {
public:
  shard_table_ptr get() const { return std::atomic_load(&current_); }
  void set(shard_table_ptr next) { std::atomic_store(&current_, std::move(next)); }

private:
  shard_table_ptr current_;
};

} // namespace wakala::actors
