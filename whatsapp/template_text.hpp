/// \file
/// Variables in a template's texts (Cloud API reference §13.4).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::whatsapp {

struct text_variables {
  std::vector<std::string> names; ///< in the order they stand
  bool well_formed = true;        ///< every brace belongs to `{{digits}}` or `{{small_letters}}`
  bool at_edge = false;           ///< one stands at the start or end; punctuation beside it is no text
  bool side_by_side = false;      ///< two without text between them
  std::size_t fixed_words = 0;    ///< words outside the variables
};

text_variables variables_of(std::string_view text);

/// Are these 1, 2, 3 … in any order, each at least once?
bool are_positional(const std::vector<std::string>& names);
/// Small letters, digits and `_`, a letter first, each once?
bool are_named(const std::vector<std::string>& names);

} // namespace wakala::whatsapp
