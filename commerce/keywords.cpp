#include "commerce/keywords.hpp"

#include "commerce/order.hpp"

#include <algorithm>
#include <array>

namespace wakala::commerce {

namespace {

constexpr auto en = language::english;
constexpr auto sw = language::kiswahili;

struct entry {
  std::string_view text;
  heard_keyword means;
};

const std::array entries{
    entry{"menu", {keyword::menu, en}},
    entry{"main menu", {keyword::menu, en}},
    entry{"start", {keyword::menu, en}},
    entry{"orodha", {keyword::menu, sw}},
    entry{"orodha kuu", {keyword::menu, sw}},
    entry{"anza", {keyword::menu, sw}},
    entry{"cart", {keyword::cart, en}},
    entry{"my cart", {keyword::cart, en}},
    entry{"view cart", {keyword::cart, en}},
    entry{"kikapu", {keyword::cart, sw}},
    entry{"kikapu changu", {keyword::cart, sw}},
    entry{"ona kikapu", {keyword::cart, sw}},
    entry{"human", {keyword::human, en}},
    entry{"talk to us", {keyword::human, en}},
    entry{"mhudumu", {keyword::human, sw}},
    entry{"ongea nasi", {keyword::human, sw}},
    entry{"language", {keyword::language, en}},
    entry{"lugha", {keyword::language, sw}},
    entry{"english", {keyword::english, en}},
    entry{"kiingereza", {keyword::english, en}},
    entry{"kiswahili", {keyword::kiswahili, sw}},
    entry{"swahili", {keyword::kiswahili, sw}},
    entry{"help", {keyword::help, en}},
    entry{"?", {keyword::help, std::nullopt}},
    entry{"info", {keyword::help, en}},
    entry{"msaada", {keyword::help, sw}},
    entry{"shop", {keyword::shop, en}},
    entry{"keep shopping", {keyword::shop, en}},
    entry{"nunua", {keyword::shop, sw}},
    entry{"endelea kununua", {keyword::shop, sw}},
    entry{"my order", {keyword::order, en}},
    entry{"order", {keyword::order, en}},
    entry{"oda yangu", {keyword::order, sw}},
    entry{"oda", {keyword::order, sw}},
    entry{"checkout", {keyword::check_out, en}},
    entry{"check out", {keyword::check_out, en}},
    entry{"place order", {keyword::check_out, en}},
    entry{"weka oda", {keyword::check_out, sw}},
    entry{"agiza", {keyword::check_out, sw}},
    entry{"back", {keyword::back, en}},
    entry{"rudi", {keyword::back, sw}},
    entry{"more", {keyword::more, en}},
    entry{"zaidi", {keyword::more, sw}},
    entry{"pay", {keyword::pay, en}},
    entry{"pay now", {keyword::pay, en}},
    entry{"lipa", {keyword::pay, sw}},
    entry{"lipa sasa", {keyword::pay, sw}},
    entry{"nataka kulipa", {keyword::pay, sw}},
    entry{"mpesa", {keyword::pay, std::nullopt}},
    entry{"m-pesa", {keyword::pay, std::nullopt}},
    entry{"i have paid", {keyword::have_paid, en}},
    entry{"i've paid", {keyword::have_paid, en}},
    entry{"ive paid", {keyword::have_paid, en}},
    entry{"i paid", {keyword::have_paid, en}},
    entry{"paid", {keyword::have_paid, en}},
    entry{"already paid", {keyword::have_paid, en}},
    entry{"nimelipa", {keyword::have_paid, sw}},
    entry{"nimeshalipa", {keyword::have_paid, sw}},
    entry{"nishalipa", {keyword::have_paid, sw}},
    entry{"tayari nimelipa", {keyword::have_paid, sw}},
    entry{"nimelipa tayari", {keyword::have_paid, sw}},
    entry{"good morning", {keyword::greeting, en}},
    entry{"good afternoon", {keyword::greeting, en}},
    entry{"good evening", {keyword::greeting, en}},
};

/// A greeting when the text starts with it and goes on for at most `greeting_words_max` words.
const std::array greetings{
    entry{"hi", {keyword::greeting, en}},        entry{"hello", {keyword::greeting, en}},
    entry{"hey", {keyword::greeting, en}},       entry{"hallo", {keyword::greeting, en}},
    entry{"helo", {keyword::greeting, en}},      entry{"hii", {keyword::greeting, en}},
    entry{"greetings", {keyword::greeting, en}}, entry{"habari", {keyword::greeting, sw}},
    entry{"habarini", {keyword::greeting, sw}},  entry{"hujambo", {keyword::greeting, sw}},
    entry{"hamjambo", {keyword::greeting, sw}},  entry{"jambo", {keyword::greeting, sw}},
    entry{"mambo", {keyword::greeting, sw}},     entry{"sasa", {keyword::greeting, sw}},
    entry{"niaje", {keyword::greeting, sw}},     entry{"vipi", {keyword::greeting, sw}},
    entry{"shikamoo", {keyword::greeting, sw}},  entry{"salamu", {keyword::greeting, sw}},
    entry{"salama", {keyword::greeting, sw}},    entry{"salaam", {keyword::greeting, sw}},
};
constexpr std::ptrdiff_t greeting_words_max = 4;

template <class Entries>
std::optional<heard_keyword> look_up(const Entries& list, std::string_view text) {
  const auto at = std::find_if(list.begin(), list.end(), [&](const entry& e) { return e.text == text; });
  return at == list.end() ? std::nullopt : std::optional(at->means);
}

std::string_view first_word(std::string_view text) { return text.substr(0, text.find(' ')); }

std::string_view last_word(std::string_view text) {
  const auto at = text.rfind(' ');
  return at == std::string_view::npos ? text : text.substr(at + 1);
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ')
    text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ')
    text.remove_suffix(1);
  return text;
}

struct verb_entry {
  std::string_view text;
  enum heard_order::kind what;
};

// Longer ones first: "ondoa zote" empties, "ondoa unga" removes.
constexpr std::array verbs{
    verb_entry{"ondoa zote", heard_order::kind::empty}, verb_entry{"ondoa vyote", heard_order::kind::empty},
    verb_entry{"empty cart", heard_order::kind::empty}, verb_entry{"empty", heard_order::kind::empty},
    verb_entry{"clear", heard_order::kind::empty},      verb_entry{"remove", heard_order::kind::remove},
    verb_entry{"delete", heard_order::kind::remove},    verb_entry{"ondoa", heard_order::kind::remove},
    verb_entry{"toa", heard_order::kind::remove},       verb_entry{"change", heard_order::kind::change},
    verb_entry{"badilisha", heard_order::kind::change}, verb_entry{"add", heard_order::kind::add},
    verb_entry{"ongeza", heard_order::kind::add},       verb_entry{"weka", heard_order::kind::add},
};

struct care_entry {
  std::string_view text;
  enum heard_order_care::kind what;
  language tongue;
  bool needs_code = false; ///< the words alone mean something else, or nothing
};

constexpr auto cancels = heard_order_care::kind::cancel;
constexpr auto repeats = heard_order_care::kind::again;
constexpr std::array cares{
    care_entry{"cancel", cancels, en},
    care_entry{"cancel order", cancels, en},
    care_entry{"cancel my order", cancels, en},
    care_entry{"cancel the order", cancels, en},
    care_entry{"ghairi", cancels, sw},
    care_entry{"ghairi oda", cancels, sw},
    care_entry{"ghairi oda yangu", cancels, sw},
    care_entry{"futa oda", cancels, sw},
    care_entry{"futa oda yangu", cancels, sw},
    care_entry{"sitisha oda", cancels, sw},
    care_entry{"batilisha oda", cancels, sw},
    care_entry{"futa", cancels, sw, true},
    care_entry{"again", repeats, en},
    care_entry{"same again", repeats, en},
    care_entry{"the same again", repeats, en},
    care_entry{"order again", repeats, en},
    care_entry{"buy again", repeats, en},
    care_entry{"reorder", repeats, en},
    care_entry{"re-order", repeats, en},
    care_entry{"repeat order", repeats, en},
    care_entry{"repeat my order", repeats, en},
    care_entry{"repeat", repeats, en, true},
    care_entry{"tena", repeats, sw},
    care_entry{"agiza tena", repeats, sw},
    care_entry{"nunua tena", repeats, sw},
    care_entry{"oda tena", repeats, sw},
    care_entry{"weka oda tena", repeats, sw},
    care_entry{"rudia oda", repeats, sw},
    care_entry{"rudia oda yangu", repeats, sw},
};

/// The code of an order that the word may be, in capitals; else nothing.
std::string code_in(std::string_view word) {
  std::string code;
  for (const char c : word)
    code += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return is_order_code(code) ? code : std::string{};
}

/// Takes a number off the front or the end of `name`.
std::optional<std::int64_t> take_number(std::string_view& name) {
  if (const auto front = find_number(first_word(name))) {
    name = trimmed(name.substr(first_word(name).size()));
    return front;
  }
  if (const auto back = find_number(last_word(name)); back && last_word(name).size() < name.size()) {
    name = trimmed(name.substr(0, name.size() - last_word(name).size()));
    return back;
  }
  return std::nullopt;
}

} // namespace

std::optional<heard_keyword> find_keyword(std::string_view folded) {
  if (auto found = look_up(entries, folded))
    return found;
  auto word = first_word(folded);
  while (!word.empty() && (word.back() == ',' || word.back() == '!' || word.back() == '.'))
    word.remove_suffix(1);
  if (std::count(folded.begin(), folded.end(), ' ') >= greeting_words_max)
    return std::nullopt;
  return look_up(greetings, word);
}

std::optional<std::int64_t> find_number(std::string_view folded) {
  if (folded.starts_with('x'))
    folded.remove_prefix(1);
  else if (folded.ends_with('x'))
    folded.remove_suffix(1);
  constexpr std::size_t digits_max = 9;
  if (folded.empty() || folded.size() > digits_max)
    return std::nullopt;
  std::int64_t number = 0;
  for (const char c : folded) {
    if (c < '0' || c > '9')
      return std::nullopt;
    number = number * 10 + (c - '0');
  }
  return number;
}

std::optional<heard_order> find_order(std::string_view folded) {
  if (const auto number = find_number(folded))
    return heard_order{heard_order::kind::add, number, {}, {}};
  for (const auto& verb : verbs) {
    if (!folded.starts_with(verb.text) || (folded.size() > verb.text.size() && folded[verb.text.size()] != ' '))
      continue;
    heard_order heard{verb.what, std::nullopt, {}, {}};
    auto rest = trimmed(folded.substr(verb.text.size()));
    if (verb.what == heard_order::kind::empty && !rest.empty())
      continue;
    heard.rest = rest;
    heard.quantity = take_number(rest);
    heard.name = rest;
    return heard;
  }
  auto name = folded;
  const auto quantity = take_number(name);
  if (!quantity || name.empty())
    return std::nullopt;
  return heard_order{heard_order::kind::add, quantity, std::string(name), std::string(folded)};
}

std::optional<heard_order_care> find_order_care(std::string_view folded) {
  const auto meant = [](std::string_view text, bool has_code) {
    const auto at = std::find_if(cares.begin(), cares.end(),
                                 [&](const auto& c) { return c.text == text && (has_code || !c.needs_code); });
    return at == cares.end() ? nullptr : &*at;
  };
  if (const auto* care = meant(folded, false))
    return heard_order_care{care->what, {}, care->tongue};
  auto code = code_in(last_word(folded));
  if (code.empty() || code.size() == folded.size())
    return std::nullopt;
  if (const auto* care = meant(trimmed(folded.substr(0, folded.size() - code.size())), true))
    return heard_order_care{care->what, std::move(code), care->tongue};
  return std::nullopt;
}

} // namespace wakala::commerce
