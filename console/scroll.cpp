#include "console/scroll.hpp"

#include <algorithm>

namespace wakala::console {

void scroll::follow(const std::vector<line>& lines, std::size_t room) {
  keys_.clear();
  selectable_.clear();
  for (const auto& each : lines) {
    if (!each.key.empty())
      selectable_.push_back(keys_.size());
    keys_.push_back(each.key);
  }
  has_heading_ = !lines.empty() && lines.front().is_heading;
  room_ = room;
  const auto found = std::find_if(selectable_.begin(), selectable_.end(), [&](auto i) { return keys_[i] == key_; });
  if (!key_.empty() && found != selectable_.end())
    place_ = static_cast<std::size_t>(found - selectable_.begin());
  place_ = selectable_.empty() ? 0 : std::min(place_, selectable_.size() - 1);
  key_ = selectable_.empty() ? std::string{} : keys_[selectable_[place_]];
  show_cursor();
}

void scroll::move(std::ptrdiff_t by) {
  if (selectable_.empty())
    return;
  const auto last = static_cast<std::ptrdiff_t>(selectable_.size()) - 1;
  place_ = static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(place_) + by, 0, last));
  key_ = keys_[selectable_[place_]];
  show_cursor();
}

void scroll::move_page(bool down) {
  const auto page = static_cast<std::ptrdiff_t>(std::max<std::size_t>(room_, 2) - 1);
  move(down ? page : -page);
}

void scroll::to_first() { move(-static_cast<std::ptrdiff_t>(selectable_.size())); }
void scroll::to_last() { move(static_cast<std::ptrdiff_t>(selectable_.size())); }

bool scroll::select_row(std::size_t row) {
  const auto index = line_at(row);
  const auto found = std::find(selectable_.begin(), selectable_.end(), index);
  if (index == none || found == selectable_.end())
    return false;
  place_ = static_cast<std::size_t>(found - selectable_.begin());
  key_ = keys_[index];
  return true;
}

std::size_t scroll::line_at(std::size_t row) const noexcept {
  if (row >= room_ || keys_.empty())
    return none;
  if (has_heading_ && row == 0)
    return 0;
  const auto index = top_ + row;
  return index < keys_.size() ? index : none;
}

void scroll::show_cursor() {
  const std::size_t fixed = has_heading_ ? 1 : 0;
  const auto room = room_ > fixed ? room_ - fixed : 1;
  const auto count = keys_.size() > fixed ? keys_.size() - fixed : 0;
  if (!selectable_.empty()) {
    // The heading lies at line 0 and row 0; below it line `top_ + row` is shown in `row`.
    auto at = selectable_[place_] - (selectable_[place_] >= fixed ? fixed : 0);
    const auto first = place_ == 0 ? 0 : at; // what stands above the first row comes into view with it
    if (first < top_)
      top_ = first;
    if (at >= top_ + room)
      top_ = at - room + 1;
  }
  top_ = count > room ? std::min(top_, count - room) : 0;
}

} // namespace wakala::console
