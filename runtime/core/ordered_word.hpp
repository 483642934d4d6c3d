/// \file
/// Eight bytes of a key as a number that orders like they do.
#pragma once

#include <boost/endian/conversion.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace wakala {

/// The bytes of `key` from `at` on; zeros behind its end.
inline std::uint64_t ordered_word(std::string_view key, std::size_t at) noexcept {
  std::uint64_t out = 0;
  if (at < key.size())
    std::memcpy(&out, key.data() + at, std::min(key.size() - at, sizeof out));
  return boost::endian::big_to_native(out);
}

} // namespace wakala
