#include "commerce/step_ids.hpp"

namespace wakala::commerce {

namespace {

constexpr std::size_t digits = 24;
constexpr std::string_view hex = "0123456789abcdef";

/// SplitMix64 (Steele, Lea, Flood 2014): a bijection whose outputs for neighbouring inputs are unrelated.
std::uint64_t mix(std::uint64_t x) noexcept {
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31U);
}

} // namespace

std::string make_id(std::string_view prefix, std::uint64_t seed) {
  std::uint64_t state = seed;
  for (const char c : prefix)
    state = mix(state ^ static_cast<unsigned char>(c));
  std::string id(prefix);
  std::uint64_t pool = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (i % 16 == 0)
      pool = state = mix(state);
    id += hex[pool & 0x0FU];
    pool >>= 4U;
  }
  return id;
}

} // namespace wakala::commerce
