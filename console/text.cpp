#include "console/text.hpp"

#include "runtime/core/encoding.hpp"

#include <algorithm>
#include <array>
#include <cwchar>
#include <utility>

namespace wakala::console {

namespace {

struct code_point {
  char32_t value = 0;
  std::size_t bytes = 1;
};

/// Precondition: well-formed UTF-8.
code_point read(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80)
    return {first, 1};
  const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  char32_t value = first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i)
    value = (value << 6) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  return {value, length};
}

bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB) ||
         (c >= 0xE0000 && c <= 0xE0FFF) || c == 0x061C;
}

constexpr auto ascii_signs = std::to_array<std::pair<char32_t, char>>({
    {U'▁', '_'}, {U'▂', '.'}, {U'▃', '-'}, {U'▄', '='}, {U'▅', '+'}, {U'▆', '*'}, {U'▇', '%'},  {U'█', '#'},
    {U'░', ':'}, {U'▒', '='}, {U'…', '~'}, {U'·', '.'}, {U'•', '*'}, {U'›', '>'}, {U'─', '-'},  {U'│', '|'},
    {U'┌', '+'}, {U'┐', '+'}, {U'└', '+'}, {U'┘', '+'}, {U'▲', '^'}, {U'▼', 'v'}, {U'µ', 'u'},  {U'→', '>'},
    {U'–', '-'}, {U'←', '<'}, {U'↑', '^'}, {U'↓', 'v'}, {U'“', '"'}, {U'”', '"'}, {U'’', '\''},
});

/// Only printable ASCII, as most texts are: a column a byte.
bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

} // namespace

std::vector<glyph> glyphs_of(std::string_view text) {
  const auto valid = to_valid_utf8(text);
  std::string_view left = valid;
  std::vector<glyph> found;
  while (!left.empty()) {
    const auto [value, bytes] = read(left);
    auto shown = std::string(left.substr(0, bytes));
    left.remove_prefix(bytes);
    if (is_control(value)) {
      found.push_back({"·", 1});
      continue;
    }
    const int width = value < 0x7F ? 1 : ::wcwidth(static_cast<wchar_t>(value));
    if (width == 0 && !found.empty())
      found.back().text += shown;
    else if (width != 0)
      found.push_back({std::move(shown), width == 2 ? std::size_t{2} : std::size_t{1}});
  }
  return found;
}

std::string safe_text(std::string_view text) {
  std::string out;
  for (const auto& each : glyphs_of(text))
    out += each.text;
  return out;
}

std::size_t columns_of(std::string_view text) {
  if (is_plain(text))
    return text.size();
  std::size_t sum = 0;
  for (const auto& each : glyphs_of(text))
    sum += each.columns;
  return sum;
}

std::string fit(std::string_view text, std::size_t columns, alignment where) {
  if (is_plain(text) && text.size() <= columns) {
    const std::string space(columns - text.size(), ' ');
    return where == alignment::left ? std::string(text) + space : space + std::string(text);
  }
  const auto glyphs = glyphs_of(text);
  std::size_t needed = 0;
  for (const auto& each : glyphs)
    needed += each.columns;
  if (columns == 0)
    return {};
  std::string out;
  std::size_t used = 0;
  const auto room = needed > columns ? columns - 1 : columns;
  for (const auto& each : glyphs) {
    if (used + each.columns > room)
      break;
    out += each.text;
    used += each.columns;
  }
  if (needed > columns) {
    out += "…";
    ++used;
  }
  const std::string padding(columns - used, ' ');
  return where == alignment::left ? out + padding : padding + out;
}

std::string fit_middle(std::string_view text, std::size_t columns) {
  const auto glyphs = glyphs_of(text);
  if (columns < 5 || columns_of(text) <= columns)
    return fit(text, columns);
  const auto tail_room = (columns - 1) / 2;
  std::string tail;
  std::size_t used = 0;
  for (auto each = glyphs.rbegin(); each != glyphs.rend() && used + each->columns <= tail_room; ++each) {
    tail.insert(0, each->text);
    used += each->columns;
  }
  auto head = fit(text, columns - used); // ends with the ellipsis, since it does not fit
  return head + tail;
}

std::vector<std::string> wrap(std::string_view text, std::size_t columns) {
  std::vector<std::string> lines(1);
  std::size_t used = 0;
  std::size_t since_space = 0; // bytes of the current line after its last space
  bool has_space = false;
  for (const auto& each : glyphs_of(text)) {
    if (used + each.columns > std::max<std::size_t>(columns, 2)) {
      std::string rest;
      if (has_space && each.text != " ") {
        auto& line = lines.back();
        rest = line.substr(line.size() - since_space);
        line.erase(line.size() - since_space - 1);
      }
      used = columns_of(rest);
      since_space = rest.size();
      has_space = false;
      lines.push_back(std::move(rest));
      if (each.text == " ")
        continue;
    }
    lines.back() += each.text;
    used += each.columns;
    since_space = each.text == " " ? 0 : since_space + each.text.size();
    has_space = has_space || each.text == " ";
  }
  return lines;
}

std::string to_ascii(std::string_view text) {
  std::string out;
  for (const auto& each : glyphs_of(text)) {
    const auto value = read(each.text).value;
    if (value < 0x80) {
      out += static_cast<char>(value);
      continue;
    }
    const auto* known =
        std::find_if(ascii_signs.begin(), ascii_signs.end(), [&](const auto& sign) { return sign.first == value; });
    out += known == ascii_signs.end() ? std::string(each.columns, '?') : std::string(1, known->second);
  }
  return out;
}

bool contains_ignoring_case(std::string_view text, std::string_view part) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::search(text.begin(), text.end(), part.begin(), part.end(),
                     [&](char a, char b) { return lower(a) == lower(b); }) != text.end() ||
         part.empty();
}

std::pair<std::string, std::string> first_word(std::string_view text) {
  const auto begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos)
    return {};
  text.remove_prefix(begin);
  const auto end = std::min(text.find(' '), text.size());
  const auto next = std::min(text.find_first_not_of(' ', end), text.size());
  const auto last = text.find_last_not_of(' ');
  return {std::string(text.substr(0, end)),
          next > last ? std::string{} : std::string(text.substr(next, last - next + 1))};
}

} // namespace wakala::console
