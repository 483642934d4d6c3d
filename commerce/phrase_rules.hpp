/// \file
/// Which texts the dialogue uses, what must stand in each, and how long each may be.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace wakala::commerce {

struct phrase_rule {
  std::string_view key;
  std::size_t max; ///< code points of the text as written, placeholders included
  std::vector<std::string_view> placeholders;
};

/// All of them, in the order of the dialogue. Titles of buttons are the keys that start with `button.`.
std::span<const phrase_rule> phrase_rules();

} // namespace wakala::commerce
