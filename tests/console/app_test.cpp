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

TEST(app, begins_with_one_question_and_then_asks_once_a_second) {
  auto all = small_cluster();
  EXPECT_THAT(all.row(0), HasSubstr("CONNECTING"));
  all.pass();
  EXPECT_THAT(all.targets(), ElementsAre("GET /v1/overview", "GET /v1/whoami"));
  EXPECT_THAT(all.row(0), HasSubstr("node a"));
  EXPECT_THAT(all.row(0), HasSubstr("ops (operator)"));
  for (int i = 0; i < 20; ++i)
    all.pass(500);
  EXPECT_THAT(all.targets(),
              ElementsAre("GET /v1/overview", "GET /v1/overview", "GET /v1/overview", "GET /v1/overview",
                          "GET /v1/overview", "GET /v1/overview", "GET /v1/overview", "GET /v1/overview",
                          "GET /v1/overview", "GET /v1/overview"));
}

TEST(app, a_question_is_not_repeated_while_it_is_out) {
  auto all = small_cluster();
  EXPECT_EQ(all.what.due(all.now).size(), 1U);
  all.now.steady_ms += 5'000;
  EXPECT_THAT(all.what.due(all.now), IsEmpty());
  all.now.steady_ms += 30'000;
  EXPECT_EQ(all.what.due(all.now).size(), 1U) << "it will not be answered any more";
}

TEST(app, drills_down_from_a_node_to_a_message_and_back) {
  auto all = small_cluster();
  all.pass().press(key_kind::home).press(key_kind::enter).pass();
  EXPECT_THAT(all.row(1), StartsWith(" Overview › node:a"));
  EXPECT_THAT(all.targets(), Contains("GET /v1/actors?limit=200&under=node%3Aa"));
  all.press(key_kind::home).press(key_kind::enter).pass();
  EXPECT_THAT(all.row(1), HasSubstr("conversation:duka:0af3"));
  EXPECT_THAT(all.screen(), HasSubstr("received   •••"));
  all.press(key_kind::enter).pass();
  EXPECT_THAT(all.row(1), HasSubstr("Trace wamid.X"));
  EXPECT_THAT(all.screen(), HasSubstr("commit"));
  all.press(key_kind::escape).press(key_kind::escape).press(key_kind::escape);
  EXPECT_EQ(all.row(1), " Overview");
  all.press(key_kind::escape);
  EXPECT_EQ(all.row(1), " Overview") << "there is nothing before it";
}

