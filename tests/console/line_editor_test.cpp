#include "console/line_editor.hpp"

#include <gtest/gtest.h>

namespace wakala::console {
namespace {

void type(line_editor& to, std::u32string_view text) {
  for (const auto c : text)
    to.on_key(of_character(c));
}

void press(line_editor& to, key_kind kind) { to.on_key({kind, 0, 0, 0, 0}); }
void press_control(line_editor& to, char32_t c) { to.on_key({key_kind::control, c, 0, 0, 0}); }

TEST(line_editor, types_moves_and_removes_whole_characters) {
  line_editor to("é");
  type(to, U"a🙂b");
  EXPECT_EQ(to.text(), "éa🙂b");
  press(to, key_kind::left);
  press(to, key_kind::backspace);
  EXPECT_EQ(to.text(), "éab");
  press(to, key_kind::home);
  press(to, key_kind::remove);
  type(to, U"x");
  EXPECT_EQ(to.text(), "xab");
  press(to, key_kind::end);
  type(to, U"!");
  EXPECT_EQ(to.text(), "xab!");
}

TEST(line_editor, knows_the_shell_s_keys) {
  line_editor to("one two three");
  press_control(to, U'w');
  EXPECT_EQ(to.text(), "one two ");
  press_control(to, U'a');
  type(to, U">");
  press_control(to, U'k');
  EXPECT_EQ(to.text(), ">");
  press_control(to, U'u');
  EXPECT_EQ(to.text(), "");
  EXPECT_FALSE(to.on_key({key_kind::control, U'x', 0, 0, 0}));
  EXPECT_FALSE(to.on_key({key_kind::up, 0, 0, 0, 0}));
}

TEST(line_editor, has_a_bound) {
  line_editor to("", 3);
  type(to, U"abcdef");
  EXPECT_EQ(to.text(), "abc");
}

TEST(line_editor, shows_the_part_around_the_cursor) {
  line_editor to("abcdefghij");
  std::size_t cursor = 0;
  EXPECT_EQ(to.visible(5, cursor), "ghij");
  EXPECT_EQ(cursor, 4U);
  press(to, key_kind::home);
  EXPECT_EQ(to.visible(5, cursor), "abcde");
  EXPECT_EQ(cursor, 0U);
}

} // namespace
} // namespace wakala::console
