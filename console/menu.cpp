#include "console/menu.hpp"

#include "console/text.hpp"

#include <algorithm>

namespace wakala::console {

namespace {

std::string repeated(std::string_view sign, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i)
    out += sign;
  return out;
}

} // namespace

menu::menu(menu_purpose purpose, std::string title, std::vector<menu_entry> entries, std::size_t at)
    : purpose_(purpose), title_(std::move(title)), entries_(std::move(entries)), at_(at) {}

menu::answer menu::on_key(const key& what) {
  if (entries_.empty())
    return answer::closed;
  switch (what.kind) {
  case key_kind::up:
  case key_kind::wheel_up:
    at_ -= at_ > 0 ? 1 : 0;
    return answer::open;
  case key_kind::down:
  case key_kind::wheel_down:
    at_ = std::min(at_ + 1, entries_.size() - 1);
    return answer::open;
  case key_kind::home:
    at_ = 0;
    return answer::open;
  case key_kind::end:
    at_ = entries_.size() - 1;
    return answer::open;
  case key_kind::enter:
    return answer::chosen;
  case key_kind::click:
    if (what.row > row_ && what.row <= row_ + shown_ && what.column > column_ && what.column < column_ + width_) {
      at_ = first_ + what.row - row_ - 1;
      return answer::chosen;
    }
    return answer::closed;
  case key_kind::character: {
    if (what.character == U'j' || what.character == U'k')
      return on_key({what.character == U'j' ? key_kind::down : key_kind::up, 0, 0, 0, 0});
    const auto found = std::find_if(entries_.begin(), entries_.end(),
                                    [&](const auto& each) { return each.key != 0 && each.key == what.character; });
    if (found == entries_.end())
      return answer::open;
    at_ = static_cast<std::size_t>(found - entries_.begin());
    return answer::chosen;
  }
  case key_kind::page_up:
  case key_kind::page_down:
    return answer::open;
  default:
    return answer::closed;
  }
}

void menu::draw(grid& to) {
  std::size_t inner = columns_of(title_) + 2;
  for (const auto& each : entries_)
    inner = std::max(inner, columns_of(each.label) + 6);
  inner = std::min(inner, to.columns() > 4 ? to.columns() - 4 : 1);
  shown_ = std::min(entries_.size(), to.rows() > 6 ? to.rows() - 6 : 1);
  first_ = at_ < first_ ? at_ : at_ >= first_ + shown_ ? at_ - shown_ + 1 : first_;
  width_ = inner + 2;
  row_ = (to.rows() - std::min(to.rows(), shown_ + 2)) / 2;
  column_ = (to.columns() - std::min(to.columns(), width_)) / 2;
  to.put(row_, column_, "┌" + repeated("─", inner) + "┐", look::accent);
  to.put(row_, column_ + 2, " " + fit(title_, std::min(columns_of(title_), inner - 2)) + " ", look::strong);
  for (std::size_t i = 0; i < shown_; ++i) {
    const auto& each = entries_[first_ + i];
    const auto row = row_ + 1 + i;
    const bool is_here = first_ + i == at_;
    to.put(row, column_, "│", look::accent);
    std::string hint(1, each.key != 0 && each.key < 0x80 ? static_cast<char>(each.key) : ' ');
    to.put(row, column_ + 1, " " + hint + "  " + fit(each.label, inner > 5 ? inner - 5 : 1) + " ",
           is_here ? look::selected : look::plain);
    to.put(row, column_ + width_ - 1, "│", look::accent);
  }
  to.put(row_ + shown_ + 1, column_, "└" + repeated("─", inner) + "┘", look::accent);
}

} // namespace wakala::console
