#include "commerce/identity.hpp"
#include "tests/commerce/chat.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wakala::commerce::test {

namespace {

using ::testing::ElementsAre;
using ::testing::MatchesRegex;
using ::testing::Pair;
using whatsapp::event_kind;

TEST(step, is_deterministic) {
  chat a;
  chat b;
  for (const auto* text : {"hi", "flour", "unga wa dola 2kg", "add 2", "cart", "LUGHA", "???"}) {
    a.say(text);
    b.say(text);
    EXPECT_EQ(a.state, b.state);
    EXPECT_EQ(a.body(), b.body());
    EXPECT_EQ(a.ids(), b.ids());
    EXPECT_EQ(a.last.figures, b.last.figures);
  }
}

TEST(step, a_session_lasts_a_day_from_the_last_message) {
  chat c;
  c.say("hi");
  const auto first = c.state.current;
  EXPECT_THAT(first.id, MatchesRegex("s_[0-9a-f]{24}"));
  EXPECT_EQ(first.category, "service");
  EXPECT_EQ(first.started_at, c.now);
  EXPECT_EQ(first.expires_at, c.now + ms_per_day);
  EXPECT_EQ(first.message_count, 2U);
  c.wait(20 * ms_per_hour).say("shop");
  EXPECT_EQ(c.state.current.id, first.id);
  EXPECT_EQ(c.state.current.expires_at, c.now + ms_per_day);
  EXPECT_EQ(c.state.current.message_count, 4U);
  EXPECT_EQ(c.last.figures, (session_figures{first.id, first.started_at, "service", 4, 20 * 3600 + 1}));
  c.wait(ms_per_day - ms_per_second).say("hi");
  EXPECT_NE(c.state.current.id, first.id);
  EXPECT_EQ(c.state.current.started_at, c.now);
  EXPECT_EQ(c.state.current.message_count, 2U);
  EXPECT_EQ(c.last.figures.duration_seconds, 0);
}

TEST(step, a_new_session_starts_the_dialogue_again) {
  chat c;
  c.say("hi").tap("prod:unga").say("kiswahili").wait(2 * ms_per_day).say("2");
  EXPECT_EQ(c.body().substr(0, 9), "Samahani,");
  EXPECT_EQ(c.state.spoken, language::kiswahili);
}

TEST(step, windows_come_from_the_time_of_the_event) {
  chat c;
  c.now = start_time + 5 * ms_per_hour;
  auto late = text_event("hi", start_time);
  late.phone_number_id = "100";
  c.receive(late);
  EXPECT_TRUE(c.last.answered);
  EXPECT_EQ(c.state.current.started_at, start_time);
  EXPECT_EQ(c.state.current.expires_at, start_time + ms_per_day);
  EXPECT_THAT(c.state.window_by_number, ElementsAre(Pair("100", start_time)));
  auto other = text_event("hi", start_time + ms_per_hour);
  other.phone_number_id = "200";
  c.receive(other);
  EXPECT_THAT(c.state.window_by_number, ElementsAre(Pair("100", start_time), Pair("200", start_time + ms_per_hour)));
  auto earlier = text_event("hi", start_time - ms_per_hour); // overtaken on its way: closes nothing earlier
  c.receive(earlier);
  EXPECT_EQ(c.state.current.expires_at, start_time + ms_per_hour + ms_per_day);
  EXPECT_EQ(c.state.window_by_number.at("100"), start_time);
  c.now = start_time + ms_per_day + 1;
  c.receive(text_event("hi", start_time + 30 * 60 * ms_per_second));
  EXPECT_THAT(c.state.window_by_number,
              ElementsAre(Pair("100", start_time + 30 * 60 * ms_per_second), Pair("200", start_time + ms_per_hour)));
}

TEST(step, times_in_the_future_are_now) {
  chat c;
  c.receive(text_event("hi", c.now + ms_per_hour));
  EXPECT_TRUE(c.last.answered);
  EXPECT_EQ(c.state.current.expires_at, c.now + ms_per_day);
  c.receive(text_event("hi", 0));
  EXPECT_TRUE(c.last.answered);
  EXPECT_EQ(c.state.current.expires_at, c.now + ms_per_day);
}

TEST(step, old_events_are_only_recorded) {
  chat c;
  c.receive(text_event("hi", c.now - ms_per_day - 1));
  EXPECT_FALSE(c.last.answered);
  EXPECT_EQ(c.replies(), 0U);
  EXPECT_EQ(c.state.current, session{});
  EXPECT_TRUE(c.state.window_by_number.empty());
  EXPECT_EQ(c.state.who.phone, "254700000001");
  c.receive(text_event("hi", -5));
  EXPECT_FALSE(c.last.answered);
  c.receive(text_event("hi", c.now - ms_per_day));
  EXPECT_TRUE(c.last.answered);
}

TEST(step, answers_only_messages_of_shoppers) {
  for (const auto kind : {event_kind::echo, event_kind::status, event_kind::call, event_kind::call_status,
                          event_kind::error, event_kind::preference, event_kind::user_id_update, event_kind::group,
                          event_kind::history, event_kind::state_sync, event_kind::management}) {
    chat c;
    auto e = text_event("hi", c.now);
    e.kind = kind;
    c.receive(e);
    EXPECT_FALSE(c.last.answered) << whatsapp::to_string(kind);
    EXPECT_EQ(c.replies(), 0U);
    EXPECT_EQ(c.state.current.expires_at, 0) << whatsapp::to_string(kind);
  }
  for (const auto* type : {"system", "edit", "revoke", "request_welcome"}) {
    chat c;
    auto e = text_event("hi", c.now);
    e.type = type;
    c.receive(e);
    EXPECT_FALSE(c.last.answered) << type;
    EXPECT_EQ(c.state.current.expires_at, 0) << type;
  }
  for (const auto* type : {"reaction", "unsupported", "unknown", "poll"}) {
    chat c;
    auto e = text_event("hi", c.now);
    e.type = type;
    c.receive(e);
    EXPECT_FALSE(c.last.answered) << type;
    EXPECT_EQ(c.state.current.expires_at, c.now + ms_per_day)
        << type; // the shopper did something: the window is open
  }
}

TEST(step, messages_without_sender_or_in_groups_are_not_answered) {
  chat c;
  auto e = text_event("hi", c.now);
  e.from.reset();
  e.sender.reset();
  c.receive(e);
  EXPECT_FALSE(c.last.answered);
  EXPECT_EQ(c.state.current, session{});
  e = text_event("hi", c.now);
  e.group_id = "g";
  c.receive(e);
  EXPECT_FALSE(c.last.answered);
  EXPECT_EQ(c.state.current, session{});
}

TEST(step, an_echo_means_that_a_person_answers) {
  chat c;
  c.say("hi");
  whatsapp::event echo;
  echo.kind = event_kind::echo;
  echo.type = "text";
  echo.to = "254700000001";
  echo.at = c.now;
  c.receive(echo);
  EXPECT_TRUE(c.state.talk.human);
  EXPECT_EQ(c.state.current.message_count, 3U);
  c.say("and the price?");
  EXPECT_EQ(c.replies(), 0U);
  EXPECT_EQ(c.state.current.message_count, 4U);
  c.say("MENU");
  EXPECT_EQ(c.replies(), 1U);

  chat first; // the person wrote first: the answer is for the person, although it opens a session
  echo.at = first.now;
  first.receive(echo);
  EXPECT_EQ(first.state.current.expires_at, 0);
  first.say("hi");
  EXPECT_EQ(first.replies(), 0U);

  chat old;
  echo.at = old.now - 2 * ms_per_day;
  old.receive(echo);
  EXPECT_FALSE(old.state.talk.human);
}

whatsapp::event from(std::string phone, std::string user_id) {
  auto e = text_event("hi", start_time);
  e.from = phone.empty() ? std::nullopt : std::optional(phone);
  e.from_user_id = user_id.empty() ? std::nullopt : std::optional(user_id);
  e.sender = e.from ? e.from : e.from_user_id;
  return e;
}

TEST(identity, members_are_learnt_one_by_one) {
  chat c;
  c.receive(from("254700000001", ""));
  EXPECT_EQ(c.state.who, (identity{"254700000001", "", "", ""}));
  auto e = from("254700000001", "KE.1");
  e.profile_name = " Amina\n";
  e.username = "@amina";
  c.receive(e);
  EXPECT_EQ(c.state.who, (identity{"254700000001", "KE.1", "amina", "Amina"}));
  c.receive(from("", "KE.1"));
  EXPECT_EQ(c.state.who, (identity{"254700000001", "KE.1", "amina", "Amina"}));
  e.profile_name = "Amina W";
  c.receive(e);
  EXPECT_EQ(c.state.who.name, "Amina W");
}

TEST(identity, a_number_can_come_with_the_contact) {
  identity who;
  auto e = from("", "KE.1");
  e.contact_phone = "254700000009";
  learn(who, e, true);
  EXPECT_EQ(who, (identity{"254700000009", "KE.1", "", ""}));
}

TEST(identity, strangers_change_nothing) {
  const identity amina{"254700000001", "KE.1", "amina", "Amina"};
  for (auto e :
       {from("254700000002", "KE.2"), from("254700000002", ""), from("", "KE.2"), from("not a number", "!")}) {
    auto who = amina;
    e.profile_name = "Otieno";
    e.username = "otieno";
    learn(who, e, true);
    EXPECT_EQ(who.phone, amina.phone);
    EXPECT_EQ(who.user_id, amina.user_id);
    EXPECT_EQ(who.name == "Amina", e.from != "not a number"); // which names nobody else
  }
  identity only_phone{"254700000001", "", "", ""};
  learn(only_phone, from("254700000002", "KE.2"), true);
  EXPECT_EQ(only_phone, (identity{"254700000001", "", "", ""}));
}

TEST(identity, the_user_id_decides_about_the_number) {
  identity who{"254700000001", "KE.1", "", ""};
  learn(who, from("254700000002", "KE.1"), true);
  EXPECT_EQ(who.phone, "254700000002");
  learn(who, from("254700000001", "KE.1"), false); // an old redelivery
  EXPECT_EQ(who.phone, "254700000002");
}

TEST(identity, a_changed_user_id_replaces_the_old_one) {
  auto e = from("254700000001", "KE.2");
  e.kind = event_kind::user_id_update;
  e.previous_user_id = "KE.1";
  identity who{"254700000001", "KE.1", "", ""};
  learn(who, e, true);
  EXPECT_EQ(who.user_id, "KE.2");
  learn(who, e, true); // again: it is the current one already
  EXPECT_EQ(who.user_id, "KE.2");

  identity other{"254700000003", "KE.3", "", ""};
  learn(other, e, true);
  EXPECT_EQ(other, (identity{"254700000003", "KE.3", "", ""}));

  auto system = from("254700000001", "");
  system.type = "system";
  system.contact_user_id = "KE.2";
  system.previous_user_id = "KE.1";
  identity by_message{"254700000001", "KE.1", "", ""};
  learn(by_message, system, true);
  EXPECT_EQ(by_message.user_id, "KE.2");
  system.previous_user_id.clear(); // then the number says who
  by_message.user_id = "KE.1";
  learn(by_message, system, true);
  EXPECT_EQ(by_message.user_id, "KE.2");
  learn(other, system, true);
  EXPECT_EQ(other.user_id, "KE.3");
}

TEST(identity, statuses_and_echoes_fill_gaps_but_history_does_not) {
  identity who;
  auto status = from("254700000001", "");
  status.kind = event_kind::status;
  learn(who, status, true);
  EXPECT_EQ(who.phone, "254700000001");
  whatsapp::event echo;
  echo.kind = event_kind::echo;
  echo.from = "254799999999"; // the business
  echo.to = "254700000001";
  echo.to_user_id = "KE.1";
  learn(who, echo, true);
  EXPECT_EQ(who, (identity{"254700000001", "KE.1", "", ""}));
  identity nobody;
  auto history = from("254799999999", "");
  history.kind = event_kind::history;
  learn(nobody, history, true);
  EXPECT_EQ(nobody, identity{});
}

} // namespace

} // namespace wakala::commerce::test
