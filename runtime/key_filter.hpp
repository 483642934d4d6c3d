/// \file
/// A bounded memory of event keys that saves nearly every look-up on disk.
#pragma once

#include "runtime/core/ids.hpp"

#include <boost/container/small_vector.hpp>

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

/// Says where a key may be on disk, which for a new one is nowhere, nearly always. A key that was added, or that it
/// was not told of, is never missed in the bucket it is asked for. A key that is remembered is found in whatever
/// bucket it was put, so that a message that comes again with another time is known all the same. Keys cost about six
/// bytes each. The newest ones are remembered; buckets that are partly forgotten are always worth a look. Bucket 0,
/// whose keys have no order, is remembered apart as long as there is room. Not thread-safe.
class key_filter {
public:
  /// Where to look, as keys whose hash is that of the question.
  using places = boost::container::small_vector<event_key, 4>;

  /// Remembers about the newest `capacity` keys, and a quarter as many of bucket 0.
  explicit key_filter(std::size_t capacity);

  /// In place of all that it knew.
  void fill(const remembered_keys& keys);
  void add(const event_key& key);
  /// Adds to `out` the places at which `key` may be on disk, each once: none if it is certainly new.
  void look_up(const event_key& key, places& out) const;

  /// Keys added since the last `clear` or `fill`, as far as they are remembered.
  std::size_t size() const noexcept;
  void clear();

private:
  /// A table of fingerprints, each with the end of its key's bucket.
  class generation {
  public:
    explicit generation(std::size_t capacity);
    void add(const event_key& key) noexcept;
    void look_up(const event_key& key, places& out) const;
    bool is_full() const noexcept { return size_ >= capacity_; }
    std::size_t size() const noexcept { return size_; }
    std::uint32_t newest_bucket() const noexcept { return newest_bucket_; }

  private:
    std::size_t first_slot(std::uint64_t hash) const noexcept;

    std::size_t capacity_;
    std::size_t size_ = 0;
    std::uint32_t newest_bucket_ = 0;
    std::vector<std::uint32_t> slots_; ///< fingerprint, then the last 16 bits of the bucket; 0: free
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
