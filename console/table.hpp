/// \file
/// Rows and columns, sorted and laid out into lines of a given width.
#pragma once

#include "console/page.hpp"
#include "console/text.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace wakala::console {

struct column {
  std::string name; ///< what it is sorted by
  std::string heading;
  alignment where = alignment::right;
  std::size_t narrowest = 0; ///< columns of the screen it may be squeezed to; 0: never squeezed
  int importance = 5;        ///< the least important go first when the screen is narrow; 9 never goes
  bool is_id = false;        ///< cut in the middle
};

struct table_cell {
  std::string text;
  look how = look::plain;
  std::optional<double> order = std::nullopt; ///< sorted by this; without it by the text
};

struct table_row {
  std::string key;
  std::vector<table_cell> cells; ///< as many as columns
};

struct sorting {
  std::string column; ///< empty: as it came
  bool descending = true;

  bool operator==(const sorting&) const = default;
};

struct table {
  std::vector<column> columns;
  std::vector<table_row> rows;
};

/// Sorts rows, equal ones by key. Rows without a figure come last in both directions.
void sort_rows(table& what, const sorting& how);

/// Takes a column out, with its cells; harmless when there is none of that name.
void drop_column(table& what, std::string_view name);

/// Takes out the columns, none of those that never go, in which no row has anything: no text, or a dash.
void drop_empty_columns(table& what);

/// Keeps the rows with `part` in one of their cells, whatever the case.
void filter_rows(table& what, std::string_view part);

/// The heading and one line a row, each exactly `width` wide. The column sorted by carries a small triangle.
std::vector<line> lay_out(const table& what, std::size_t width, const sorting& sorted = {});

} // namespace wakala::console