TEST(app, views_have_numbers_and_only_the_shown_one_asks) {
  auto all = small_cluster();
  all.pass();
  for (const auto& [c, title] : {std::pair{U'2', " Nodes"},
                                 {U'3', " Shards"},
                                 {U'4', " Actors"},
                                 {U'5', " Top conversations"},
                                 {U'6', " Dead letters"},
                                 {U'7', " Audit"},
                                 {U'1', " Overview"}}) {
    all.press(of_character(c)).pass();
    EXPECT_THAT(all.row(1), StartsWith(title));
  }
  all.targets();
  all.pass(20'000);
  EXPECT_THAT(all.targets(), ElementsAre("GET /v1/overview"));
}

TEST(app, commands_open_views_and_say_what_they_miss) {
  auto all = small_cluster();
  all.pass().type(U":find +254 711").press(key_kind::enter).pass();
  EXPECT_THAT(all.targets(), Contains("GET /v1/find?q=%2B254%20711"));
  EXPECT_THAT(all.screen(), HasSubstr("contact duka"));
  all.type(U":nonsense").press(key_kind::enter);
  EXPECT_THAT(all.message(), HasSubstr("there is no command “nonsense”"));
  all.type(U":trace").press(key_kind::enter);
  EXPECT_THAT(all.message(), HasSubstr("trace needs a wamid"));
  all.type(U":quit").press(key_kind::enter);
  EXPECT_TRUE(all.what.has_ended());
}

TEST(app, a_filter_works_while_it_is_typed_and_escape_takes_it_away) {
  auto all = small_cluster();
  all.press(of_character(U'3')).pass();
  EXPECT_THAT(all.screen(), HasSubstr("shard:2 "));
  all.type(U"/shard:10");
  EXPECT_THAT(all.screen(), Not(HasSubstr("shard:2 ")));
  all.press(key_kind::enter);
  EXPECT_THAT(all.row(1), HasSubstr("/shard:10"));
  all.press(key_kind::escape);
  EXPECT_THAT(all.screen(), HasSubstr("shard:2 "));
  all.type(U"/x").press(key_kind::escape);
  EXPECT_THAT(all.screen(), HasSubstr("shard:2 ")) << "as it was before it was typed";
}

TEST(app, sorts_by_keys_menu_and_heading) {
  auto all = small_cluster();
  all.press(of_character(U'3')).pass();
  all.press(of_character(U'>'));
  EXPECT_THAT(all.row(2), HasSubstr("SHARD▲"));
  EXPECT_THAT(all.row(3), HasSubstr("shard:2 ")) << "by number, not by text";
  all.type(U"I");
  EXPECT_THAT(all.row(2), HasSubstr("SHARD▼"));
  EXPECT_THAT(all.row(3), HasSubstr("shard:10"));
  all.press(of_function(6));
  EXPECT_THAT(all.screen(), HasSubstr("Sort by"));
  all.press(key_kind::down).press(key_kind::enter);
  EXPECT_THAT(all.row(2), HasSubstr("NODE▲"));
  all.click(2, all.row(2).find("EPOCH") - 2);
  EXPECT_THAT(all.row(2), HasSubstr("EPOCH▼"));
}

TEST(app, what_the_node_can_sort_by_is_asked_of_it) {
  auto all = small_cluster("top");
  all.pass();
  EXPECT_THAT(all.targets(), Contains("GET /v1/actors?limit=200&kind=conversation&sort=mailbox"));
  all.press(of_character(U'>')).press(of_character(U'>')).press(of_character(U'>')).pass();
  EXPECT_THAT(all.targets(), Contains("GET /v1/actors?limit=200&kind=conversation&sort=waiting"));
  all.press(key_kind::tab).pass();
  EXPECT_THAT(all.targets(), Contains("GET /v1/actors?limit=200&kind=tenant&sort=waiting"));
}

TEST(app, the_mouse_selects_and_opens) {
  auto all = small_cluster();
  all.press(of_character(U'3')).pass();
  all.screen();
  all.click(4, 3);
  EXPECT_EQ(all.row(1).find("›"), std::string::npos);
  all.click(4, 3).pass();
  EXPECT_THAT(all.row(1), StartsWith(" Shards › shard:10"));
  all.click(23, 1);
  EXPECT_THAT(all.row(1), HasSubstr("Help")) << "the function keys can be clicked";
}

TEST(app, says_that_nobody_answers_and_goes_on_by_itself) {
  auto all = small_cluster();
  all.press(of_character(U'5')).pass();
  all.is_down = true;
  all.pass(1'000);
  EXPECT_THAT(all.row(0), HasSubstr("NOT CONNECTED since 14:03:2"));
  EXPECT_THAT(all.row(0), HasSubstr("connection"));
  EXPECT_THAT(all.screen(), HasSubstr("duka:0af3")) << "what was known stays";
  all.targets();
  all.pass(1'000).pass(1'000);
  EXPECT_THAT(all.targets(), Each(HasSubstr("/v1/overview"))) << "one question is enough to find out";
  all.is_down = false;
  all.url = "http://127.0.0.1:9091";
  all.pass(1'000).pass(1'000);
  EXPECT_THAT(all.row(0), HasSubstr("127.0.0.1:9091"));
  EXPECT_THAT(all.message(), HasSubstr("connected to http://127.0.0.1:9091"));
  EXPECT_THAT(all.targets(), Contains(HasSubstr("/v1/actors")));
}

TEST(app, an_unknown_token_is_said_aloud) {
  auto all = small_cluster();
  const auto first = all.what.due(all.now).front();
  all.what.on_answer({first.id, 401, nullptr, "the token is unknown", all.url, false}, all.now);
  EXPECT_THAT(all.row(0), HasSubstr("401 the token is unknown"));
}

TEST(app, fits_every_window) {
  auto all = small_cluster();
  all.pass();
  for (const auto& [rows, columns] :
       {std::pair<std::size_t, std::size_t>{24, 80}, {50, 132}, {8, 30}, {9, 200}, {100, 31}, {1, 1}, {3, 500}}) {
    all.rows = rows;
    all.columns = columns;
    for (const auto c : U"12345671?") {
      all.press(of_character(c)).pass();
      const auto drawn = all.what.draw(rows, columns, all.now);
      EXPECT_EQ(drawn.cells.rows(), rows);
      EXPECT_EQ(drawn.cells.columns(), columns);
    }
  }
}

TEST(app, holds_still_when_told_to) {
  auto all = small_cluster();
  all.pass().type(U" ");
  all.targets();
  all.pass(5'000);
  EXPECT_THAT(all.targets(), IsEmpty());
  EXPECT_THAT(all.row(0), HasSubstr("HELD"));
  all.type(U" ").pass(1'000);
  EXPECT_THAT(all.targets(), Contains("GET /v1/overview"));
}

TEST(app, refusals_are_shown_where_the_view_would_be) {
  auto all = small_cluster();
  all.pass().type(U":trace wamid.unknown").press(key_kind::enter).pass();
  EXPECT_THAT(all.screen(), HasSubstr("404 there is no such thing"));
}

} // namespace
} // namespace wakala::console
