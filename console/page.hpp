/// \file
/// What a view shows: lines of differently coloured text, some of which can be selected.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace wakala::console {

/// What a piece of text means; the painter decides how that looks, with colours or without.
enum class look : std::uint8_t {
  plain,
  dim,
  strong,
  heading, ///< of a table
  good,
  warning,
  bad,
  accent,
  label,    ///< beside a function key
  bar,      ///< the first line
  selected, ///< the row under the cursor
  banner,   ///< not connected
};

struct span {
  std::string text;
  look how = look::plain;
};

/// Where a column's heading stands, for the mouse.
struct heading_spot {
  std::string column;
  std::size_t begin = 0;
  std::size_t end = 0; ///< one past the last
};

struct line {
  std::vector<span> spans;
  std::string key; ///< of what the line is about: stays when lines change places; empty: cannot be selected
  bool is_heading = false;
  std::vector<heading_spot> spots = {};
};

struct page {
  std::vector<line> panel; ///< stays while the rest scrolls
  std::vector<line> body;
  std::string note; ///< for the right end of the title line
};

/// The line's text without looks and without trailing spaces.
std::string text_of(const line& what);

/// A line of one span.
line plain_line(std::string text, look how = look::plain, std::string key = {});

} // namespace wakala::console
