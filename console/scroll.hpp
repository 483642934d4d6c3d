/// \file
/// A cursor over the lines of a page, and the part of them that is on the screen.
#pragma once

#include "console/page.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace wakala::console {

/// The cursor stays with the line's key when lines change places, and near its place when the line is gone.
class scroll {
public:
  /// Looks at the lines as they are now; `room`: how many rows there are for them.
  void follow(const std::vector<line>& lines, std::size_t room);

  /// By so many selectable lines.
  void move(std::ptrdiff_t by);
  void move_page(bool down);
  void to_first();
  void to_last();
  /// Selects the line shown in a row of the room; false when nothing selectable is there.
  bool select_row(std::size_t row);

  const std::string& key() const noexcept { return key_; }
  /// Index into the lines of what is shown in a row, or `none`.
  std::size_t line_at(std::size_t row) const noexcept;
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

private:
  void show_cursor();

  std::vector<std::string> keys_;       ///< of all lines
  std::vector<std::size_t> selectable_; ///< indices of lines with a key
  std::size_t place_ = 0;               ///< into `selectable_`
  std::size_t top_ = 0;                 ///< first line shown below the heading that stays
  std::size_t room_ = 0;
  bool has_heading_ = false; ///< the first line is one that stays
  std::string key_;
};

} // namespace wakala::console
