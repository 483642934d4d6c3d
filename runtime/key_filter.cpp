#include "runtime/key_filter.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace wakala::runtime {

namespace {

/// Of 1.5 slots for a key a third stay free: a search ends within a line of the cache.
constexpr std::size_t slots_for(std::size_t keys) noexcept { return keys + keys / 2 + 2; }

constexpr unsigned bucket_bits = 16;
constexpr std::uint32_t bucket_mask = (1U << bucket_bits) - 1;

/// Keyed hashes are uniform already; others may not be.
std::uint64_t mix(std::uint64_t x) noexcept {
  x = (x ^ (x >> 32U)) * 0xd6e8feb86659fd93ULL;
  x = (x ^ (x >> 32U)) * 0xd6e8feb86659fd93ULL;
  return x ^ (x >> 32U);
}

std::uint64_t hash_of(const event_key& key) noexcept {
  std::array<std::uint64_t, 2> halves{};
  std::memcpy(halves.data(), key.hash.data(), sizeof halves);
  return mix(halves[0] ^ std::rotl(halves[1], 23));
}

/// Never 0; from other bits than the slot.
std::uint32_t fingerprint_of(std::uint64_t hash) noexcept {
  return (static_cast<std::uint32_t>(hash & bucket_mask) | 1U) << bucket_bits;
}

void put_once(key_filter::places& out, const event_key& key) {
  if (std::find(out.begin(), out.end(), key) == out.end())
    out.push_back(key);
}

} // namespace

key_filter::generation::generation(std::size_t capacity)
    : capacity_(std::max<std::size_t>(capacity, 1)), slots_(slots_for(capacity_)) {}

std::size_t key_filter::generation::first_slot(std::uint64_t hash) const noexcept {
  return static_cast<std::size_t>(((hash >> 32U) * slots_.size()) >> 32U);
}

void key_filter::generation::add(const event_key& key) noexcept {
  const auto hash = hash_of(key);
  auto at = first_slot(hash);
  while (slots_[at] != 0)
    at = at + 1 == slots_.size() ? 0 : at + 1;
  slots_[at] = fingerprint_of(hash) | (key.bucket & bucket_mask);
  ++size_;
  newest_bucket_ = std::max(newest_bucket_, key.bucket);
}

void key_filter::generation::look_up(const event_key& key, places& out) const {
  const auto hash = hash_of(key);
  for (auto at = first_slot(hash); slots_[at] != 0; at = at + 1 == slots_.size() ? 0 : at + 1) {
    if ((slots_[at] ^ fingerprint_of(hash)) >> bucket_bits != 0)
      continue;
    // The bucket it was asked for is looked at in any case: of one older than 18 hours the end says too little.
    put_once(out, key);
    put_once(out, event_key{newest_bucket_ - ((newest_bucket_ - slots_[at]) & bucket_mask), key.hash});
  }
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

void key_filter::look_up(const event_key& key, places& out) const {
  for (const generation& g : generations_)
    g.look_up(key, out);
  for (const generation& g : bucket_0_)
    g.look_up(key, out);
  if (key.bucket == 0 ? !bucket_0_known_ : key.bucket < known_from_)
    put_once(out, key);
}

std::size_t key_filter::size() const noexcept {
  std::size_t all = bucket_0_.empty() ? 0 : bucket_0_.front().size();
  for (const generation& g : generations_)
    all += g.size();
  return all;
}

} // namespace wakala::runtime
