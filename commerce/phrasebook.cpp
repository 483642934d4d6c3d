#include "commerce/phrasebook.hpp"

#include "commerce/phrase_rules.hpp"
#include "commerce/text_cut.hpp"
#include "runtime/core/encoding.hpp"

#include <algorithm>
#include <cassert>
#include <set>

namespace wakala::commerce {

namespace {

/// Length of the placeholder `{name}` that `text` starts with, or 0. Other braces are plain text.
std::size_t placeholder_length(std::string_view text) {
  if (text.empty() || text.front() != '{')
    return 0;
  const auto end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", 1);
  return end != std::string_view::npos && end > 1 && text[end] == '}' ? end + 1 : 0;
}

std::set<std::string_view> placeholders_in(std::string_view text) {
  std::set<std::string_view> found;
  while (!text.empty()) {
    const auto length = placeholder_length(text);
    if (length > 0)
      found.insert(text.substr(1, length - 2));
    text.remove_prefix(length > 0 ? length : 1);
  }
  return found;
}

/// The worst a text breaks of its rule, or nothing.
std::string fault_of(const phrase_rule& rule, std::string_view text) {
  if (!is_utf8(text))
    return "must be valid UTF-8";
  const std::string line = one_line(text);
  if (line.empty())
    return "must not be empty";
  if (code_points(text) > rule.max)
    return "must have at most " + std::to_string(rule.max) + " characters";
  if (rule.max <= 72 && line != text) // titles and descriptions are shown on one line, without blanks at the ends
    return "must be one line without blanks at the ends";
  auto found = placeholders_in(text);
  for (const auto name : rule.placeholders)
    if (found.erase(name) == 0)
      return "must hold {" + std::string(name) + "}";
  if (!found.empty())
    return "holds the unknown {" + std::string(*found.begin()) + "}";
  return {};
}

result<void> check(std::string_view tongue, const phrasebook::texts& texts) {
  const auto refuse = [&](std::string_view key, std::string_view why) {
    const std::string where = std::string(tongue) + "." + std::string(key);
    return make_error(errc::invalid_argument, where + " " + std::string(why), where);
  };
  std::set<std::string_view> known;
  std::set<std::string_view> titles;
  for (const auto& rule : phrase_rules()) {
    known.insert(rule.key);
    const auto found = texts.find(rule.key);
    if (found == texts.end())
      return refuse(rule.key, "is missing");
    if (auto why = fault_of(rule, found->second); !why.empty())
      return refuse(rule.key, why);
    if (rule.key.starts_with("button.") && !titles.insert(found->second).second)
      return refuse(rule.key, "has the title of another button"); // titles in one message must differ
  }
  for (const auto& [key, text] : texts)
    if (!known.contains(key))
      return refuse(key, "is not used");
  return {};
}

} // namespace

result<phrasebook> phrasebook::make(const texts& english, const texts& kiswahili) {
  if (auto good = check("en", english); !good)
    return good.error();
  if (auto good = check("sw", kiswahili); !good)
    return good.error();
  phrasebook book;
  book.english_ = taken_apart(english);
  book.kiswahili_ = taken_apart(kiswahili);
  return book;
}

phrasebook::phrases phrasebook::taken_apart(const texts& all) {
  phrases made;
  for (const auto& rule : phrase_rules()) {
    auto& pieces = made[rule.key];
    pieces.emplace_back();
    for (std::string_view rest = all.find(rule.key)->second; !rest.empty();) {
      if (const auto length = placeholder_length(rest); length > 0) {
        pieces.back().name = rest.substr(1, length - 2);
        pieces.emplace_back();
        rest.remove_prefix(length);
      } else {
        pieces.back().plain += rest.front();
        rest.remove_prefix(1);
      }
    }
  }
  return made;
}

std::string phrasebook::say(language spoken, std::string_view key,
                            std::initializer_list<std::pair<std::string_view, std::string_view>> values) const {
  const auto& book = spoken == language::kiswahili ? kiswahili_ : english_;
  const auto found = book.find(key);
  assert(found != book.end());
  if (found == book.end())
    return std::string(key);
  const auto& pieces = found->second;
  if (pieces.size() == 1)
    return pieces.front().plain;
  std::string out;
  out.reserve(128);
  // What is filled in is never read again, so a product named "{total}" stays just that.
  for (const auto& part : pieces) {
    out += part.plain;
    if (part.name.empty())
      break;
    const auto value =
        std::find_if(values.begin(), values.end(), [&](const auto& v) { return v.first == part.name; });
    if (value != values.end())
      out += value->second;
    else
      out.append("{").append(part.name).append("}");
  }
  return out;
}

} // namespace wakala::commerce
