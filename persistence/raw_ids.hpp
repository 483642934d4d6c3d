/// \file
/// Ids of 16 bytes as backends hold them.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace wakala::persistence {

inline std::string_view view_of(const std::array<std::uint8_t, 16>& raw) noexcept {
  return {reinterpret_cast<const char*>(raw.data()), raw.size()};
}

/// False when the bytes are not 16.
inline bool to_array(std::string_view raw, std::array<std::uint8_t, 16>& out) noexcept {
  if (raw.size() != out.size())
    return false;
  std::transform(raw.begin(), raw.end(), out.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  return true;
}

} // namespace wakala::persistence
