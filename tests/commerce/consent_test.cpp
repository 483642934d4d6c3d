// STOP and START, in both languages, wherever the dialogue stands.
#include "tests/commerce/chat.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wakala::commerce::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(consent, the_word_alone_stops_and_is_confirmed_once) {
  for (const auto* word : {"STOP", "stop", " Stop. ", "stop!!!", "ST\xC3\x93P", "unsubscribe", "Opt-out", "OPT OUT",
                           "opt out.", "stop all", "END", "quit", "Arr\xC3\xAAt", "PARE", "parar", "SAIR", "Baja!"}) {
    chat c;
    c.say("hi").say(word);
    EXPECT_TRUE(c.state.may.opted_out) << word;
    EXPECT_TRUE(c.last.opts_out) << word;
    EXPECT_EQ(c.body(), "You will get no more offers or news from us. We still answer when you write. Write START to "
                        "get them again.")
        << word;
    c.say(word);
    EXPECT_EQ(c.replies(), 0U) << word;
    EXPECT_FALSE(c.last.opts_out) << word;
    EXPECT_TRUE(c.state.may.opted_out) << word;
  }
  chat c;
  c.say("hi").say("ACHA!");
  EXPECT_THAT(c.body(), StartsWith("Hutapokea tena matangazo"));
  EXPECT_EQ(c.state.spoken, language::english) << "only the confirmation is in the word's language";
  EXPECT_TRUE(c.state.may.opted_out);
}

TEST(consent, sentences_with_the_word_stop_nothing) {
  for (const auto* text : {"stop by tomorrow", "don't stop", "Can you stop by?", "nonstop", "acha nione", "stop it",
                           "the end", "start shopping", "usiache", ""}) {
    chat c;
    c.say("hi").say(text);
    EXPECT_FALSE(c.state.may.opted_out) << text;
    EXPECT_EQ(c.state.may.opted_at, 0) << text;
  }
}

TEST(consent, start_undoes_it_and_is_the_menu_otherwise) {
  for (const auto* word : {"START", "unstop", "Subscribe", "anza"}) {
    chat c;
    c.say("hi").say("stop").say(word);
    EXPECT_FALSE(c.state.may.opted_out) << word;
    EXPECT_THAT(c.body(), word == std::string("anza") ? StartsWith("Karibu tena.") : StartsWith("Welcome back."));
    EXPECT_EQ(c.titles().size(), 2U);
    c.tap(c.ids().front());
    EXPECT_EQ(c.body(), "Choose a category") << word;
  }
  chat c;
  c.say("hi").say("start");
  EXPECT_THAT(c.body(), HasSubstr("What would you like to do?"));
  EXPECT_EQ(c.state.may.opted_at, 0);
}

TEST(consent, is_heard_at_every_place_and_leaves_the_dialogue_there) {
  chat c;
  c.say("hi").tap("prod:unga").say("STOP").say("2");
  EXPECT_EQ(c.body(), "Added: Unga wa dola 2kg x2. Cart: KES 500.") << "what the shopper asks for is answered";
  c.say("human").say("start");
  EXPECT_FALSE(c.state.may.opted_out);
  EXPECT_TRUE(c.state.talk.human) << "a person still has the conversation";
  c.say("stop");
  EXPECT_EQ(c.replies(), 1U);
}

TEST(consent, taps_count_by_their_title_or_payload) {
  for (const auto& [title, payload] :
       {std::pair{"Stop", "merchant-payload"}, {"Not for me", "STOP"}, {"Unsubscribe", "Unsubscribe"}}) {
    chat c;
    auto e = text_event(title, c.now);
    e.type = "button";
    e.reply_id = payload;
    c.receive(e);
    EXPECT_TRUE(c.state.may.opted_out) << title;
  }
  chat goods(make_catalog({make_product("stop", "End", 100, {}, "Stop")}));
  auto row = tap_event("prod:stop", goods.now);
  row.text = "Stop";
  goods.receive(row);
  EXPECT_FALSE(goods.state.may.opted_out) << "a row of our own list";
  EXPECT_THAT(goods.body(), StartsWith("Stop\nKES 1"));
  chat c;
  auto e = text_event("stop", c.now);
  e.type = "image"; // a caption is not the word alone
  c.receive(e);
  EXPECT_FALSE(c.state.may.opted_out);
}

TEST(consent, counts_when_nobody_answers) {
  chat late;
  late.say("hi");
  late.receive(text_event("stop", late.now - 3 * ms_per_day));
  EXPECT_TRUE(late.state.may.opted_out) << "it was delayed on its way";
  EXPECT_TRUE(late.last.opts_out);
  EXPECT_EQ(late.replies(), 0U);
  late.receive(text_event("start", late.now - 4 * ms_per_day));
  EXPECT_TRUE(late.state.may.opted_out) << "older than what is known";

  chat blocked;
  blocked.state.may.is_blocked = true;
  blocked.say("STOP");
  EXPECT_TRUE(blocked.state.may.opted_out);
  EXPECT_EQ(blocked.replies(), 0U);

  chat group;
  auto e = text_event("stop", group.now);
  e.group_id = "g";
  group.receive(e);
  EXPECT_FALSE(group.state.may.opted_out);
}

TEST(consent, the_first_message_may_be_acha) {
  chat c;
  c.say("acha").say("menu");
  EXPECT_THAT(c.body(), StartsWith("Habari Amina"));
}

TEST(consent, comes_back_from_its_record) {
  chat c;
  c.say("hi").say("stop");
  EXPECT_EQ(record_form(c.state), 4);
  EXPECT_EQ(unpacked(packed(c.state)).value(), c.state);
  c.say("start");
  EXPECT_EQ(unpacked(packed(c.state)).value(), c.state);
  auto state = c.state;
  state.may.opted_at = 0;
  EXPECT_EQ(record_form(state), 1) << "one that says nothing new is written as before";
}

} // namespace
} // namespace wakala::commerce::test
