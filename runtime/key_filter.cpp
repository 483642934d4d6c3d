#include "runtime/key_filter.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace wakala::runtime {

namespace {

constexpr std::size_t line_words = 8; ///< 512 bits
constexpr std::size_t keys_per_line = 32;
constexpr int bits_per_key = 7; ///< with 16 bits of room for each, about one in 500 is mistaken for a known one

struct mixed_hash {
  std::uint64_t line;
  std::uint64_t bits;
};

/// Keyed hashes are uniform already; others may not be.
std::uint64_t mix(std::uint64_t x) noexcept {
  x = (x ^ (x >> 32U)) * 0xd6e8feb86659fd93ULL;
  x = (x ^ (x >> 32U)) * 0xd6e8feb86659fd93ULL;
  return x ^ (x >> 32U);
}

mixed_hash hash_of(const event_key& key) noexcept {
  std::array<std::uint64_t, 2> halves{};
  std::memcpy(halves.data(), key.hash.data(), sizeof halves);
  const std::uint64_t line = mix(halves[0] ^ std::rotl(halves[1], 23));
  return {line, mix(line + halves[1])};
}

} // namespace

key_filter::generation::generation(std::size_t capacity)
    : capacity_(std::max<std::size_t>(capacity, 1)),
      bits_((capacity_ + keys_per_line - 1) / keys_per_line * line_words) {}

void key_filter::generation::add(const event_key& key) noexcept {
  auto [line, bits] = hash_of(key);
  std::uint64_t* const words = bits_.data() + line % (bits_.size() / line_words) * line_words;
  for (int i = 0; i < bits_per_key; ++i, bits >>= 9U)
    words[(bits >> 6U) & 7U] |= std::uint64_t{1} << (bits & 63U);
  ++size_;
  newest_bucket_ = std::max(newest_bucket_, key.bucket);
}

bool key_filter::generation::may_hold(const event_key& key) const noexcept {
  auto [line, bits] = hash_of(key);
  const std::uint64_t* const words = bits_.data() + line % (bits_.size() / line_words) * line_words;
  bool all = true;
  for (int i = 0; i < bits_per_key && all; ++i, bits >>= 9U)
    all = (words[(bits >> 6U) & 7U] >> (bits & 63U) & 1U) != 0;
  return all;
}

key_filter::key_filter(std::size_t capacity) : capacity_(capacity) {}

void key_filter::clear() {
  generations_.clear();
  bucket_0_.clear();
  known_from_ = 1;
  bucket_0_known_ = true;
}

void key_filter::fill(const remembered_keys& keys) {
  clear();
  // Oldest first, so that the oldest are forgotten first.
  std::for_each(keys.newest.rbegin(), keys.newest.rend(), [this](const event_key& key) { add(key); });
  if (keys.complete)
    return;
  // The last bucket that was read may go on in what was not.
  forget_through(keys.newest.empty() ? 0xffff'ffffU : keys.newest.back().bucket);
  std::for_each(keys.of_bucket_0.begin(), keys.of_bucket_0.end(), [this](const event_key& key) { add(key); });
  bucket_0_known_ = bucket_0_known_ && keys.bucket_0_complete;
}

void key_filter::forget_through(std::uint32_t bucket) noexcept {
  known_from_ = std::max(known_from_, std::uint64_t{bucket} + 1);
}

void key_filter::add(const event_key& key) {
  if (key.bucket == 0) {
    if (!bucket_0_known_)
      return;
    if (bucket_0_.empty())
      bucket_0_.emplace_back(capacity_ / generations_max);
    bucket_0_.front().add(key);
    if (bucket_0_.front().is_full()) {
      bucket_0_.clear();
      bucket_0_known_ = false;
    }
    return;
  }
  if (generations_.empty() || generations_.back().is_full()) {
    if (generations_.size() == generations_max) {
      forget_through(generations_.front().newest_bucket());
      generations_.pop_front();
    }
    generations_.emplace_back(capacity_ / generations_max);
  }
  generations_.back().add(key);
}

bool key_filter::certainly_new(const event_key& key) const noexcept {
  if (key.bucket == 0)
    return bucket_0_known_ && (bucket_0_.empty() || !bucket_0_.front().may_hold(key));
  // What a generation holds is of no bucket after its newest.
  return key.bucket >= known_from_ &&
         std::none_of(generations_.begin(), generations_.end(),
                      [&](const generation& g) { return g.newest_bucket() >= key.bucket && g.may_hold(key); });
}

std::size_t key_filter::size() const noexcept {
  std::size_t all = bucket_0_.empty() ? 0 : bucket_0_.front().size();
  for (const generation& g : generations_)
    all += g.size();
  return all;
}

} // namespace wakala::runtime
