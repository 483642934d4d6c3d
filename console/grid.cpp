#include "console/grid.hpp"

#include "console/text.hpp"

#include <algorithm>

namespace wakala::console {

grid::grid(std::size_t rows, std::size_t columns) : rows_(rows), columns_(columns), cells_(rows * columns) {}

std::size_t grid::put(std::size_t row, std::size_t column, std::string_view text, look how) {
  if (row >= rows_)
    return column;
  for (auto& each : glyphs_of(text)) {
    if (column + each.columns > columns_)
      return columns_;
    auto* to = &cells_[row * columns_ + column];
    to[0] = {std::move(each.text), how};
    if (each.columns == 2)
      to[1] = {"", how};
    column += each.columns;
  }
  return column;
}

std::size_t grid::put(std::size_t row, std::size_t column, const line& what) {
  for (const auto& each : what.spans)
    column = put(row, column, each.text, each.how);
  return column;
}

void grid::tint(std::size_t row, look how) { tint(row, 0, columns_, how); }

void grid::tint(std::size_t row, std::size_t from, std::size_t to, look how) {
  if (row < rows_)
    for (auto column = from; column < std::min(to, columns_); ++column)
      cells_[row * columns_ + column].how = how;
}

void grid::clear(std::size_t row, look how) {
  if (row < rows_)
    std::fill_n(cells_.begin() + static_cast<std::ptrdiff_t>(row * columns_), columns_, cell{" ", how});
}

std::string grid::text(std::size_t row) const {
  std::string out;
  for (std::size_t column = 0; column < columns_; ++column)
    out += at(row, column).text;
  out.erase(out.find_last_not_of(' ') + 1);
  return out;
}

std::string grid::text() const {
  std::string out;
  for (std::size_t row = 0; row < rows_; ++row)
    out += text(row) + '\n';
  return out;
}

} // namespace wakala::console
