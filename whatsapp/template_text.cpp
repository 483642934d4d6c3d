#include "whatsapp/template_text.hpp"

#include <algorithm>
#include <set>

namespace wakala::whatsapp {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_char(char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_'; }
/// A letter or digit, in any script.
bool is_word_char(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (static_cast<unsigned char>(c) & 0x80U);
}

struct piece {
  std::string_view text;
  bool variable = false;
};

/// Texts and variables in turn; nothing when the braces are wrong.
std::vector<piece> pieces_of(std::string_view text, bool& well_formed) {
  std::vector<piece> pieces;
  while (!text.empty()) {
    const auto open = text.find_first_of("{}");
    if (open > 0)
      pieces.push_back({text.substr(0, open), false});
    if (open == std::string_view::npos)
      return pieces;
    text.remove_prefix(open);
    const auto close = text.find("}}");
    const auto name = text.starts_with("{{") && close != std::string_view::npos ? text.substr(2, close - 2) : "";
    if (name.empty() || !std::ranges::all_of(name, is_name_char)) {
      well_formed = false;
      return pieces;
    }
    pieces.push_back({name, true});
    text.remove_prefix(close + 2);
  }
  return pieces;
}

bool has_word(std::string_view text) { return std::ranges::any_of(text, is_word_char); }

std::size_t words_in(std::string_view text) {
  std::size_t words = 0;
  auto inside = false;
  for (const char c : text) {
    const auto word = is_word_char(c);
    words += word && !inside ? 1 : 0;
    inside = word;
  }
  return words;
}

} // namespace

text_variables variables_of(std::string_view text) {
  text_variables found;
  const auto pieces = pieces_of(text, found.well_formed);
  auto word_before = false;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (!pieces[i].variable) {
      found.fixed_words += words_in(pieces[i].text);
      word_before = word_before || has_word(pieces[i].text);
      continue;
    }
    found.names.emplace_back(pieces[i].text);
    found.at_edge = found.at_edge || !word_before;
    const auto* previous = i > 0 ? &pieces[i - 1] : nullptr;
    const auto* before_that = i > 1 ? &pieces[i - 2] : nullptr;
    if (previous && (previous->variable || (before_that && before_that->variable &&
                                            previous->text.find_first_not_of(' ') == std::string_view::npos)))
      found.side_by_side = true;
  }
  auto word_after = false;
  for (auto at = pieces.rbegin(); at != pieces.rend() && !word_after; ++at) {
    if (at->variable)
      found.at_edge = true;
    word_after = at->variable || has_word(at->text);
  }
  return found;
}

bool are_positional(const std::vector<std::string>& names) {
  const std::set<std::string> unique(names.begin(), names.end());
  for (std::size_t i = 1; i <= unique.size(); ++i)
    if (!unique.contains(std::to_string(i)))
      return false;
  return true;
}

bool are_named(const std::vector<std::string>& names) {
  const std::set<std::string> unique(names.begin(), names.end());
  return unique.size() == names.size() &&
         std::ranges::none_of(names, [](const std::string& name) { return is_digit(name.front()); });
}

} // namespace wakala::whatsapp
