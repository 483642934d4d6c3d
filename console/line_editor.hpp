/// \file
/// One line of text that a person types.
#pragma once

#include "console/keys.hpp"

#include <cstddef>
#include <string>

namespace wakala::console {

class line_editor {
public:
  explicit line_editor(std::string text = {}, std::size_t most_characters = 200);

  /// True when the key was one of editing.
  bool on_key(const key& what);

  std::string text() const; ///< UTF-8
  /// The text and the column of the cursor in at most `columns`, the part around the cursor.
  std::string visible(std::size_t columns, std::size_t& cursor_column) const;

private:
  std::u32string text_;
  std::size_t cursor_ = 0;
  std::size_t most_;
};

} // namespace wakala::console
