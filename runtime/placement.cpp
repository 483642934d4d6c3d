#include "runtime/placement.hpp"

namespace wakala::runtime {

namespace {

/// The finalizer of SplitMix64: every bit of the input moves half of the bits of the output.
constexpr std::uint64_t mixed(std::uint64_t x) noexcept {
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31U);
}

/// FNV-1a.
constexpr std::uint64_t hash_of(std::string_view text) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text)
    hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3ULL;
  return hash;
}

} // namespace

std::uint64_t bid(std::string_view node, shard_id shard) noexcept {
  return mixed(mixed(hash_of(node)) + (std::uint64_t{shard} + 1) * 0x9e3779b97f4a7c15ULL);
}

std::vector<std::string> place_shards(std::uint32_t shard_count, std::span<const std::string> nodes) {
  std::vector<std::string> owners(shard_count);
  for (shard_id shard = 0; shard < shard_count; ++shard) {
    const std::string* best = nullptr;
    std::uint64_t highest = 0;
    for (const std::string& node : nodes) {
      const auto bidden = bid(node, shard);
      // Equal bids are as good as impossible, but whoever decides must decide alike.
      if (best == nullptr || bidden > highest || (bidden == highest && node < *best)) {
        best = &node;
        highest = bidden;
      }
    }
    if (best != nullptr)
      owners[shard] = *best;
  }
  return owners;
}

} // namespace wakala::runtime
