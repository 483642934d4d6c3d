// Acting: typed, confirmed, posted once, and told.
#include "tests/console/session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wakala::console {
namespace {

using console::testing::session;
using console::testing::small_cluster;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

std::vector<std::string> posts(session& all) {
  auto targets = all.targets();
  std::erase_if(targets, [](const auto& each) { return !each.starts_with("POST"); });
  return targets;
}

session at_the_conversation() {
  auto all = small_cluster();
  all.api["/v1/actors/conversation%3Aduka%3A0af3:pause"] = {{"result", "done"}, {"audit", 17}};
  all.pass().type(U":actor conversation:duka:0af3").press(key_kind::enter).pass();
  return all;
}

TEST(app_actions, a_pause_is_typed_confirmed_and_posted_once) {
  auto all = at_the_conversation();
  EXPECT_THAT(all.message(), HasSubstr("P pause"));
  all.type(U"P");
  EXPECT_THAT(all.message(), HasSubstr("For how many minutes: 15"));
  all.press(key_kind::backspace)
      .press(key_kind::backspace)
      .type(U"30")
      .press(key_kind::enter)
      .type(U"they argue")
      .press(key_kind::enter);
  EXPECT_THAT(all.message(), HasSubstr("for 30 min, because “they argue”? [y/N]"));
  EXPECT_THAT(posts(all.pass()), IsEmpty()) << "nothing leaves before the yes";
  all.type(U"y");
  all.pass();
  EXPECT_THAT(posts(all), ElementsAre("POST /v1/actors/conversation%3Aduka%3A0af3:pause"));
  EXPECT_THAT(all.message(), HasSubstr("done (audit 17)"));
  EXPECT_THAT(posts(all.pass(10'000)), IsEmpty());
}

TEST(app_actions, enter_escape_and_no_leave_it_undone) {
  for (const auto& no : {key{key_kind::enter, 0, 0, 0, 0}, key{key_kind::escape, 0, 0, 0, 0}, of_character(U'n')}) {
    auto all = at_the_conversation();
    all.type(U"p").type(U"because").press(key_kind::enter).press(no).pass();
    EXPECT_THAT(posts(all), IsEmpty());
    EXPECT_THAT(all.message(), HasSubstr("left undone"));
  }
  auto all = at_the_conversation();
  all.type(U"p").press(key_kind::escape).type(U"y").pass();
  EXPECT_THAT(posts(all), IsEmpty()) << "undone before the question";
}

TEST(app_actions, without_a_reason_it_goes_no_further) {
  auto all = at_the_conversation();
  all.type(U"p  ").press(key_kind::enter);
  EXPECT_THAT(all.screen(), HasSubstr("a reason is needed"));
  EXPECT_THAT(all.message(), HasSubstr("Reason:"));
}

TEST(app_actions, what_is_typed_is_about_what_was_selected_then) {
  auto all = small_cluster();
  all.api["/v1/cluster/shards/wakala-shard-2:move"] = {{"ok", true}};
  all.press(of_character(U'3')).pass();
  all.press(key_kind::home).type(U"m").type(U"b").press(key_kind::enter);
  // The shard disappears from the list while the reason is typed.
  all.api["/v1/overview"]["shards"].erase(0);
  all.pass(1'000);
  all.type(U"busy").press(key_kind::enter);
  EXPECT_THAT(all.message(), HasSubstr("move wakala-shard-2 to b"));
  all.type(U"y").pass();
  EXPECT_THAT(posts(all), ElementsAre("POST /v1/cluster/shards/wakala-shard-2:move"));
}

TEST(app_actions, a_token_that_may_not_is_offered_nothing) {
  auto all = small_cluster();
  all.api["/v1/whoami"]["may"] = {"read"};
  all.pass().type(U":actor conversation:duka:0af3").press(key_kind::enter).pass();
  EXPECT_EQ(all.message(), "");
  all.type(U"p").pass();
  EXPECT_EQ(all.message(), "");
  all.press(of_function(9));
  EXPECT_THAT(all.message(), HasSubstr("nothing that you may do"));
}

TEST(app_actions, the_menu_begins_an_action_too) {
  auto all = at_the_conversation();
  all.press(of_function(9));
  EXPECT_THAT(all.screen(), HasSubstr("passivate conversation:duka:0af3"));
  all.press(key_kind::down).press(key_kind::enter);
  EXPECT_THAT(all.message(), StartsWith("restart. Reason:"));
}

TEST(app_actions, an_action_without_an_answer_is_not_called_failed) {
  auto all = at_the_conversation();
  all.type(U"p").type(U"because").press(key_kind::enter).type(U"y");
  all.is_down = true;
  all.pass();
  EXPECT_THAT(posts(all), ElementsAre(HasSubstr(":passivate")));
  EXPECT_THAT(all.message(), HasSubstr("whether it was done is unknown"));
  all.is_down = false;
  EXPECT_THAT(posts(all.pass(5'000)), IsEmpty()) << "it is not repeated";
}

TEST(app_actions, personal_data_is_asked_for_once_with_the_reason) {
  auto all = at_the_conversation();
  all.type(U"v").type(U"a complaint").press(key_kind::enter);
  EXPECT_THAT(all.screen(), HasSubstr("It is recorded"));
  all.targets();
  all.type(U"y").pass();
  EXPECT_THAT(all.targets(), Contains("GET /v1/actors/conversation%3Aduka%3A0af3?reveal=true&reason=a%20complaint"));
  all.pass(20'000);
  EXPECT_THAT(all.targets(), Not(Contains(HasSubstr("reveal"))));
  all.press(key_kind::escape).type(U":actor conversation:duka:0af3").press(key_kind::enter).pass();
  EXPECT_THAT(all.targets(), Not(Contains(HasSubstr("reveal")))) << "the next time it is covered again";
}

TEST(app_actions, many_are_counted_before_anything_is_done) {
  auto all = small_cluster();
  all.api["/v1/actors:bulk"] = {{"matched", 312}, {"done", 312}, {"failed", 0}, {"audit", 18}};
  all.pass().type(U":top conversations duka").press(key_kind::enter).pass();
  all.press(of_function(9));
  EXPECT_THAT(all.screen(), HasSubstr("passivate all conversations of duka"));
  all.press(key_kind::end).press(key_kind::up).press(key_kind::up).press(key_kind::up).press(key_kind::enter);
  EXPECT_THAT(all.message(), StartsWith("passivate. Idle"));
  all.type(U"3600").press(key_kind::enter).press(key_kind::enter).type(U"room is needed").press(key_kind::enter);
  all.targets();
  all.pass();
  EXPECT_THAT(all.row(all.rows - 3),
              HasSubstr("passivate 312 (all conversations of duka, idle for 3600 s), because"));
  EXPECT_THAT(all.message(), HasSubstr("needed”? [y/N]"));
  EXPECT_THAT(posts(all), ElementsAre("POST /v1/actors:bulk"));
  all.type(U"y").pass();
  EXPECT_THAT(posts(all), ElementsAre("POST /v1/actors:bulk"));
  EXPECT_THAT(all.message(), HasSubstr("done with 312, failed with 0 (audit 18)"));
}

TEST(app_actions, none_of_that_kind_is_no_question) {
  auto all = small_cluster();
  all.api["/v1/actors:bulk"] = {{"matched", 0}};
  all.pass().type(U":top conversations duka").press(key_kind::enter).pass();
  all.press(of_function(9)).press(key_kind::end).press(key_kind::enter);
  EXPECT_THAT(all.message(), StartsWith("resume. Idle"));
  all.press(key_kind::enter).press(key_kind::enter).type(U"x").press(key_kind::enter).pass();
  EXPECT_THAT(all.message(), HasSubstr("there is none of that kind"));
  all.type(U"y").pass();
  EXPECT_THAT(posts(all), ElementsAre("POST /v1/actors:bulk")) << "only the question";
}

TEST(app_actions, dead_letters_are_replayed) {
  auto all = small_cluster();
  all.api["/v1/tenants/duka/dead-letters/d1:replay"] = {{"result", "done"}};
  all.press(of_character(U'6')).pass(500).pass(500);
  EXPECT_THAT(all.screen(), HasSubstr("it threw"));
  all.type(U"y").type(U"mended").press(key_kind::enter).type(U"y").pass();
  EXPECT_THAT(posts(all), ElementsAre("POST /v1/tenants/duka/dead-letters/d1:replay"));
}

} // namespace
} // namespace wakala::console
