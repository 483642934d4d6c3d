/// \file
/// Finding products by words. Made once for a catalog snapshot and shared like it.
#pragma once

#include "commerce/catalog.hpp"
#include "commerce/search_words.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::commerce {

constexpr std::size_t searched_words_max = 8; ///< of what was typed; what follows is not looked at
constexpr std::size_t found_max = 100;        ///< products of one search

class search_index {
public:
  search_index() = default;
  /// Names, categories and descriptions of the shelf's products.
  search_index(const catalog& shelf, synonyms alike);

  /// Ids of the products that have the words, the best first, at most `found_max`; those that are alike stay in the
  /// shelf's order. A word is had when a product has it, one that begins with it, one that means the same, or, when
  /// no product has any of these, one with few typing errors. One word of three may be missing. Empty when nothing
  /// that is looked for is said.
  std::vector<std::string> find(std::string_view text) const { return find_words(text, false); }
  /// Only products that have every word, whole, or one that means the same: what may be acted on without asking back.
  std::vector<std::string> find_surely(std::string_view text) const { return find_words(text, true); }

private:
  struct posting {
    std::uint32_t product = 0;
    std::uint8_t weight = 0; ///< by where the word stands
  };
  struct entry {
    std::string word;
    std::vector<posting> at; ///< by product
  };
  struct hit;

  std::vector<std::string> find_words(std::string_view text, bool surely) const;
  /// Adds to `hits` what the products get for one word of the query.
  void look_up(const std::string& word, bool surely, std::vector<hit>& hits) const;
  /// The word itself and, unless only whole ones count, what begins with it.
  void look_up_exactly(const std::string& word, unsigned factor, bool whole_only, std::vector<hit>& hits) const;

  std::vector<entry> words_; ///< sorted
  std::vector<std::string> ids_;
  synonyms alike_;
};

/// Whether an index over one shelf serves the other as well: the same products in the same order, by the same words.
bool has_same_words(const catalog& a, const catalog& b) noexcept;

using search_snapshot = std::shared_ptr<const search_index>;

} // namespace wakala::commerce
