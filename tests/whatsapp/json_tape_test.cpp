// The decoder's own JSON reader, against the library: the same texts are JSON, and they say the same.
#include "runtime/core/random.hpp"
#include "tests/whatsapp/fixtures.hpp"
#include "whatsapp/event.hpp"
#include "whatsapp/json_tape.hpp"
#include "whatsapp/json_text.hpp"

#include <gtest/gtest.h>

#include <array>

namespace wakala::whatsapp {
namespace {

constexpr std::uint64_t seed = 20'261'123;
constexpr int rounds = 20; // a fixture

/// What the library makes of it, after the repairs that keep lone surrogates and long numbers.
std::optional<std::string> by_library(std::string_view text) {
  const auto parsed = parse_json(text, nesting_max);
  return parsed ? std::optional(parsed->dump()) : std::nullopt;
}

void expect_same(std::string_view text) {
  EXPECT_EQ(canonical_json(text, nesting_max), by_library(text)) << text.substr(0, 1000);
}

TEST(json_tape, every_fixture_reads_as_the_library_reads_it) {
  for (const auto& name : fixtures::names()) {
    SCOPED_TRACE(name);
    const auto text = fixtures::text(name);
    EXPECT_TRUE(canonical_json(text, nesting_max).has_value());
    expect_same(text);
  }
}

TEST(json_tape, damaged_fixtures_read_as_the_library_reads_them) {
  constexpr std::array<const char*, 18> words{"\\ud83d", "\\u00e9", "\\\\", "\\n",    "é",    "😀",
                                              "1e5",     "-0",      "0.50", "-",      "null", "[1,2]",
                                              "{}",      "\"",      ",",    "\"a\":", ":",    "12345678901234567890"};
  seeded_random random(seed);
  int accepted = 0;
  for (const auto& name : fixtures::names()) {
    const auto original = fixtures::text(name);
    for (int round = 0; round < rounds; ++round) {
      auto text = original;
      for (auto hits = 1 + random.below(3); hits > 0 && !text.empty(); --hits) {
        const auto at = static_cast<std::size_t>(random.below(text.size()));
        switch (random.below(4)) {
        case 0:
          text[at] = static_cast<char>(random.below(256));
          break;
        case 1:
          text.erase(at, static_cast<std::size_t>(random.below(20)));
          break;
        default:
          text.insert(at, words[random.below(words.size())]);
        }
      }
      SCOPED_TRACE(name);
      expect_same(text);
      accepted += canonical_json(text, nesting_max) ? 1 : 0;
    }
  }
  EXPECT_GT(accepted, 100) << "too few damaged texts are still JSON to compare anything";
}

TEST(json_tape, corners_of_the_grammar) {
  for (const std::string_view text : {"-0",
                                      "0",
                                      "-0.0",
                                      "1.50",
                                      "100.0",
                                      "0.00001",
                                      "123456789012345.6",
                                      "1e2",
                                      "1E+5",
                                      "-1.5e-3",
                                      "1.e1",
                                      "1e",
                                      "1e+",
                                      "18446744073709551615",
                                      "18446744073709551616",
                                      "-9223372036854775808",
                                      "-9223372036854775809",
                                      "0.123456789012345",
                                      "0.1234567890123456",
                                      " [ ] ",
                                      "[1 ,2]",
                                      "[,]",
                                      "[1,]",
                                      "[1 2]",
                                      "[[]",
                                      "[]]",
                                      "{,}",
                                      "{\"a\"}",
                                      "{\"a\":}",
                                      "{\"a\":1,}",
                                      "{\"a\":1 \"b\":2}",
                                      "{1:2}",
                                      "{1e5:2}",
                                      "{\"a\":1e5 :2}",
                                      "{null:1}",
                                      "tru",
                                      "truex",
                                      "nulll",
                                      "\x0b[]",
                                      "[]\x0c",
                                      "\xEF\xBB\xBF{}",
                                      "\xEF\xBB{}",
                                      "\xEF\xBB\xBF",
                                      "[\xEF\xBB\xBF]",
                                      R"("\u0000\/\b\f\n\r\t\"\\")",
                                      R"("\u12g4")",
                                      R"("\u12")",
                                      R"("\U0041")",
                                      R"("\ud83d\ude2e")",
                                      R"("\ud83d\u0041")",
                                      R"("\ude2e\ud83d")",
                                      "\"\x7f\"",
                                      "\"\x1f\"",
                                      "\"\xF4\x90\x80\x80\"",
                                      "\"\xE2\x82\"",
                                      "\"12345678\xFF\"",
                                      "\"1234567\x01 9\"",
                                      "\"\xC3\xA9 and a long tail of ASCII\"",
                                      R"("12345678\n12345678")"})
    expect_same(text);
}

TEST(json_tape, of_equal_keys_the_last_counts_however_it_is_written) {
  expect_same(R"({"b":1,"\u0061":2,"a":3,"b":{"c":1}})");
  expect_same(R"({"a":{"b":1},"a":{}})");
  expect_same(R"({"a":1,"\u0061":[2]})");
  constexpr std::string_view text = R"({"a":1,"\u0061":"two","n":null})";
  json_document document;
  ASSERT_EQ(document.read(text, nesting_max), json_document::outcome::fine);
  EXPECT_EQ(document.root().member("a").text(), "two");
  EXPECT_FALSE(document.root().member("n"));
  EXPECT_FALSE(document.root().member("\\u0061"));
  EXPECT_FALSE(document.root().member(""));
}

TEST(json_tape, values_know_their_source) {
  constexpr std::string_view text = R"( {"list" : [ 1.50, "a\nb", {} , true ] } )";
  json_document document;
  ASSERT_EQ(document.read(text, nesting_max), json_document::outcome::fine);
  const auto list = document.root().member("list");
  EXPECT_EQ(list.source(), R"([ 1.50, "a\nb", {} , true ])");
  EXPECT_EQ(list.canonical(), R"([1.5,"a\nb",{},true])");
  std::vector<std::string> texts;
  for (const auto item : list)
    texts.push_back(item.text().value_or("-"));
  EXPECT_EQ(texts, (std::vector<std::string>{"1.5", "a\nb", "-", "-"}));
  EXPECT_TRUE((*list.begin()).is_text("1.5"));
  EXPECT_FALSE((*list.begin()).is_text("1.50"));
}

TEST(json_tape, nothing_is_not_a_value) {
  const json_value none;
  EXPECT_FALSE(none);
  EXPECT_FALSE(none.member("a"));
  EXPECT_EQ(none.text(), std::nullopt);
  EXPECT_FALSE(none.is_text(""));
  EXPECT_EQ(none.begin(), none.end());
}

TEST(json_tape, says_why_a_text_is_refused) {
  const auto read = [](std::string_view text, int depth_max) { return json_document{}.read(text, depth_max); };
  EXPECT_EQ(read("[[]]", 2), json_document::outcome::fine);
  EXPECT_EQ(read("[[]]", 1), json_document::outcome::too_deep);
  EXPECT_EQ(read("[{}", 2), json_document::outcome::not_json);
  EXPECT_EQ(read({}, 2), json_document::outcome::not_json);
}

TEST(json_tape, a_long_text_grows_the_list) {
  std::string text = "[";
  for (int i = 0; i < 10'000; ++i)
    text += R"({"k":[1,"x"]},)";
  text.back() = ']';
  EXPECT_EQ(canonical_json(text, nesting_max), text);
}

TEST(raw_json, is_put_in_order_when_asked_for) {
  constexpr std::string_view source = R"({ "b" : "\ud83d", "a" : 1e5 })";
  EXPECT_EQ(raw_json::as_it_came(source).text(), "{\"a\":\"1e5\",\"b\":\"\xEF\xBF\xBD\"}");
  EXPECT_EQ(raw_json(R"({"kept":1e5})").text(), R"({"kept":1e5})");
  EXPECT_EQ(raw_json().text(), "");
}

} // namespace
} // namespace wakala::whatsapp
