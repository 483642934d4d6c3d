#include "persistence/digest.hpp"

#include <bit>
#include <cstring>

namespace wakala::persistence {

static_assert(std::endian::native == std::endian::little, "stored digests are little-endian sums");

void digest::add(std::uint64_t number) noexcept {
  state_ = (state_ ^ number) * 0x9e3779b97f4a7c15ULL;
  state_ ^= state_ >> 32U;
}

void digest::add(std::string_view field) noexcept {
  add(std::uint64_t{field.size()});
  const char* at = field.data();
  std::size_t left = field.size();
  for (; left >= 8; at += 8, left -= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    add(word);
  }
  if (left > 0) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, left);
    add(word);
  }
}

std::uint32_t digest::value() const noexcept {
  const std::uint64_t mixed = state_ * 0xd6e8feb86659fd93ULL;
  return static_cast<std::uint32_t>(mixed >> 32U);
}

} // namespace wakala::persistence
