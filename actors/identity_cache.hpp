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

/// A bounded cache of identity rows in two generations: when the younger is full it becomes the older, and what was
/// in the older and not asked for since is forgotten. So it is with time: who has not written for long is not awake
/// any more, and is looked up once when they come back.
class identity_cache {
public:
  struct mapping {
    conversation_id conversation;
    bytes user; ///< row key of the user id the conversation had when it was mapped; empty: none
  };

  /// At most twice `entries`, but for those that must stay.
  explicit identity_cache(std::size_t entries) : generation_(entries) {}

  /// `key` and `user` are row keys: 16 bytes. `must_stay` says of a conversation that its rows may not be in the
  /// store yet.
  void put(const bytes& key, const conversation_id& conversation, const bytes& user,
           const std::function<bool(const conversation_id&)>& must_stay);
  /// The store knows better.
  void forget(const bytes& key);
  void clear() noexcept {
    young_.clear();
    old_.clear();
  }
  /// Forgets what was not asked for since the last time, but for those that must stay.
  void age(const std::function<bool(const conversation_id&)>& must_stay);
  /// Nothing when it is not known here; the store may know.
  std::optional<mapping> find(const bytes& key);
  bool contains(const bytes& key) { return find(key).has_value(); }
  std::size_t size() const noexcept { return young_.size() + old_.size(); }

private:
  using hash16 = std::array<std::uint8_t, 16>;
  struct entry {
    conversation_id conversation;
    hash16 user{};
    bool has_user = false;
  };
  using generation = boost::unordered_flat_map<hash16, entry, random_id_hash, random_id_equal>;

  std::size_t generation_;
  generation young_;
  generation old_;
};

} // namespace wakala::actors
