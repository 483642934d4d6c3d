// The screen: a bar, a title, the view, a line for messages, the function keys.
#include "console/app.hpp"
#include "console/figures.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace wakala::console {

namespace {

constexpr std::int64_t notice_stays_ms = 8000;
constexpr std::size_t least_rows = 8;
constexpr std::size_t least_columns = 30;

void put_right(grid& to, std::size_t row, std::string_view text, look how) {
  const auto wide = columns_of(text);
  if (wide < to.columns())
    to.put(row, to.columns() - wide, text, how);
}

} // namespace

screen app::draw(std::size_t rows, std::size_t columns, moment_now now) {
  screen out{grid(rows, columns), std::nullopt};
  rows_ = rows;
  if (rows < least_rows || columns < least_columns) {
    out.cells.put(0, 0, "too small", look::bad);
    return out;
  }
  auto shown = top().what->show(around(now), columns);
  const auto panel_room = rows - 6; // at least two lines are left for the rest
  if (shown.panel.size() > panel_room)
    shown.panel.resize(panel_room);
  draw_bar(out.cells, now);
  draw_title(out.cells, shown);
  draw_body(out.cells, shown);
  draw_message(out, now);
  draw_functions(out.cells);
  if (menu_)
    menu_->draw(out.cells);
  return out;
}

void app::draw_bar(grid& to, moment_now now) const {
  const auto clock = time_of_day(now.wall_ms) + " UTC ";
  if (link_ != link::good || !link_problem_.empty()) {
    to.clear(0, look::banner);
    auto text = link_ == link::unknown ? std::string(" CONNECTING …")
                : link_ == link::lost  ? " NOT CONNECTED: " + link_problem_
                                       : " " + url_ + ": " + link_problem_;
    if (!past_.is_empty() && link_ == link::lost)
      text = fmt::format(" NOT CONNECTED since {}: {}", time_of_day(answered_wall_ms_), link_problem_);
    to.put(0, 0, fit(text, to.columns() - columns_of(clock)), look::banner);
    put_right(to, 0, clock, look::banner);
    return;
  }
  to.clear(0, look::bar);
  auto at = to.put(0, 0, " wakala ", look::bar);
  if (!past_.is_empty())
    at = to.put(0, at, fmt::format("│ node {} ", past_.latest().node), look::bar);
  at = to.put(0, at, fmt::format("│ {} ", url_.substr(url_.starts_with("http://") ? 7 : 0)), look::bar);
  if (is_known_)
    to.put(0, at, fmt::format("│ {}{}", who_.name, who_.is_operator ? " (operator)" : ""), look::bar);
  put_right(to, 0, (is_held_ ? " HELD " : " ") + clock, look::bar);
}

void app::draw_title(grid& to, const page& shown) const {
  std::string right = shown.note;
  const auto& view = *views_.back().what;
  if (!view.filter.empty())
    right = "/" + view.filter + (right.empty() ? "" : "  " + right);
  right += " ";
  std::size_t at = 1;
  const auto room = to.columns() - std::min(to.columns(), columns_of(right) + 2);
  // The last ones matter most.
  std::vector<std::string> titles;
  for (const auto& each : views_)
    titles.push_back(each.what->title());
  std::size_t first = 0;
  const auto wide = [&] {
    std::size_t sum = 0;
    for (auto i = first; i < titles.size(); ++i)
      sum += columns_of(titles[i]) + 3;
    return sum;
  };
  while (first + 1 < titles.size() && wide() > room)
    ++first;
  if (first > 0)
    at = to.put(1, at, "… › ", look::dim);
  for (auto i = first; i < titles.size(); ++i) {
    const bool is_last = i + 1 == titles.size();
    const auto left = room > at ? room - at : 1;
    at = to.put(1, at, columns_of(titles[i]) > left ? fit_middle(titles[i], left) : titles[i],
                is_last ? look::strong : look::dim);
    if (!is_last)
      at = to.put(1, at, " › ", look::dim);
  }
  put_right(to, 1, right, look::dim);
}

