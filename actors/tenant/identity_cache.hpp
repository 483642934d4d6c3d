/// \file
/// Which conversation an identity names, as lately seen.
#pragma once

#include "runtime/core/encoding.hpp"
#include "runtime/core/ids.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <array>
#include <cstring>
#include <functional>
#include <optional>

namespace wakala::actors {

/// A bounded cache of identity rows. Who is awake stays; of the others goes who was not asked for between two sweeps,
/// and is looked up once when they come back.
class identity_cache {
public:
  struct mapping {
    conversation_id conversation;
    bytes user; ///< row key of the user id the conversation had when it was mapped; empty: none
  };

  using stays_function = std::function<bool(const conversation_id&)>;

  /// It is swept after `entries` new rows or a quarter of what there is, whichever is more: it holds twice `entries`
  /// beside those that stay, more only while so many are asked for.
  explicit identity_cache(std::size_t entries) : entries_(entries), sweep_at_(entries) {}

  /// `key` and `user` are row keys: 16 bytes. `must_stay` says of a conversation that it is awake, or that its rows
  /// may not be in the store yet.
  void put(const bytes& key, const conversation_id& conversation, const bytes& user, const stays_function& must_stay);
  /// The store knows better.
  void forget(const bytes& key);
  void clear();
  /// Forgets what was neither put nor asked for since the last sweep, but for those that must stay.
  void sweep(const stays_function& must_stay);
  /// Nothing when it is not known here; the store may know.
  std::optional<mapping> find(const bytes& key);
  bool contains(const bytes& key) { return find(key).has_value(); }
  std::size_t size() const noexcept { return rows_.size(); }

private:
  using hash16 = std::array<std::uint8_t, 16>;
  struct entry {
    conversation_id conversation;
    hash16 user{};
    bool has_user = false;
    bool was_asked_for = true; ///< since the last sweep
  };

  std::size_t entries_;
  std::size_t sweep_at_;
  boost::unordered_flat_map<hash16, entry, random_id_hash, random_id_equal> rows_;
};

} // namespace wakala::actors
