/// \file
/// How words are made alike before they are compared: for searching the shelves, and for words that stand alone.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::commerce {

/// The words of a text in lower case, without accents, split at everything that is neither letter nor digit. Letters
/// of other scripts stay as they are. At most `max` words.
std::vector<std::string> words_of(std::string_view text, std::size_t max = 1'000);

/// `words_of`, with one blank between them.
std::string plain_words(std::string_view text);

/// Whether two words differ by at most `most` letters put in, left out, exchanged or swapped with their neighbour.
/// Words longer than 32 bytes are only like themselves.
bool is_near(std::string_view a, std::string_view b, std::size_t most) noexcept;

/// Typing errors that are forgiven in a word: none in short ones, in which every letter counts.
std::size_t errors_forgiven(std::string_view word) noexcept;

/// Says nothing about what is looked for: "do you have", "nataka", "bei".
bool is_filler(std::string_view word) noexcept;

/// Words that mean the same, in one language or in two.
class synonyms {
public:
  using groups = std::vector<std::vector<std::string>>;

  /// Those that every shop has.
  synonyms() = default;
  /// And the shop's own.
  explicit synonyms(const groups& own);

  /// The others of the word's groups; empty when it has none.
  std::vector<std::string> of(std::string_view word) const;

private:
  std::map<std::string, std::vector<std::string>, std::less<>> own_;
};

} // namespace wakala::commerce
