/// \file
/// Maps that are asked by views of names, without making a name of them first.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace wakala::runtime {

struct name_hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view name) const noexcept { return std::hash<std::string_view>{}(name); }
};

template <class T>
using name_map = std::unordered_map<std::string, T, name_hash, std::equal_to<>>;

/// How many names something keeps before it looks for those it need not keep.
inline constexpr std::size_t names_kept = 1'000;

} // namespace wakala::runtime
