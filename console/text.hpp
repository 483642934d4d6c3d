/// \file
/// Text as a terminal shows it: what is safe to print, how many columns it takes, cut and padded to fit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::console {

/// One visible character with the marks that combine with it.
struct glyph {
  std::string text;
  std::size_t columns = 1; ///< 1 or 2
};

/// The text as glyphs. What could command a terminal or turn the direction of writing (control and format characters)
/// becomes a middle dot, malformed UTF-8 becomes U+FFFD. Widths are those of the process's locale (LC_CTYPE).
std::vector<glyph> glyphs_of(std::string_view text);

/// The same as one string: fit to be printed.
std::string safe_text(std::string_view text);

std::size_t columns_of(std::string_view text);

enum class alignment : std::uint8_t { left, right };

/// Exactly so many columns: padded with spaces, or cut with an ellipsis.
std::string fit(std::string_view text, std::size_t columns, alignment where = alignment::left);

/// As `fit`, but keeps beginning and end, as is good for ids.
std::string fit_middle(std::string_view text, std::size_t columns);

/// The text in lines of at most so many columns, broken at spaces where there are any. At least one line.
std::vector<std::string> wrap(std::string_view text, std::size_t columns);

/// The same in ASCII, column for column: this console's own signs have a counterpart, everything else is `?`.
std::string to_ascii(std::string_view text);

/// Does `text` contain `part`, whatever the case of ASCII letters?
bool contains_ignoring_case(std::string_view text, std::string_view part);

/// Splits once at the first run of spaces, which is dropped; the second part is empty when there is none.
std::pair<std::string, std::string> first_word(std::string_view text);

} // namespace wakala::console
