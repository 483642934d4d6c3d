/// \file
/// Making texts of any content fit the places of a message: one line, and not longer than allowed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wakala::commerce {

/// Valid UTF-8 on one line: control characters and line breaks become blanks, runs of blanks one blank, ends trimmed.
/// Empty when nothing visible is left.
std::string one_line(std::string_view text);

/// At most `max` code points, the last of them `…` when something was cut. Never cuts a character from its combining
/// marks, an emoji from its modifiers, or a flag in two, unless a single such cluster is longer than `max`.
std::string cut(std::string text, std::size_t max);

/// `one_line`, cut.
std::string cut_line(std::string text, std::size_t max);

/// For comparing what people type: `one_line`, without invisible direction marks, lower case (ASCII), without
/// punctuation at the ends.
std::string fold(std::string_view text);

} // namespace wakala::commerce
