/// \file
/// The unfolded tail of a shard's journal, as the newest state of what it touches.
#pragma once

#include "persistence/store.hpp"

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <array>
#include <deque>
#include <functional>
#include <set>
#include <string_view>
#include <tuple>
#include <vector>

namespace wakala::runtime {

/// Committed rows that the tables do not hold yet. Every read is table plus overlay. Rows are shared with the writer
/// and the fold, never copied. Not thread-safe: the shard's owner's.
class overlay {
public:
  /// Rows come in sequence order.
  void add(persistence::row_ptr row);

  /// The newest record of that row of that table; null when the tail does not touch it. An erase is a record too.
  /// Valid until the overlay changes.
  const persistence::record* find(const tenant_id& tenant, persistence::table where, const bytes& key) const;

  /// Is the key of an event in the tail?
  bool has_key(const event_key& key) const { return keys_.contains(key); }

  /// Puts the tail's records over what the tables answered to `query`, keeping order, prefix, cursor and limit.
  std::vector<persistence::stored_value> merge(const persistence::range_query& query,
                                               std::vector<persistence::stored_value> stored) const;

  /// All present records of one table, of all tenants.
  std::vector<persistence::stored_value> all(persistence::table where) const;
  /// True for every (tenant, key) of one table that the tail touches, erased ones included.
  bool touches(const tenant_id& tenant, persistence::table where, const bytes& key) const {
    return find(tenant, where, key) != nullptr;
  }

  /// Rows behind `seq`, oldest first, for the next fold.
  std::vector<persistence::row_ptr> after(std::uint64_t seq) const;

  /// Forgets rows up to `seq`: the tables hold them now.
  void drop_through(std::uint64_t seq);

  std::size_t rows() const noexcept { return rows_.size(); }
  /// Commit time of the oldest unfolded row; 0 when there is none.
  time_ms oldest_at() const noexcept { return rows_.empty() ? 0 : rows_.front()->at; }
  void clear();

private:
  /// The newest record of a place. The row holds it, and its tenant's name; both may be replaced by newer ones that
  /// name the same place.
  struct slot {
    mutable const persistence::journal_row* row;
    mutable const persistence::record* newest;
  };
  struct address {
    std::string_view tenant;
    std::string_view key;
  };
  static address of(const slot& s) noexcept { return {s.row->tenant, s.newest->key}; }
  static address of(const address& a) noexcept { return a; }

  struct slot_hash {
    using is_transparent = void;
    using is_avalanching = void;
    /// Keys differ between tenants, too: they hold random ids or keyed hashes.
    template <class T>
    std::size_t operator()(const T& at) const noexcept {
      return std::hash<std::string_view>{}(of(at).key);
    }
  };
  struct slot_equal {
    using is_transparent = void;
    template <class A, class B>
    bool operator()(const A& a, const B& b) const noexcept {
      return of(a).key == of(b).key && of(a).tenant == of(b).tenant;
    }
  };
  struct slot_less {
    using is_transparent = void;
    template <class A, class B>
    bool operator()(const A& a, const B& b) const noexcept {
      return std::tuple(of(a).tenant, of(a).key) < std::tuple(of(b).tenant, of(b).key);
    }
  };
  struct key_hash {
    using is_avalanching = void; // a keyed hash is uniform
    std::size_t operator()(const event_key& key) const noexcept { return std::hash<event_key>{}(key); }
  };
  /// The places of one table. Those that are written most and read by key have a hash table, of which the rare
  /// question for a range looks at every place; the others are kept in order.
  struct places {
    boost::unordered_flat_set<slot, slot_hash, slot_equal> hashed;
    std::set<slot, slot_less> ordered;
  };

  const places& of_table(persistence::table where) const noexcept;
  places& of_table(persistence::table where) noexcept;
  void put(const persistence::journal_row& row, const persistence::record& r);
  void forget(const persistence::journal_row& row, const persistence::record& r);
  template <class Each>
  void for_prefix(const persistence::range_query& query, Each each) const;

  std::deque<persistence::row_ptr> rows_;
  std::array<places, std::size(persistence::all_tables)> tables_;
  boost::unordered_flat_map<event_key, std::uint64_t, key_hash> keys_; ///< of the newest row with that key
};

} // namespace wakala::runtime
