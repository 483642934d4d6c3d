#include "commerce/search_index.hpp"
#include "tests/commerce/chat.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <random>

namespace wakala::commerce::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

catalog grocery() {
  auto cooking = make_product("oil", "Cooking", 30'000, {}, "Fresh Fri 1l");
  cooking.description = "Mafuta ya kupikia";
  return make_catalog({make_product("sugar", "Sweet", 15'000, {}, "Kabras Sugar 1kg"),
                       make_product("brown", "Sweet", 17'000, {}, "Brown sugar 2kg"),
                       make_product("unga", "Flour", 25'000, 10, "Unga wa dola 2kg"), cooking,
                       make_product("cafe", "Hot", 9'000, {}, "Caf\xC3\xA9 Kahawa"),
                       make_product("sweet", "Other", 500, {}, "Lollipop")});
}

std::vector<std::string> find_in(const catalog& shelf, std::string_view text) {
  return search_index(shelf, synonyms{}).find(text);
}

TEST(words, are_made_alike) {
  EXPECT_THAT(words_of("  Unga-wa DOLA, 2kg! "), ElementsAre("unga", "wa", "dola", "2kg"));
  EXPECT_THAT(words_of("Caf\xC3\xA9 \xC3\x85ngstr\xC3\xB6m ng'ombe"), ElementsAre("cafe", "angstrom", "ngombe"));
  EXPECT_THAT(words_of("e\xCC\x81t\xC3\xA9"), ElementsAre("ete"));
  EXPECT_THAT(words_of("\xD8\xB3\xD9\x83\xD8\xB1 \xE2\x80\x94 x"), ElementsAre("\xD8\xB3\xD9\x83\xD8\xB1", "x"));
  EXPECT_THAT(words_of("a b c", 2), ElementsAre("a", "b"));
  EXPECT_THAT(words_of("\xFF\xFE"), ::testing::SizeIs(1)) << "what is no text becomes a sign for that";
  EXPECT_EQ(plain_words("Opt-Out."), "opt out");
}

TEST(words, near_ones_differ_by_few_letters) {
  EXPECT_TRUE(is_near("sugar", "suger", 1));
  EXPECT_TRUE(is_near("sugar", "sugr", 1));
  EXPECT_TRUE(is_near("sugar", "usgar", 1)) << "swapped";
  EXPECT_FALSE(is_near("sugar", "cigar", 1));
  EXPECT_TRUE(is_near("sugar", "cigar", 2));
  EXPECT_FALSE(is_near("sugar", "suger", 0));
  EXPECT_FALSE(is_near(std::string(40, 'a'), std::string(40, 'a') + "b", 1)) << "too long to be compared";
}

/// The distance by its definition, letter by letter.
std::size_t plain_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i)
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

TEST(words, near_is_what_the_distance_says) {
  std::mt19937 random(3);
  const auto word = [&] {
    std::string w;
    for (auto n = random() % 7; n > 0; --n)
      w += static_cast<char>('a' + random() % 3);
    return w;
  };
  for (int i = 0; i < 20'000; ++i) {
    const auto a = word();
    const auto b = word();
    for (std::size_t most = 0; most < 4; ++most)
      ASSERT_EQ(is_near(a, b, most), plain_distance(a, b) <= most) << a << " " << b << " " << most;
  }
}

TEST(search, ranks_names_before_categories_before_descriptions) {
  const auto shelf = grocery();
  EXPECT_THAT(find_in(shelf, "sugar"), ElementsAre("sugar", "brown"));
  EXPECT_THAT(find_in(shelf, "brown sugar"), ElementsAre("brown")) << "two words, both wanted";
  EXPECT_THAT(find_in(shelf, "kabras sugar please"), ElementsAre("sugar"));
  EXPECT_THAT(find_in(shelf, "sweet"), ElementsAre("sugar", "brown"));
  EXPECT_THAT(find_in(shelf, "kupikia"), ElementsAre("oil"));
  EXPECT_THAT(find_in(shelf, "cafe"), ElementsAre("cafe"));
  EXPECT_THAT(find_in(shelf, "lolli"), ElementsAre("sweet")) << "the beginning of a word";
}

TEST(search, knows_both_languages_and_the_shops_own_words) {
  const auto shelf = grocery();
  EXPECT_THAT(find_in(shelf, "sukari"), ElementsAre("sugar", "brown"));
  EXPECT_THAT(find_in(shelf, "mna sukari?"), ElementsAre("sugar", "brown"));
  EXPECT_THAT(find_in(shelf, "flour"), ElementsAre("unga"));
  EXPECT_THAT(find_in(shelf, "coffee"), ElementsAre("cafe"));
  EXPECT_THAT(find_in(shelf, "pipi"), IsEmpty());
  EXPECT_THAT(search_index(shelf, synonyms({std::vector<std::string>{"Pipi", "lollipop"}})).find("PIPI"),
              ElementsAre("sweet"));
}

TEST(search, forgives_small_errors_in_words_that_are_long_enough) {
  const auto shelf = grocery();
  EXPECT_THAT(find_in(shelf, "suger"), ElementsAre("sugar", "brown"));
  EXPECT_THAT(find_in(shelf, "kahwaa"), ElementsAre("cafe"));
  EXPECT_THAT(find_in(shelf, "lollipup"), ElementsAre("sweet"));
  EXPECT_THAT(find_in(shelf, "sxgxr"), IsEmpty());
  EXPECT_THAT(find_in(shelf, "ht"), IsEmpty()) << "in short words every letter counts";
}

TEST(search, finds_nothing_in_what_looks_for_nothing) {
  const auto shelf = grocery();
  for (const auto* text : {"", "2", "?", "do you have", "what is this", "nataka", "where is my parcel", "qwerty"})
    EXPECT_THAT(find_in(shelf, text), IsEmpty()) << text;
  EXPECT_THAT(search_index{}.find("sugar"), IsEmpty());
  EXPECT_THAT(find_in(catalog{}, "sugar"), IsEmpty());
}

TEST(search, of_ten_thousand_products_takes_a_moment) {
  std::mt19937 random(9);
  const auto word = [&] {
    std::string w;
    for (auto n = 4 + random() % 8; n > 0; --n)
      w += static_cast<char>('a' + random() % 20);
    return w;
  };
  std::vector<product> products;
  for (int i = 0; i < 10'000; ++i) {
    auto p = make_product("p" + std::to_string(i), "C" + std::to_string(i % 50), 100, {}, word() + " " + word());
    p.description = word() + " " + word() + " " + word() + " sukari";
    products.push_back(std::move(p));
  }
  using clock = std::chrono::steady_clock;
  const auto ms_since = [](clock::time_point began) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - began).count();
  };
  const auto shelf = make_catalog(std::move(products));
  auto began = clock::now();
  const search_index index(shelf, synonyms{});
  RecordProperty("index_ms", static_cast<int>(ms_since(began)));
  began = clock::now();
  EXPECT_EQ(index.find("zzzzzzzzz yyyyyyyyy xxxxxxxxx wwwwwwwww vvvvvvvvv uuuuuuuuu qqqqqqqqq ppppppppp").size(), 0U);
  const auto worst = ms_since(began);
  RecordProperty("worst_search_ms", static_cast<int>(worst));
  EXPECT_LT(worst, 1'000) << "eight words that nothing is like; a few times ten ms without a checker at work";
  EXPECT_EQ(index.find("sugar").size(), found_max);
}

TEST(search, in_the_dialogue_lists_pages_and_leads_back) {
  std::vector<product> products;
  for (int i = 1; i <= 20; ++i)
    products.push_back(make_product("p" + std::to_string(i), "C", 10'000, {}, "Sukari " + std::to_string(i)));
  products.push_back(make_product("tea", "D", 100, {}, "Kericho gold"));
  chat c(make_catalog(std::move(products)));
  c.say("hi").say("do you have sugar?");
  EXPECT_EQ(c.body(), "Found for \xE2\x80\x9C"
                      "do you have sugar\xE2\x80\x9D: pick an item");
  EXPECT_EQ(c.titles().front(), "Sukari 1");
  EXPECT_EQ(c.titles().back(), "Main menu");
  EXPECT_EQ(c.description_of("More"), "Page 2 of 3");
  EXPECT_EQ(c.state.current.last_intent, "search");
  EXPECT_EQ(unpacked(packed(c.state)).value(), c.state);
  c.tap_title("More");
  EXPECT_EQ(c.titles().front(), "Sukari 9");
  c.say("more");
  EXPECT_EQ(c.titles().front(), "Sukari 17");
  c.say("lugha");
  EXPECT_THAT(c.body(), StartsWith("Tulichopata kwa"));
  EXPECT_EQ(c.titles().front(), "Sukari 17");
  c.say("rudi").tap_title("Rudi");
  EXPECT_EQ(c.titles().front(), "Sukari 1");
  c.say("rudi");
  EXPECT_EQ(c.state.talk.position, dialogue_position::menu);
  c.say("kericho");
  EXPECT_THAT(c.body(), StartsWith("Kericho gold")) << "one product is shown at once";
  c.say("xyzzyx");
  EXPECT_THAT(c.body(), StartsWith("Samahani, sijaelewa.\n\n")) << "what matches nothing is as before";
}

TEST(search, adds_what_is_meant_when_it_is_one_thing_only) {
  chat c(grocery());
  c.say("hi").say("2 unga");
  EXPECT_EQ(c.body(), "Added: Unga wa dola 2kg x2. Cart: KES 500.");
  c.say("add 3 sukari");
  EXPECT_EQ(c.titles().front(), "Kabras Sugar 1kg") << "which one?";
  EXPECT_EQ(c.state.basket.lines.size(), 1U);
  for (const auto* text : {"2 lolli", "2 lolipop", "2 kabras brown"}) {
    c.say(text);
    EXPECT_EQ(c.state.basket.lines.size(), 1U) << "nothing is put into a cart on a guess: " << text;
  }
  c.say("2 lolipop");
  EXPECT_THAT(c.body(), StartsWith("Lollipop"));
  c.say("2");
  EXPECT_EQ(c.state.basket.lines.size(), 2U);
}

} // namespace
} // namespace wakala::commerce::test