void app::draw_body(grid& to, const page& shown) {
  std::size_t row = 2;
  for (const auto& each : shown.panel)
    to.put(row++, 0, each);
  body_row_ = row;
  body_rows_ = to.rows() - 2 - row;
  body_ = shown.body;
  auto& place = top().place;
  place.follow(body_, body_rows_);
  for (std::size_t i = 0; i < body_rows_; ++i) {
    const auto index = place.line_at(i);
    if (index == scroll::none)
      break;
    to.put(row + i, 0, body_[index]);
    if (!body_[index].key.empty() && body_[index].key == place.key())
      to.tint(row + i, look::selected);
  }
  if (body_.empty() && shown.panel.empty())
    to.put(row, 1, top().problem.empty() ? (past_.is_empty() ? "" : "asking …") : top().problem,
           top().problem.empty() ? look::dim : look::bad);
}

void app::draw_message(screen& to, moment_now now) {
  const auto row = to.cells.rows() - 2;
  const auto wide = to.cells.columns();
  if (is_confirming_) {
    // As many lines as it takes: nothing of what one says yes to may be left out.
    const auto lines = wrap(errand_->question + " [y/N]", wide - 2);
    const auto first = row + 1 - std::min(lines.size(), row + 1);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      to.cells.clear(first + i, look::warning);
      to.cells.put(first + i, 1, lines[i], look::strong);
    }
    to.cursor = {{row, std::min(columns_of(lines.back()) + 2, wide - 1)}};
    return;
  }
  if (typing_ != typing::nothing) {
    // A field that was filled wrongly is told above its line.
    if (!notice_.empty())
      to.cells.put(row - 1, 0, fit(" " + notice_, wide), notice_look_);
    const auto label = fit(label_, std::min(columns_of(label_), wide / 2 + wide / 4));
    const auto at = to.cells.put(row, 0, label, look::accent);
    std::size_t cursor = 0;
    to.cells.put(row, at, editor_.visible(wide - at - 1, cursor), look::strong);
    to.cursor = {{row, at + cursor}};
    return;
  }
  if (!notice_.empty()) {
    if (notice_ms_ < 0)
      notice_ms_ = now.steady_ms;
    if (now.steady_ms - notice_ms_ < notice_stays_ms) {
      to.cells.put(row, 0, fit(" " + notice_, wide), notice_look_);
      return;
    }
    notice_.clear();
  }
  if (!top().problem.empty()) {
    to.cells.put(row, 0, fit(" " + top().problem, wide), look::bad);
    return;
  }
  std::size_t at = 1;
  for (const auto& each : top().what->actions(around(now), top().place.key())) {
    if (each.key == 0)
      continue;
    at = to.cells.put(row, at, std::string(1, static_cast<char>(each.key)), look::accent);
    at = to.cells.put(row, at, " " + each.name + "  ", look::dim);
  }
}

void app::draw_functions(grid& to) {
  struct function {
    int number;
    std::string_view label;
  };
  static constexpr std::array<function, 9> functions{{{1, "Help"},
                                                      {2, "Views"},
                                                      {3, "Find"},
                                                      {4, "Filter"},
                                                      {5, "Again"},
                                                      {6, "Sort"},
                                                      {7, "Trace"},
                                                      {9, "Do"},
                                                      {10, "Quit"}}};
  function_spots_.clear();
  const auto row = to.rows() - 1;
  std::size_t at = 0;
  for (const auto& each : functions) {
    at = to.put(row, at, fmt::format("F{}", each.number), look::plain);
    at = to.put(row, at, fit(each.label, to.columns() >= 80 && each.number < 10 ? 7 : columns_of(each.label)),
                look::label);
    function_spots_.emplace_back(at, each.number);
  }
  to.tint(row, at, to.columns(), look::label);
}

} // namespace wakala::console
