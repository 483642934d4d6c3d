/// \file
/// The unfolded tail of a shard's journal, as the newest state of what it touches.
#pragma once

#include "persistence/store.hpp"

#include <deque>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace wakala::runtime {

/// Committed rows that the tables do not hold yet. Every read is table plus overlay. Not thread-safe: the shard's owner's.
class overlay {
public:
  /// Rows come in sequence order.
  void add(persistence::journal_row row);

  /// The newest record of that row of that table; null when the tail does not touch it. An erase is a record too.
  const persistence::record* find(const tenant_id& tenant, persistence::table where, const bytes& key) const;

  /// Is the key of an event in the tail?
  bool has_key(const event_key& key) const;

  /// Puts the tail's records over what the tables answered to `query`, keeping order, prefix, cursor and limit.
  std::vector<persistence::stored_value> merge(const persistence::range_query& query,
                                               std::vector<persistence::stored_value> stored) const;

  /// All present records of one table, of all tenants.
  std::vector<persistence::stored_value> all(persistence::table where) const;
  /// Every (tenant, key) of one table that the tail touches, erased ones included.
  bool touches(const tenant_id& tenant, persistence::table where, const bytes& key) const {
    return find(tenant, where, key) != nullptr;
  }

  /// The oldest rows, at most `limit`, for the next fold.
  std::vector<persistence::journal_row> oldest(std::size_t limit) const;

  /// Forgets rows up to `seq`: the tables hold them now.
  void drop_through(std::uint64_t seq);

  std::size_t rows() const noexcept { return rows_.size(); }
  /// Commit time of the oldest unfolded row; 0 when there is none.
  time_ms oldest_at() const noexcept { return rows_.empty() ? 0 : rows_.front().at; }
  void clear();

private:
  struct slot {
    std::uint64_t seq = 0;
    persistence::record newest;
  };
  using address = std::pair<tenant_id, bytes>;
  std::deque<persistence::journal_row> rows_;
  std::map<persistence::table, std::map<address, slot>> tables_;
  std::unordered_map<event_key, std::uint64_t> keys_;
};

} // namespace wakala::runtime
