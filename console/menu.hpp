/// \file
/// A short list in a box, to choose from.
#pragma once

#include "console/grid.hpp"
#include "console/keys.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace wakala::console {

struct menu_entry {
  char32_t key = 0; ///< chooses it at once; 0: none
  std::string label;
  std::string gives; ///< for whoever opened the menu
};

enum class menu_purpose : std::uint8_t { views, sorting, actions };

class menu {
public:
  menu(menu_purpose purpose, std::string title, std::vector<menu_entry> entries, std::size_t at = 0);

  enum class answer : std::uint8_t { open, chosen, closed };
  answer on_key(const key& what);

  menu_purpose purpose() const noexcept { return purpose_; }
  /// Precondition: there is one.
  const menu_entry& current() const { return entries_[at_]; }

  void draw(grid& to);

private:
  menu_purpose purpose_;
  std::string title_;
  std::vector<menu_entry> entries_;
  std::size_t at_;
  std::size_t first_ = 0; ///< entry shown first
  // Where it was drawn.
  std::size_t row_ = 0;
  std::size_t column_ = 0;
  std::size_t width_ = 0;
  std::size_t shown_ = 0;
};

} // namespace wakala::console
