/// \file
/// A bounded memory of event keys that saves nearly every look-up on disk.
#pragma once

#include "runtime/core/ids.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace wakala::runtime {

/// What a filter starts from: keys that the tables hold, newest bucket first.
struct remembered_keys {
  std::vector<event_key> newest;
  bool complete = true;               ///< there are no others
  std::vector<event_key> of_bucket_0; ///< only if `newest` is not complete
  bool bucket_0_complete = true;
};

/// Answers "certainly new" or "look it up", never the first for a key that was added or that it was not told of. Keys
/// cost two bytes each. The newest ones are remembered; of buckets that are partly forgotten nothing is certain.
/// Bucket 0, whose keys have no order, is remembered apart as long as there is room. Not thread-safe.
class key_filter {
public:
  /// Remembers about the newest `capacity` keys, and a quarter as many of bucket 0.
  explicit key_filter(std::size_t capacity);

  /// In place of all that it knew.
  void fill(const remembered_keys& keys);
  void add(const event_key& key);
  bool certainly_new(const event_key& key) const noexcept;

  /// Keys added since the last `clear` or `fill`, as far as they are remembered.
  std::size_t size() const noexcept;
  void clear();

private:
  /// A Bloom filter whose bits for one key lie in one line of the cache.
  class generation {
  public:
    explicit generation(std::size_t capacity);
    void add(const event_key& key) noexcept;
    bool may_hold(const event_key& key) const noexcept;
    bool is_full() const noexcept { return size_ >= capacity_; }
    std::size_t size() const noexcept { return size_; }
    std::uint32_t newest_bucket() const noexcept { return newest_bucket_; }

  private:
    std::size_t capacity_;
    std::size_t size_ = 0;
    std::uint32_t newest_bucket_ = 0;
    std::vector<std::uint64_t> bits_;
  };
  static constexpr std::size_t generations_max = 4;

  void forget_through(std::uint32_t bucket) noexcept;

  std::size_t capacity_;
  std::deque<generation> generations_; ///< oldest first
  std::uint64_t known_from_ = 1;       ///< the first bucket of which everything is remembered
  std::vector<generation> bucket_0_;   ///< at most one
  bool bucket_0_known_ = true;
};

} // namespace wakala::runtime
