#include "commerce/search_index.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace wakala::commerce {

namespace {

// What a word counts by where it stands, and by how it was found.
constexpr std::uint8_t in_name = 8;
constexpr std::uint8_t in_category = 4;
constexpr std::uint8_t in_description = 1;
constexpr unsigned as_written = 4;
constexpr unsigned as_beginning = 3;
constexpr unsigned as_synonym = 3;
constexpr unsigned with_errors = 2;

constexpr std::size_t beginning_min = 3;         ///< shorter ones begin too many words
constexpr std::size_t described_words_max = 100; ///< of a description: the rest of it is not searched

bool has_letter(const std::string& word) {
  return std::any_of(word.begin(), word.end(), [](char c) { return c < '0' || c > '9'; });
}

} // namespace

struct search_index::hit {
  std::uint32_t product = 0;
  unsigned score = 0;
};

search_index::search_index(const catalog& shelf, synonyms alike) : alike_(std::move(alike)) {
  std::unordered_map<std::string, std::vector<posting>> all;
  const auto& products = shelf.products();
  ids_.reserve(products.size());
  for (std::uint32_t i = 0; i < products.size(); ++i) {
    const auto& p = products[i];
    ids_.push_back(p.id);
    const auto put = [&](const std::vector<std::string>& words, std::uint8_t weight) {
      for (const auto& word : words) {
        auto& at = all[word];
        if (at.empty() || at.back().product != i)
          at.push_back({i, weight}); // the heaviest place comes first
      }
    };
    put(words_of(p.name), in_name);
    put(words_of(p.category), in_category);
    put(words_of(p.description, described_words_max), in_description);
  }
  words_.reserve(all.size());
  for (auto& [word, at] : all)
    words_.push_back({word, std::move(at)});
  std::sort(words_.begin(), words_.end(), [](const entry& a, const entry& b) { return a.word < b.word; });
}

bool has_same_words(const catalog& a, const catalog& b) noexcept {
  return std::equal(a.products().begin(), a.products().end(), b.products().begin(), b.products().end(),
                    [](const product& p, const product& q) {
                      return p.id == q.id && p.name == q.name && p.category == q.category &&
                             p.description == q.description;
                    });
}

void search_index::look_up_exactly(const std::string& word, unsigned factor, bool whole_only,
                                   std::vector<hit>& hits) const {
  auto at = std::lower_bound(words_.begin(), words_.end(), word,
                             [](const entry& e, const std::string& w) { return e.word < w; });
  for (; at != words_.end() && at->word.starts_with(word); ++at) {
    const bool whole = at->word == word;
    if (!whole && (whole_only || word.size() < beginning_min))
      break;
    for (const auto& p : at->at)
      hits.push_back({p.product, p.weight * (whole ? factor : std::min(factor, as_beginning))});
  }
}

void search_index::look_up(const std::string& word, bool surely, std::vector<hit>& hits) const {
  look_up_exactly(word, as_written, surely, hits);
  for (const auto& other : alike_.of(word))
    look_up_exactly(other, as_synonym, surely, hits);
  const auto forgiven = errors_forgiven(word);
  if (surely || !hits.empty() || forgiven == 0)
    return;
  for (const auto& e : words_)
    if (is_near(word, e.word, std::min(forgiven, errors_forgiven(e.word))))
      for (const auto& p : e.at)
        hits.push_back({p.product, p.weight * with_errors});
}

std::vector<std::string> search_index::find_words(std::string_view text, bool surely) const {
  std::vector<std::string> wanted;
  for (auto& word : words_of(text, 4 * searched_words_max))
    if (wanted.size() < searched_words_max && !is_filler(word) &&
        std::find(wanted.begin(), wanted.end(), word) == wanted.end())
      wanted.push_back(std::move(word));
  if (std::none_of(wanted.begin(), wanted.end(), has_letter))
    return {};
  struct sum {
    unsigned words = 0;
    unsigned score = 0;
  };
  std::map<std::uint32_t, sum> sums;
  std::vector<hit> hits;
  for (const auto& word : wanted) {
    hits.clear();
    look_up(word, surely, hits);
    std::sort(hits.begin(), hits.end(), [](const hit& a, const hit& b) {
      return a.product != b.product ? a.product < b.product : a.score > b.score;
    });
    for (std::size_t i = 0; i < hits.size(); ++i)
      if (i == 0 || hits[i].product != hits[i - 1].product) { // the best of the ways it was found
        auto& s = sums[hits[i].product];
        ++s.words;
        s.score += hits[i].score;
      }
  }
  const auto needed = wanted.size() - (surely ? 0 : wanted.size() / 3);
  std::vector<std::pair<std::uint32_t, sum>> found;
  for (const auto& [product, s] : sums)
    if (s.words >= needed)
      found.emplace_back(product, s);
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return a.second.words != b.second.words ? a.second.words > b.second.words : a.second.score > b.second.score;
  });
  std::vector<std::string> ids;
  for (const auto& [product, s] : found)
    if (ids.size() < found_max)
      ids.push_back(ids_[product]);
  return ids;
}

} // namespace wakala::commerce
