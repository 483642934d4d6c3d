#include "commerce/search_words.hpp"

#include "runtime/core/encoding.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <utility>

namespace wakala::commerce {

namespace {

struct letter {
  char32_t value = 0;
  std::size_t bytes = 1;
};

/// The first character of valid UTF-8.
letter first_letter(std::string_view text) noexcept {
  const auto head = static_cast<unsigned char>(text.front());
  const std::size_t bytes = head < 0x80U ? 1 : head < 0xE0U ? 2 : head < 0xF0U ? 3 : 4;
  char32_t value = bytes == 1 ? head : head & (0x7FU >> bytes);
  for (std::size_t i = 1; i < bytes && i < text.size(); ++i)
    value = (value << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  return {value, std::min(bytes, text.size())};
}

/// U+00C0 to U+017F without their accents, in lower case; a blank splits words.
constexpr std::string_view latin = "aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuyty"
                                   "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
                                   "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
static_assert(latin.size() == 0x180 - 0xC0);

/// The plain form of a letter or digit; 0 for what splits words; `keep` for what stays as it is.
constexpr char keep = 1;

char plain_form(char32_t c) noexcept {
  if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
    return static_cast<char>(c);
  if (c >= 'A' && c <= 'Z')
    return static_cast<char>(c - 'A' + 'a');
  if (c >= 0xC0 && c < 0x180)
    return latin[c - 0xC0] == ' ' ? '\0' : latin[c - 0xC0];
  // What is below is control and punctuation; so are the blocks of punctuation and of marks for directions.
  return c < 0xC0 || (c >= 0x2000 && c < 0x2070) || (c >= 0x3000 && c < 0x3004) || c == 0xFEFF ? '\0' : keep;
}

bool is_combining(char32_t c) noexcept { return c >= 0x300 && c < 0x370; }

constexpr std::array<std::string_view, 71> fillers{
    "a",     "an",     "and",    "any",      "are",     "at",    "available", "bei",      "buy",  "can",  "cost",
    "do",    "for",    "gani",   "get",      "give",    "have",  "hii",       "hizo",     "how",  "i",    "in",
    "is",    "je",     "kiasi",  "kuna",     "kununua", "kwa",   "la",        "looking",  "me",   "mna",  "mnauza",
    "much",  "na",     "naomba", "natafuta", "nataka",  "ndio",  "need",      "ngapi",    "ni",   "nina", "ninataka",
    "nipe",  "niuzie", "of",     "order",    "please",  "price", "sell",      "shilingi", "show", "some", "tafadhali",
    "the",   "there",  "this",   "to",       "uko",     "una",   "unauza",    "wa",       "want", "what", "with",
    "would", "ya",     "you",    "your",     "za"};

/// Goods that people call by either language, and words for the same thing in one. Lower case, without accents.
const std::vector<std::vector<std::string>>& usual_groups() {
  static const std::vector<std::vector<std::string>> groups{
      {"sugar", "sukari"},
      {"flour", "unga"},
      {"tea", "chai", "majani"},
      {"coffee", "kahawa"},
      {"milk", "maziwa"},
      {"water", "maji"},
      {"salt", "chumvi"},
      {"oil", "mafuta"},
      {"cooking", "kupikia"},
      {"rice", "mchele", "wali"},
      {"bread", "mkate"},
      {"egg", "eggs", "yai", "mayai"},
      {"meat", "nyama"},
      {"beef", "ngombe"},
      {"chicken", "kuku"},
      {"fish", "samaki"},
      {"bean", "beans", "maharagwe", "maharage"},
      {"maize", "corn", "mahindi"},
      {"potato", "potatoes", "viazi"},
      {"onion", "onions", "kitunguu", "vitunguu"},
      {"tomato", "tomatoes", "nyanya"},
      {"cabbage", "kabichi"},
      {"kale", "sukuma"},
      {"banana", "bananas", "ndizi"},
      {"orange", "oranges", "chungwa", "machungwa"},
      {"mango", "mangoes", "embe", "maembe"},
      {"pineapple", "nanasi"},
      {"avocado", "parachichi"},
      {"fruit", "fruits", "matunda"},
      {"vegetable", "vegetables", "mboga"},
      {"honey", "asali"},
      {"butter", "siagi"},
      {"juice", "sharubati", "juisi"},
      {"soda", "sodas"},
      {"soap", "sabuni"},
      {"detergent", "sabuni"},
      {"tissue", "shashi"},
      {"toothpaste", "colgate"},
      {"match", "matches", "kiberiti", "viberiti"},
      {"candle", "candles", "mshumaa", "mishumaa"},
      {"charcoal", "makaa"},
      {"gas", "gesi"},
      {"shoe", "shoes", "kiatu", "viatu"},
      {"shirt", "shirts", "shati", "mashati"},
      {"dress", "dresses", "gauni", "magauni"},
      {"trouser", "trousers", "suruali"},
      {"cloth", "clothes", "nguo"},
      {"bag", "bags", "mkoba", "mikoba", "begi"},
      {"book", "books", "kitabu", "vitabu"},
      {"pen", "pens", "kalamu"},
      {"phone", "phones", "simu"},
      {"charger", "chaja"},
      {"spice", "spices", "viungo"},
      {"pepper", "pilipili"},
      {"groundnut", "groundnuts", "peanut", "peanuts", "karanga"},
  };
  return groups;
}

using words_by_word = std::map<std::string, std::vector<std::string>, std::less<>>;

void add_group(words_by_word& to, const std::vector<std::string>& group) {
  for (const auto& word : group) {
    auto& others = to[word];
    for (const auto& other : group)
      if (other != word && std::find(others.begin(), others.end(), other) == others.end())
        others.push_back(other);
  }
}

/// Shared by all shops.
const words_by_word& usual_words() {
  static const words_by_word all = [] {
    words_by_word made;
    for (const auto& group : usual_groups())
      add_group(made, group);
    return made;
  }();
  return all;
}

constexpr std::size_t near_max = 32;

/// The letters of a word as bits; some share one.
std::uint32_t letters_of(std::string_view word) noexcept {
  std::uint32_t bits = 0;
  for (const char c : word)
    bits |= 1U << (static_cast<unsigned char>(c) & 31U);
  return bits;
}

} // namespace

std::vector<std::string> words_of(std::string_view text, std::size_t max) {
  std::string cleaned;
  if (!is_utf8(text))
    text = cleaned = to_valid_utf8(text);
  std::vector<std::string> words;
  std::string word;
  const auto finish = [&] {
    if (!word.empty() && words.size() < max)
      words.push_back(std::move(word));
    word.clear();
  };
  while (!text.empty() && words.size() < max) {
    const auto next = first_letter(text);
    const auto plain = plain_form(next.value);
    if (plain == keep && !is_combining(next.value))
      word += text.substr(0, next.bytes);
    else if (plain == '\0' && next.value != '\'' && next.value != 0x2019) // ng'ombe is one word
      finish();
    else if (plain != keep && plain != '\0')
      word += plain;
    text.remove_prefix(next.bytes);
  }
  finish();
  return words;
}

std::string plain_words(std::string_view text) {
  std::string line;
  for (const auto& word : words_of(text))
    line.append(line.empty() ? "" : " ").append(word);
  return line;
}

bool is_near(std::string_view a, std::string_view b, std::size_t most) noexcept {
  if (a == b)
    return true;
  if (a.size() > b.size())
    std::swap(a, b);
  if (most == 0 || b.size() - a.size() > most || b.size() > near_max)
    return false;
  // Each error takes at most one letter out of the set of letters and puts one in: most words need no table.
  const auto in_a = letters_of(a);
  const auto in_b = letters_of(b);
  if (static_cast<std::size_t>(std::popcount(in_a & ~in_b)) > most ||
      static_cast<std::size_t>(std::popcount(in_b & ~in_a)) > most)
    return false;
  // Rows of the table of distances: of two letters ago, one ago, and now.
  std::array<std::array<std::uint8_t, near_max + 1>, 3> rows{};
  for (std::size_t j = 0; j <= b.size(); ++j)
    rows[0][j] = static_cast<std::uint8_t>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i + 2) % 3];
    const auto& before = rows[(i + 1) % 3];
    row[0] = static_cast<std::uint8_t>(i);
    auto best = row[0];
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto change = static_cast<std::uint8_t>(above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
      const auto shift = static_cast<std::uint8_t>(std::min(above[j], row[j - 1]) + 1);
      row[j] = std::min(change, shift);
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], static_cast<std::uint8_t>(before[j - 2] + 1));
      best = std::min(best, row[j]);
    }
    if (best > most)
      return false;
  }
  return rows[a.size() % 3][b.size()] <= most;
}

std::size_t errors_forgiven(std::string_view word) noexcept {
  constexpr std::size_t short_max = 3;
  constexpr std::size_t long_min = 8;
  return word.size() <= short_max ? 0 : word.size() < long_min ? 1 : 2;
}

bool is_filler(std::string_view word) noexcept {
  return std::find(fillers.begin(), fillers.end(), word) != fillers.end();
}

synonyms::synonyms(const groups& own) {
  for (const auto& group : own) {
    std::vector<std::string> plain;
    for (const auto& word : group)
      if (auto one = words_of(word, 2); one.size() == 1)
        plain.push_back(std::move(one.front()));
    add_group(own_, plain);
  }
}

std::vector<std::string> synonyms::of(std::string_view word) const {
  std::vector<std::string> all;
  for (const auto* words : {&usual_words(), &own_})
    if (const auto at = words->find(word); at != words->end())
      all.insert(all.end(), at->second.begin(), at->second.end());
  return all;
}

} // namespace wakala::commerce
