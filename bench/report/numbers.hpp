/// \file
/// Numbers and texts for people.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::bench {

/// Three to four figures that count: `35,120`, `128.4`, `2.31`, `0.0427`; `–` when it is not a number.
std::string show(double value);
/// With the unit, where it is one that is written: `2.31 ms`, `35,120/s`, `98.2 %`; a `ratio` or a count has none.
std::string show(double value, std::string_view unit);
/// A share as percent: 0.034 is `3.4 %`.
std::string show_share(double share);

/// As many columns as a terminal needs for it, taking each code point as one.
std::size_t columns(std::string_view text);
/// Breaks at spaces into lines of at most `width` columns; a word that is too long by itself is cut. Control
/// characters become spaces. Never empty.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

} // namespace wakala::bench
