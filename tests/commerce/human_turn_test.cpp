// A person takes the conversation over, and hands it back.
#include "commerce/human_turn.hpp"
#include "commerce/session.hpp"
#include "tests/commerce/chat.hpp"

#include <gtest/gtest.h>

namespace wakala::commerce::test {
namespace {

chat& turn(chat& c, bool begins, bool greets = false) {
  step_context context;
  context.now = c.now;
  context.id_seed = 1;
  context.store_name = "Duka";
  context.currency = "KES";
  context.shelf = &c.shelf;
  context.phrases = &phrases();
  c.last = take_turn(c.state, begins, greets, context);
  c.state = c.last.state;
  return c;
}

TEST(human_turn, the_bot_is_silent_until_it_is_handed_back) {
  chat c;
  c.say("hi").tap("prod:unga");
  turn(c, true);
  EXPECT_TRUE(has_person(c.state.talk, c.now));
  EXPECT_EQ(c.say("2").replies(), 0U);
  EXPECT_EQ(c.say("hello?").replies(), 0U);
  turn(c, false);
  EXPECT_EQ(c.replies(), 0U) << "nobody is disturbed";
  EXPECT_FALSE(has_person(c.state.talk, c.now));
  EXPECT_EQ(c.say("2").body().find("Added"), std::string::npos) << "what was on the screen is long gone";
  EXPECT_GT(c.say("menu").replies(), 0U);
}

TEST(human_turn, ends_by_itself_a_day_after_the_last_word) {
  chat c;
  c.say("hi");
  turn(c, true);
  EXPECT_EQ(c.state.talk.human_until, c.now + ms_per_day);
  c.wait(ms_per_hour);
  turn(c, true);
  EXPECT_EQ(c.state.talk.human_until, c.now + ms_per_day);
  c.wait(ms_per_day - ms_per_second - 1);
  EXPECT_EQ(c.say("hi").replies(), 0U);
  c.wait(1);
  EXPECT_FALSE(has_person(c.state.talk, c.now));
  EXPECT_GT(c.say("hi").replies(), 0U);
}

TEST(human_turn, handed_back_with_a_greeting) {
  chat c;
  c.say("habari").say("mhudumu");
  turn(c, false, true);
  EXPECT_EQ(c.body(), "Habari Amina, karibu Duka. Ungependa kufanya nini?");
  EXPECT_EQ(c.last.from_number, "100");
  const auto before = c.state;
  turn(c, false, true);
  EXPECT_EQ(c.replies(), 0U) << "said twice";
  EXPECT_EQ(c.state, before);
  c.say("mhudumu").wait(ms_per_day);
  turn(c, false, true);
  EXPECT_EQ(c.replies(), 0U) << "the window is closed";
  c.say("mhudumu");
  c.state.may.is_blocked = true;
  turn(c, false, true);
  EXPECT_EQ(c.replies(), 0U);
}

} // namespace
} // namespace wakala::commerce::test
