// What a shopper allows, what the shop has decided, and a shopper who changes the number.
#include "commerce/session.hpp"
#include "tests/commerce/chat.hpp"

#include <gtest/gtest.h>

namespace wakala::commerce::test {
namespace {

whatsapp::event preference(std::string value, time_ms at) {
  whatsapp::event e;
  e.kind = whatsapp::event_kind::preference;
  e.type = "marketing_messages";
  e.from = "254700000001";
  e.value = std::move(value);
  e.at = at;
  return e;
}

whatsapp::event new_number(std::string from, std::string to, time_ms at) {
  auto e = text_event("", at);
  e.type = "system";
  e.from = std::move(from);
  e.value = "user_changed_number";
  e.new_phone = std::move(to);
  return e;
}

TEST(permissions, the_latest_preference_holds_whatever_comes_last) {
  chat c;
  c.receive(preference("stop", c.now));
  EXPECT_TRUE(c.state.may.no_marketing);
  c.receive(preference("resume", c.now - 1));
  EXPECT_TRUE(c.state.may.no_marketing) << "older";
  c.receive(preference("signup", c.now + 0));
  EXPECT_FALSE(c.state.may.no_marketing);
  c.receive(preference("stop", c.now - 40 * ms_per_day));
  EXPECT_FALSE(c.state.may.no_marketing);
  c.receive(preference("whatever", c.now + 1));
  EXPECT_FALSE(c.state.may.no_marketing);
  auto other = preference("stop", c.now + 1);
  other.type = "utility";
  c.receive(other);
  EXPECT_FALSE(c.state.may.no_marketing);
}

TEST(permissions, an_old_stop_still_counts) {
  chat c;
  c.receive(preference("stop", c.now - 40 * ms_per_day));
  EXPECT_TRUE(c.state.may.no_marketing) << "it was delayed on its way; nothing later is known";
}

TEST(permissions, the_word_stop_is_no_preference_of_whatsapp) {
  chat c;
  c.say("STOP");
  EXPECT_FALSE(c.state.may.no_marketing);
  EXPECT_TRUE(c.state.may.opted_out);
}

TEST(permissions, who_is_blocked_is_heard_and_not_answered) {
  chat c;
  c.say("hi");
  EXPECT_GT(c.replies(), 0U);
  c.state.may.is_blocked = true;
  c.say("hi");
  EXPECT_EQ(c.replies(), 0U);
  EXPECT_FALSE(c.last.answered);
  c.state.may.is_blocked = false;
  c.say("hi");
  EXPECT_GT(c.replies(), 0U);
}

TEST(permissions, come_back_from_their_record_and_leave_others_as_they_were) {
  chat c;
  c.say("hi");
  EXPECT_EQ(record_form(c.state), 1);
  for (const bool is_ordered : {false, true})
    for (const bool no_marketing : {false, true})
      for (const bool is_blocked : {false, true})
        for (const time_ms at : {time_ms{0}, start_time}) {
          auto state = c.state;
          if (is_ordered)
            state.ordered = order_receipt{"ABCD", {500, "KES"}, start_time, start_time + 1};
          state.may = {no_marketing, at, is_blocked};
          EXPECT_EQ(unpacked(packed(state)).value(), state);
          state.entry = {at, start_time + 1};
          EXPECT_EQ(unpacked(packed(state)).value(), state);
          state.entry = {start_time, 0};
          EXPECT_EQ(unpacked(packed(state)).value(), state);
        }
}

TEST(permissions, records_that_say_nothing_or_too_much_are_refused) {
  chat c;
  c.state.may.is_blocked = true;
  auto good = packed(c.state);
  ASSERT_TRUE(unpacked(good));
  const auto flags = good.size() - 2; // then the time, which is not set
  for (const char bad : {'\x00', '\x10', '\x0C', '\x05'}) {
    auto record = good;
    record[flags] = bad;
    EXPECT_FALSE(unpacked(record)) << int{bad};
  }
}

whatsapp::event from_an_ad(std::string_view text, time_ms at) {
  auto e = text_event(text, at);
  e.referral = "ad:120";
  return e;
}

TEST(free_entry, three_days_from_the_answer) {
  chat c;
  c.receive(from_an_ad("hi", c.now));
  ASSERT_TRUE(c.last.answered);
  EXPECT_EQ(c.state.entry, (free_entry{0, c.now + 3 * ms_per_day}));
  EXPECT_EQ(c.last.figures.category, "referral");
  const auto until = c.state.entry.until;
  c.wait(ms_per_hour).say("catalog");
  EXPECT_EQ(c.state.entry.until, until) << "no other answer makes it longer";
}

TEST(free_entry, only_an_answer_within_a_day_opens_it) {
  for (const bool is_in_time : {true, false}) {
    chat c;
    c.say("HUMAN"); // the shop itself is silent from now on
    c.receive(from_an_ad("is there a person?", c.now));
    EXPECT_EQ(c.state.entry, (free_entry{c.now, 0}));
    const auto answered = c.now + (is_in_time ? ms_per_day - 1 : ms_per_day);
    answer_entry(c.state, answered);
    EXPECT_EQ(c.state.entry.until, is_in_time ? answered + 3 * ms_per_day : 0);
    EXPECT_EQ(c.state.entry.referred_at, 0);
  }
}

TEST(free_entry, who_came_by_oneself_has_none) {
  chat c;
  c.say("hi");
  EXPECT_EQ(c.state.entry, free_entry{});
  EXPECT_EQ(record_form(c.state), 1);
}

TEST(number_change, the_shopper_is_known_by_the_new_number) {
  chat c;
  c.say("hi");
  ASSERT_EQ(c.state.who.phone, "254700000001");
  const auto session = c.state.current;
  c.receive(new_number("254700000001", "254700000009", c.now));
  EXPECT_EQ(c.state.who.phone, "254700000009");
  EXPECT_EQ(c.state.current, session) << "it opens no window";
  EXPECT_EQ(c.replies(), 0U);
  c.receive(new_number("254700000001", "254700000009", c.now));
  EXPECT_EQ(c.state.who.phone, "254700000009") << "told again";
}

TEST(number_change, of_somebody_else_changes_nothing) {
  chat c;
  c.say("hi");
  c.receive(new_number("254700000002", "254700000009", c.now));
  EXPECT_EQ(c.state.who.phone, "254700000001");
  c.receive(new_number("254700000001", "not a number", c.now));
  EXPECT_EQ(c.state.who.phone, "254700000001");
}

} // namespace
} // namespace wakala::commerce::test
