/// \file
/// A screen as cells, drawn by plain functions and painted by whoever has a terminal.
#pragma once

#include "console/page.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::console {

struct cell {
  std::string text = " "; ///< empty: the right half of the wide glyph before it
  look how = look::plain;

  bool operator==(const cell&) const = default;
};

/// Everything outside is cut off silently.
class grid {
public:
  grid(std::size_t rows, std::size_t columns);

  std::size_t rows() const noexcept { return rows_; }
  std::size_t columns() const noexcept { return columns_; }
  const cell& at(std::size_t row, std::size_t column) const { return cells_[row * columns_ + column]; }

  /// Writes from a column on and returns the column after the text.
  std::size_t put(std::size_t row, std::size_t column, std::string_view text, look how = look::plain);
  std::size_t put(std::size_t row, std::size_t column, const line& what);
  /// The whole row looks like this; its text stays.
  void tint(std::size_t row, look how);
  void tint(std::size_t row, std::size_t from, std::size_t to, look how);
  void clear(std::size_t row, look how = look::plain);

  /// A row without looks and without trailing spaces.
  std::string text(std::size_t row) const;
  std::string text() const; ///< all rows, each with a newline

private:
  std::size_t rows_;
  std::size_t columns_;
  std::vector<cell> cells_;
};

} // namespace wakala::console
