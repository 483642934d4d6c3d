// Keys while somebody looks around: moving, views, sorting, the mouse.
#include "console/app.hpp"
#include "console/commands.hpp"

#include <algorithm>
#include <array>

namespace wakala::console {

namespace {

constexpr std::int64_t double_click_ms = 500;

bool is_actor_id(std::string_view key) {
  static constexpr std::array<std::string_view, 5> kinds{"node:", "service:", "shard:", "tenant:", "conversation:"};
  return std::any_of(kinds.begin(), kinds.end(), [&](auto kind) { return key.starts_with(kind); });
}

/// What can be watched: the selected row, or the conversation that the view is about.
std::string watchable(const std::string& key, const std::string& command) {
  for (const auto& each : {key, command.substr(command.find(' ') + 1)})
    if (each.starts_with("conversation:") || each.starts_with("tenant:"))
      return each;
  return {};
}

} // namespace

void app::on_key(const key& what, moment_now now) {
  if (what.kind == key_kind::control && what.character == U'c') {
    has_ended_ = true;
    return;
  }
  if (what.kind == key_kind::control && what.character == U'l') {
    wants_redraw_ = true;
    return;
  }
  if (menu_)
    choose(what, now);
  else if (is_confirming_)
    confirm(what);
  else if (typing_ != typing::nothing)
    type(what);
  else
    browse(what, now);
}

void app::browse(const key& what, moment_now now) {
  auto& place = top().place;
  notice_.clear();
  if (errand_ && what.kind == key_kind::escape) { // while one finds out how many it would be
    errand_.reset();
    return say("left undone", look::dim);
  }
  switch (what.kind) {
  case key_kind::up:
    return place.move(-1);
  case key_kind::down:
    return place.move(1);
  case key_kind::wheel_up:
    return place.move(-3);
  case key_kind::wheel_down:
    return place.move(3);
  case key_kind::page_up:
    return place.move_page(false);
  case key_kind::page_down:
    return place.move_page(true);
  case key_kind::home:
    return place.to_first();
  case key_kind::end:
    return place.to_last();
  case key_kind::enter:
  case key_kind::right:
    return open_selected();
  case key_kind::escape:
  case key_kind::left:
  case key_kind::backspace:
    return back();
  case key_kind::tab:
    return top().what->turn();
  case key_kind::function:
    return browse_function(what.number, now);
  case key_kind::click:
    return browse_click(what, now);
  case key_kind::control:
    if (what.character == U'f' || what.character == U'b')
      place.move_page(what.character == U'f');
    return;
  case key_kind::character:
    browse_character(what.character, now);
    return;
  case key_kind::remove:
    return;
  }
}

bool app::browse_character(char32_t c, moment_now now) {
  for (const auto& each : numbered_views())
    if (each.key == c) {
      replace(each.command);
      return true;
    }
  for (const auto& each : top().what->actions(around(now), top().place.key()))
    if (each.key != 0 && each.key == c) {
      begin(each);
      return true;
    }
  auto& place = top().place;
  switch (c) {
  case U'j':
    place.move(1);
    return true;
  case U'k':
    place.move(-1);
    return true;
  case U'g':
    place.to_first();
    return true;
  case U'G':
    place.to_last();
    return true;
  case U'<':
    sort_by_neighbour(-1);
    return true;
  case U'>':
    sort_by_neighbour(1);
    return true;
  case U'I':
    top().what->sorted.descending = !top().what->sorted.descending;
    return true;
  case U'w':
    if (const auto selected = watchable(place.key(), top().what->command()); !selected.empty())
      push("live " + selected);
    return true;
  case U'i':
    if (is_actor_id(place.key()))
      push("actor " + std::string(place.key()));
    return true;
  case U' ':
    is_held_ = !is_held_;
    return true;
  case U'/':
    browse_function(4, now);
    return true;
  case U':':
    begin_typing(typing::command, ":");
    return true;
  case U'f':
    browse_function(3, now);
    return true;
  case U't':
    browse_function(7, now);
    return true;
  case U'r':
    browse_function(5, now);
    return true;
  case U'?':
  case U'h':
    browse_function(1, now);
    return true;
  case U'q':
    if (top().what->command() == "help")
      back();
    else
      has_ended_ = true;
    return true;
  default:
    return false;
  }
}

void app::browse_function(int number, moment_now now) {
  switch (number) {
  case 1:
    if (top().what->command() != "help")
      push("help");
    return;
  case 2:
    return offer_views();
  case 3:
    return begin_typing(typing::find, "Find (number, user id, wamid, order, conversation): ");
  case 4:
    filter_before_ = top().what->filter;
    return begin_typing(typing::filter, "/", filter_before_);
  case 5:
    refresh(top());
    overview_.is_asked = false;
    return;
  case 6:
    return offer_sorting();
  case 7:
    return begin_typing(typing::trace, "Trace of wamid: ");
  case 9:
    return offer_actions(now);
  case 10:
    has_ended_ = true;
    return;
  default:
    return;
  }
}

void app::open_selected() {
  if (const auto command = top().what->open(top().place.key()); !command.empty())
    push(command);
}

void app::back() {
  if (!top().what->filter.empty())
    top().what->filter.clear();
  else if (views_.size() > 1)
    views_.pop_back();
}

void app::browse_click(const key& what, moment_now now) {
  if (what.row + 1 == rows_) {
    for (const auto& [end, number] : function_spots_)
      if (what.column < end)
        return browse_function(number, now);
    return;
  }
  if (what.row < body_row_ || what.row >= body_row_ + body_rows_)
    return;
  auto& place = top().place;
  const auto row = what.row - body_row_;
  if (const auto index = place.line_at(row); index < body_.size() && body_[index].is_heading) {
    for (const auto& spot : body_[index].spots)
      if (what.column >= spot.begin && what.column < spot.end)
        sort_by(spot.column);
    return;
  }
  if (!place.select_row(row))
    return;
  if (clicked_key_ == place.key() && now.steady_ms - clicked_ms_ < double_click_ms) {
    clicked_ms_ = -double_click_ms;
    return open_selected();
  }
  clicked_key_ = place.key();
  clicked_ms_ = now.steady_ms;
}

void app::sort_by_neighbour(int by) {
  auto columns = top().what->sort_columns();
  std::erase_if(columns, [](const auto& each) { return each.name.empty(); });
  if (columns.empty())
    return;
  const auto count = static_cast<std::ptrdiff_t>(columns.size());
  const auto now = std::find_if(columns.begin(), columns.end(),
                                [&](const auto& each) { return each.name == top().what->sorted.column; });
  const auto at = now == columns.end() ? (by > 0 ? -1 : 0) : now - columns.begin();
  sort_by(columns[static_cast<std::size_t>((at + by + count) % count)].name);
}

void app::sort_by(const std::string& column) {
  auto& sorted = top().what->sorted;
  if (sorted.column == column) {
    sorted.descending = !sorted.descending;
    return;
  }
  // Names from the beginning, figures from the largest.
  const auto columns = top().what->sort_columns();
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const auto& each) { return each.name == column; });
  const bool is_text = found != columns.end() && found->where == alignment::left;
  sorted = {column, !is_text};
  top().place.to_first();
}

} // namespace wakala::console
