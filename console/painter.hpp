/// \file
/// The terminal: paints screens and reads keys. The only part that knows ncurses.
#pragma once

#include "console/app.hpp"
#include "console/keys.hpp"

#include <cstddef>
#include <optional>

namespace wakala::console {

struct painter_options {
  bool has_colours = true; ///< where the terminal has them
  bool is_ascii = false;   ///< signs beyond ASCII are replaced
};

/// Takes the terminal over until it is destroyed. One thread; one at a time.
class painter {
public:
  /// Throws std::runtime_error when there is no terminal or its type is unknown.
  explicit painter(painter_options options);
  ~painter();
  painter(const painter&) = delete;
  painter& operator=(const painter&) = delete;

  std::size_t rows() const;
  std::size_t columns() const;
  void paint(const screen& what);
  /// Paints everything anew with the next screen.
  void forget();
  /// A key that is there, without waiting. `has_resized` is set when the window has another size.
  std::optional<key> read(bool& has_resized);
  /// Gives the terminal back, stops this process, and takes it again when it goes on.
  void suspend();

private:
  int attributes(look how) const;

  painter_options options_;
};

/// Signs beyond ASCII should not be used here: the locale is not UTF-8, or the terminal's font has few of them.
bool wants_ascii();

} // namespace wakala::console
