/// \file
/// The unfolded tail of a shard's journal, as the newest state of what it touches.
#pragma once

#include "persistence/store.hpp"

#include <boost/container/devector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <array>
#include <deque>
#include <functional>
#include <limits>
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

  /// Is an event in the tail whose key has this hash, in whatever bucket?
  bool has_key(const event_hash& hash) const;

  /// Puts the tail's records over what the tables answered to `query`, keeping order, prefix, cursor and limit.
  std::vector<persistence::stored_value> merge(const persistence::range_query& query,
                                               std::vector<persistence::stored_value> stored) const;

  /// All present records of one table, of all tenants.
  std::vector<persistence::stored_value> all(persistence::table where) const;
  /// True for every (tenant, key) of one table that the tail touches, erased ones included.
  bool touches(const tenant_id& tenant, persistence::table where, const bytes& key) const {
    return find(tenant, where, key) != nullptr;
  }

  /// Rows behind `seq`, oldest first, for the next fold. What comes later is kept apart from them, so that they can
  /// be forgotten together.
  std::vector<persistence::row_ptr> after(std::uint64_t seq);

  /// Forgets rows up to `seq`, but no more than `most`: the tables hold them now. True when all of them are gone.
  bool drop_through(std::uint64_t seq, std::size_t most = std::numeric_limits<std::size_t>::max());

  std::size_t rows() const noexcept { return rows_.size(); }
  /// Of the oldest row; 0 when there is none.
  std::uint64_t first_seq() const noexcept { return rows_.empty() ? 0 : rows_.front()->seq; }
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
  /// A place whose key begins with a conversation. Its row lies elsewhere and cold: places that differ in what comes
  /// behind the conversation are told apart without it.
  struct numbered_slot : slot {
    std::uint64_t number; ///< the eight bytes behind the conversation's, of which numbers order as the keys do
  };
  /// Places whose keys begin with the same conversation, by number. New ones come last nearly always, and the first
  /// go first.
  using group = boost::container::devector<numbered_slot>;
  using group_key = std::array<std::uint8_t, 16>; ///< the conversation's id
  /// The places of one table. Those that are written most and read by key have a hash table, of which the rare
  /// question for a range looks at every place; what is read by conversation lies together; the rest is in order.
  struct places {
    boost::unordered_flat_set<slot, slot_hash, slot_equal> hashed;
    boost::unordered_flat_map<group_key, group, random_id_hash, random_id_equal> grouped;
    std::set<slot, slot_less> ordered;
  };

  /// What consecutive rows say. To forget all of one costs next to nothing; to look for each row's places again is
  /// what forgetting mostly costs otherwise, since nobody has touched them for seconds.
  struct index {
    std::array<places, std::size(persistence::all_tables)> tables;
    /// Sequence number of the newest row with that key.
    boost::unordered_flat_map<event_hash, std::uint64_t, random_id_hash, random_id_equal> keys;
    std::uint64_t last = 0; ///< of its rows; 0: it has none

    const places& of_table(persistence::table where) const noexcept;
    places& of_table(persistence::table where) noexcept;
    void put(const persistence::journal_row& row, const persistence::record& r);
    void forget(const persistence::journal_row& row, const persistence::record& r);
    void forget(const persistence::journal_row& row);
    const slot* find(const address& at, persistence::table where) const;
    /// Keeps its room.
    void clear();
  };

  static group_key group_of(std::string_view key) noexcept;
  static std::uint64_t number_of(std::string_view key) noexcept;
  static group::const_iterator place_in(const group& all, const address& at) noexcept;
  static bool is_at(const group& all, group::const_iterator place, const address& wanted) noexcept;
  template <class Each>
  static void for_prefix(const index& all, const persistence::range_query& query, Each each);
  /// Of the oldest rows, whole.
  void drop_index();

  std::deque<persistence::row_ptr> rows_;
  std::deque<index> indexes_ = std::deque<index>(1); ///< the newest last, never empty
  std::uint64_t last_without_index_ = 0;             ///< rows up to this one may be there still, but are in no index
  index spare_;                                      ///< its room is used again
};

} // namespace wakala::runtime
