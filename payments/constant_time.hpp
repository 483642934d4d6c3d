/// \file
/// Comparison of secrets. Internal to this folder.
#pragma once

#include <string_view>

namespace wakala::payments {

/// No early end: how long it takes tells the lengths, and nothing of the contents.
inline bool same_secret(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size())
    return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference |= static_cast<unsigned>(static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]));
  return difference == 0;
}

} // namespace wakala::payments
