#include "console/table.hpp"

#include "console/figures.hpp"

#include <algorithm>
#include <numeric>

namespace wakala::console {

namespace {

constexpr std::size_t gap = 1;
constexpr int expendable = 3; // so important columns go before others are squeezed

int compare(const table_cell& a, const table_cell& b) {
  if (a.order && b.order)
    return *a.order < *b.order ? -1 : *a.order > *b.order ? 1 : 0;
  return a.text.compare(b.text);
}

struct placed {
  std::size_t index = 0;
  std::size_t width = 0;
};

std::string heading_of(const column& each, const sorting& sorted) {
  if (each.name.empty() || each.name != sorted.column)
    return each.heading;
  return each.heading + (sorted.descending ? "▼" : "▲");
}

/// Which columns are shown, and how wide.
std::vector<placed> place(const table& what, std::size_t width, const sorting& sorted) {
  std::vector<placed> shown;
  for (std::size_t i = 0; i < what.columns.size(); ++i) {
    auto widest = columns_of(heading_of(what.columns[i], sorted));
    for (const auto& row : what.rows)
      widest = std::max(widest, columns_of(row.cells[i].text));
    shown.push_back({i, widest});
  }
  const auto total = [&] {
    return std::accumulate(shown.begin(), shown.end(), std::size_t{1},
                           [](std::size_t sum, const placed& each) { return sum + each.width + gap; });
  };
  const auto squeezable = [&](const placed& each) {
    const auto least = what.columns[each.index].narrowest;
    return least > 0 && each.width > least ? each.width - least : 0;
  };
  const auto could_be_saved = [&] {
    return std::accumulate(shown.begin(), shown.end(), std::size_t{0},
                           [&](std::size_t sum, const placed& each) { return sum + squeezable(each); });
  };
  const auto is_expendable = [&](const placed& each) { return what.columns[each.index].importance <= expendable; };
  while (shown.size() > 1 && (total() > width + could_be_saved() ||
                              (total() > width && std::any_of(shown.begin(), shown.end(), is_expendable)))) {
    // The last one of the least important.
    auto least = shown.end();
    for (auto each = shown.begin(); each != shown.end(); ++each)
      if (what.columns[each->index].importance < 9 &&
          (least == shown.end() || what.columns[each->index].importance <= what.columns[least->index].importance))
        least = each;
    if (least == shown.end())
      break;
    shown.erase(least);
  }
  while (total() > width) {
    const auto widest = std::max_element(
        shown.begin(), shown.end(), [&](const placed& a, const placed& b) { return squeezable(a) < squeezable(b); });
    if (squeezable(*widest) == 0)
      break;
    --widest->width;
  }
  return shown;
}

} // namespace

void sort_rows(table& what, const sorting& how) {
  const auto column = std::find_if(what.columns.begin(), what.columns.end(),
                                   [&](const auto& each) { return !how.column.empty() && each.name == how.column; });
  if (column == what.columns.end())
    return;
  const auto i = static_cast<std::size_t>(column - what.columns.begin());
  std::stable_sort(what.rows.begin(), what.rows.end(), [&](const table_row& a, const table_row& b) {
    const auto& left = a.cells[i];
    const auto& right = b.cells[i];
    const bool is_figure = left.order || right.order;
    if (is_figure && left.order.has_value() != right.order.has_value())
      return left.order.has_value();
    const auto order = compare(left, right);
    if (order == 0)
      return a.key < b.key;
    return how.descending ? order > 0 : order < 0;
  });
}

void drop_column(table& what, std::string_view name) {
  const auto found =
      std::find_if(what.columns.begin(), what.columns.end(), [&](const auto& each) { return each.name == name; });
  if (found == what.columns.end())
    return;
  const auto i = found - what.columns.begin();
  what.columns.erase(found);
  for (auto& row : what.rows)
    row.cells.erase(row.cells.begin() + i);
}

void drop_empty_columns(table& what) {
  std::vector<std::string> empty;
  for (std::size_t i = 0; i < what.columns.size(); ++i)
    if (what.columns[i].importance < 9 && std::all_of(what.rows.begin(), what.rows.end(), [i](const auto& row) {
          return row.cells[i].text.empty() || row.cells[i].text == nothing;
        }))
      empty.push_back(what.columns[i].name);
  if (!what.rows.empty())
    for (const auto& each : empty)
      drop_column(what, each);
}

void filter_rows(table& what, std::string_view part) {
  if (part.empty())
    return;
  std::erase_if(what.rows, [&](const table_row& row) {
    return !contains_ignoring_case(row.key, part) &&
           std::none_of(row.cells.begin(), row.cells.end(),
                        [&](const auto& each) { return contains_ignoring_case(each.text, part); });
  });
}

std::vector<line> lay_out(const table& what, std::size_t width, const sorting& sorted) {
  const auto shown = place(what, width, sorted);
  std::vector<line> lines;
  line heading;
  heading.is_heading = true;
  heading.spans.push_back({" ", look::heading});
  std::size_t at = 1;
  for (const auto& each : shown) {
    const auto& head = what.columns[each.index];
    heading.spans.push_back(
        {fit(heading_of(head, sorted), each.width, head.where) + std::string(gap, ' '), look::heading});
    if (!head.name.empty())
      heading.spots.push_back({head.name, at, at + each.width + gap});
    at += each.width + gap;
  }
  if (at < width)
    heading.spans.push_back({std::string(width - at, ' '), look::heading});
  lines.push_back(std::move(heading));
  for (const auto& row : what.rows) {
    line out{{{" "}}, row.key, false, {}};
    for (const auto& each : shown) {
      const auto& head = what.columns[each.index];
      const auto& cell = row.cells[each.index];
      auto text = head.is_id ? fit_middle(cell.text, each.width) : fit(cell.text, each.width, head.where);
      out.spans.push_back({std::move(text) + std::string(gap, ' '), cell.how});
    }
    lines.push_back(std::move(out));
  }
  return lines;
}

} // namespace wakala::console
