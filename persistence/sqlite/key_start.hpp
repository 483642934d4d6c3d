/// \file
/// The beginning of a key, to sort many keys by without a look at the keys themselves.
#pragma once

#include "runtime/core/ordered_word.hpp"

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wakala::persistence::sqlite {

/// Orders as the keys do, bytewise, and tells all keys apart of which one at least is no longer than `bytes`: most
/// are an id, or an id and a number. Two that are longer and begin alike are equal here.
class key_start {
public:
  static constexpr std::size_t bytes = 24;

  key_start() noexcept = default;
  explicit key_start(std::string_view key) noexcept
      : first_(ordered_word(key, 0)), second_(ordered_word(key, 8)), third_(ordered_word(key, 16)),
        length_(static_cast<std::uint32_t>(std::min(key.size(), bytes + 1))) {}

  /// True when there is more of the key than is seen here.
  bool is_cut() const noexcept { return length_ > bytes; }

  /// A key that ends earlier comes first, as its missing bytes are taken for zeros before lengths are compared.
  auto operator<=>(const key_start&) const noexcept = default;

private:
  std::uint64_t first_ = 0;
  std::uint64_t second_ = 0;
  std::uint64_t third_ = 0;
  std::uint32_t length_ = 0; ///< `bytes` + 1 for all that are longer
};

} // namespace wakala::persistence::sqlite
