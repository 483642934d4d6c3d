#include "console/grid.hpp"
#include "console/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wakala::console {
namespace {

using testing::ElementsAre;

TEST(text, widths_are_those_of_a_terminal) {
  EXPECT_EQ(columns_of("abc"), 3U);
  EXPECT_EQ(columns_of("é"), 1U);
  EXPECT_EQ(columns_of("e\u0301"), 1U) << "a mark that combines";
  EXPECT_EQ(columns_of("🙂"), 2U);
  EXPECT_EQ(columns_of("▁█…"), 3U);
}

TEST(text, nothing_that_commands_a_terminal_gets_through) {
  EXPECT_EQ(safe_text("a\x1b[31mb\r\nc\x7f"), "a·[31mb··c·");
  EXPECT_EQ(safe_text("\u009b31m"), "·31m") << "the same command in one character";
  EXPECT_EQ(safe_text("pay\u202eyap"), "pay·yap") << "right to left";
  EXPECT_EQ(safe_text("\xff\xfe"), "\uFFFD\uFFFD");
}

TEST(text, fits_exactly) {
  EXPECT_EQ(fit("ab", 4), "ab  ");
  EXPECT_EQ(fit("ab", 4, alignment::right), "  ab");
  EXPECT_EQ(fit("abcdef", 4), "abc…");
  EXPECT_EQ(fit("abcd", 4), "abcd");
  EXPECT_EQ(fit("a🙂b", 3), "a… ") << "half of a wide character cannot be shown";
  EXPECT_EQ(fit("abc", 0), "");
  EXPECT_EQ(fit_middle("conversation:duka:0af3", 11), "conve…:0af3");
  EXPECT_EQ(columns_of(fit_middle("conversation:duka:0af3", 12)), 12U);
}

TEST(text, wraps_at_spaces) {
  EXPECT_THAT(wrap("one two three", 7), ElementsAre("one two", "three"));
  EXPECT_THAT(wrap("one two three", 8), ElementsAre("one two", "three"));
  EXPECT_THAT(wrap("abcdefgh", 3), ElementsAre("abc", "def", "gh"));
  EXPECT_THAT(wrap("", 3), ElementsAre(""));
}

TEST(text, ascii_keeps_every_column) {
  EXPECT_EQ(to_ascii("▁█ 1.8 µs › …"), "_# 1.8 us > ~");
  EXPECT_EQ(to_ascii("🙂a"), "??a");
}

TEST(text, first_word_takes_the_rest_as_it_is) {
  EXPECT_EQ(first_word("  find  a b "), std::make_pair(std::string("find"), std::string("a b")));
  EXPECT_EQ(first_word("top"), std::make_pair(std::string("top"), std::string()));
  EXPECT_EQ(first_word("  "), std::make_pair(std::string(), std::string()));
}

TEST(grid, cuts_what_is_outside) {
  grid to(2, 4);
  EXPECT_EQ(to.put(0, 1, "abcdef", look::good), 4U);
  to.put(7, 0, "nowhere");
  EXPECT_EQ(to.text(), " abc\n\n");
  EXPECT_EQ(to.at(0, 1).how, look::good);
  to.tint(0, look::selected);
  EXPECT_EQ(to.at(0, 0).how, look::selected);
}

TEST(grid, a_wide_character_takes_two_cells) {
  grid to(1, 4);
  EXPECT_EQ(to.put(0, 0, "🙂b"), 3U);
  EXPECT_EQ(to.at(0, 1).text, "");
  EXPECT_EQ(to.text(0), "🙂b");
  EXPECT_EQ(to.put(0, 3, "🙂"), 4U) << "half of it is not put";
  EXPECT_EQ(to.text(0), "🙂b");
}

} // namespace
} // namespace wakala::console
