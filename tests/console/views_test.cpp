// Views one by one, as text.
#include "console/actor_view.hpp"
#include "console/actors_view.hpp"
#include "console/audit_view.hpp"
#include "console/cluster_views.hpp"
#include "console/commands.hpp"
#include "console/letters_view.hpp"
#include "console/trace_view.hpp"
#include "tests/console/session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wakala::console {
namespace {

using console::testing::small_cluster;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

struct place {
  history past;
  whoami who{"ops", true, {}, {"read", "act", "personal"}};
  surroundings around{past, who, 1'795'961'002'120};

  std::string text(const view& of, std::size_t width = 80) const {
    const auto shown = of.show(around, width);
    std::string out;
    for (const auto* part : {&shown.panel, &shown.body})
      for (const auto& each : *part) {
        std::size_t used = 0;
        for (const auto& piece : each.spans)
          used += columns_of(piece.text);
        out += text_of(each) + '\n';
      }
    return out;
  }
};

TEST(views, the_overview_adds_the_cluster_up) {
  place here;
  auto all = small_cluster().api["/v1/overview"];
  here.past.add(read_overview(all), 1'000);
  all["nodes"][0]["counters"]["events_committed"] = 300;
  all["nodes"].push_back({{"name", "c"}, {"state", "unreachable"}});
  all["shards"][1]["state"] = "down";
  all["unreachable"] = {"c"};
  here.past.add(read_overview(all), 2'000);
  const auto text = here.text(overview_view());
  EXPECT_THAT(text, HasSubstr(" 2/3 nodes serving   1/2 shards open  2 conversations live  not reached: c"));
  EXPECT_THAT(text, HasSubstr("events/s         200"));
  EXPECT_THAT(text, HasSubstr("c    unreachable"));
}

TEST(views, what_a_tenant_s_token_does_not_see_is_left_out_or_a_dash) {
  place here;
  here.past.add(read_overview({{"node", "a"}, {"nodes", {{{"name", "a"}, {"state", "serving"}}}}}), 1'000);
  EXPECT_THAT(here.text(nodes_view()), HasSubstr(" NODE STATE   EVENTS/S\n a    serving        –\n"));
  EXPECT_THAT(here.text(overview_view()), HasSubstr("events/s           –"));
}

TEST(views, actors_have_rates_after_two_answers) {
  place here;
  actors_view list({"tenant:duka:2", "", "", 0});
  const auto one = [](int messages) {
    return json{{"actors",
                 {{{"id", "conversation:duka:0af3"},
                   {"kind", "conversation"},
                   {"state", "live"},
                   {"messages", messages},
                   {"last_activity", "2026-11-29T14:02:22Z"}}}},
                {"total", 1},
                {"next", nullptr}};
  };
  list.take("actors", one(10), 1'000);
  list.take("actors", one(30), 3'000);
  const auto text = here.text(list);
  EXPECT_THAT(text, HasSubstr("duka:0af3"));
  EXPECT_THAT(text, HasSubstr("10.0"));
  EXPECT_THAT(text, HasSubstr("60 s"));
  EXPECT_EQ(list.open("conversation:duka:0af3"), "actor conversation:duka:0af3");
}

TEST(views, a_long_list_is_filtered_by_the_node) {
  place here;
  actors_view list({"", "conversation", "", 0});
  list.take("actors", {{"actors", json::array()}, {"total", 5000}, {"next", "cursor"}}, 1'000);
  list.filter = "0af";
  EXPECT_THAT(list.wishes(here.around)[0].target, HasSubstr("&q=0af"));
  list.take("actors", {{"actors", json::array()}, {"total", 3}, {"next", nullptr}}, 2'000);
  EXPECT_THAT(list.wishes(here.around)[0].target, HasSubstr("&q=0af")) << "and stays so";
}

TEST(views, a_transcript_comes_page_by_page_and_only_the_last_is_asked_again) {
  place here;
  actor_view one("conversation:duka:0af3");
  const auto page = [](const char* id, json next) {
    return json{{"messages",
                 {{{"id", id},
                   {"direction", "in"},
                   {"type", "text"},
                   {"text", id},
                   {"status", "received"},
                   {"at", "2026-11-29T14:00:00Z"}}}},
                {"next", std::move(next)}};
  };
  one.take("actor", {{"actor", {{"id", "conversation:duka:0af3"}, {"kind", "conversation"}}}, {"redacted", false}},
           0);
  one.take("messages", page("m-first", "200"), 0);
  EXPECT_THAT(one.wishes(here.around)[1].target, HasSubstr("after=200"));
  one.take("messages", page("m-second", nullptr), 0);
  one.take("messages", page("m-third", nullptr), 0);
  const auto text = here.text(one);
  EXPECT_THAT(one.wishes(here.around)[1].target, HasSubstr("after=200"));
  EXPECT_THAT(text, HasSubstr("m-first"));
  EXPECT_THAT(text, HasSubstr("m-third"));
  EXPECT_THAT(text, Not(HasSubstr("m-second")));
  EXPECT_LT(text.find("m-third"), text.find("m-first")) << "the last is on top";
}

TEST(views, a_message_whose_id_is_covered_is_traced_by_its_place) {
  actor_view one("conversation:duka:0123456789abcdef0123456789abcdef");
  one.take("actor", {{"actor", {{"id", "conversation:duka:0123456789abcdef0123456789abcdef"}}}, {"redacted", true}},
           0);
  one.take(
      "messages",
      {{"messages", {{{"id", "•••"}, {"position", 7}, {"direction", "in"}, {"type", "text"}}}}, {"next", nullptr}},
      0);
  place here;
  const auto shown = one.show(here.around, 80);
  EXPECT_EQ(one.open(shown.body[1].key), "trace o0123456789abcdef0123456789abcdef.7");
}

TEST(views, a_tenant_s_token_asks_for_what_is_its_own) {
  place here;
  here.who = {"duka", false, {"duka"}, {"read", "act_tenant"}};
  EXPECT_THAT(actors_view({"", "conversation", "", 0}).wishes(here.around)[0].target,
              HasSubstr("kind=conversation&tenant=duka"));
  EXPECT_THAT(actors_view({"", "", "", 0}).wishes(here.around)[0].target, HasSubstr("kind=tenant&tenant=duka"));
  EXPECT_THAT(actors_view({"tenant:duka:5", "", "", 0}).wishes(here.around)[0].target,
              ::testing::EndsWith("under=tenant%3Aduka%3A5"));
}

TEST(views, a_trace_is_a_waterfall_with_what_was_sent) {
  place here;
  trace_view one("wamid.X", "");
  one.take("trace", small_cluster().api["/v1/trace/wamid.X"], 0);
  const auto text = here.text(one);
  EXPECT_THAT(text, HasSubstr("total 1.00 ms  hops 100 %"));
  EXPECT_THAT(text, HasSubstr("edge   a    node:a"));
  EXPECT_THAT(text, HasSubstr("░░"));
  EXPECT_THAT(text, HasSubstr("o1   text delivered"));
  EXPECT_EQ(one.wishes(here.around)[0].every.count(), 0) << "nothing will change any more";
  EXPECT_EQ(one.open("hop:1"), "actor service:a:commit_writer");
  EXPECT_EQ(one.open("conversation"), "actor conversation:duka:0af3");
}

TEST(views, a_trace_that_is_not_whole_says_so) {
  place here;
  trace_view one("wamid.X", "duka");
  EXPECT_EQ(one.wishes(here.around)[0].target, "/v1/trace/wamid.X?tenant=duka");
  auto given = small_cluster().api["/v1/trace/wamid.X"];
  given["complete"] = false;
  given["total_us"] = nullptr;
  given["hops"][1] = {{"hop", "commit"}, {"node", "a"}};
  given["sends"][0]["status"] = "queued";
  one.take("trace", given, 0);
  const auto text = here.text(one);
  EXPECT_THAT(text, HasSubstr("no longer remembered"));
  EXPECT_THAT(text, HasSubstr("total –"));
  EXPECT_GT(one.wishes(here.around)[0].every.count(), 0);
}

TEST(views, dead_letters_are_asked_of_each_tenant_that_is_seen) {
  place here;
  letters_view all("");
  EXPECT_EQ(all.wishes(here.around).size(), 2U);
  all.take("tenants", {{"tenants", {{{"id", "duka"}}, {{"id", "so ko"}}}}}, 0);
  EXPECT_EQ(all.wishes(here.around)[3].target, "/v1/tenants/so%20ko/dead-letters?limit=200");
  here.who = {"duka", false, {"duka"}, {"read", "act_tenant"}};
  const letters_view own("");
  ASSERT_EQ(own.wishes(here.around).size(), 1U);
  EXPECT_EQ(own.wishes(here.around)[0].target, "/v1/tenants/duka/dead-letters?limit=200");
}

TEST(views, a_broken_audit_trail_is_shown_in_capitals) {
  place here;
  audit_view trail;
  trail.take("entries", small_cluster().api["/v1/audit"], 0);
  trail.take("check", {{"ok", false}, {"entries", 9}, {"broken_at", 4}}, 0);
  const auto text = here.text(trail);
  EXPECT_THAT(text, HasSubstr("THE CHAIN IS BROKEN at entry 4"));
  EXPECT_THAT(text, HasSubstr("they argue"));
  EXPECT_EQ(trail.open("entry:1:conversation:duka:0af3"), "actor conversation:duka:0af3");
  EXPECT_EQ(trail.open("entry:1:wakala-shard-5"), "");
}

TEST(views, every_command_that_enter_gives_is_known) {
  std::string problem;
  for (const auto* command :
       {"overview", "nodes", "shards", "actors", "actors node:a", "actor node:a", "top", "top tenants duka",
        "trace w", "find x y", "dead-letters", "dead-letters duka", "audit", "help"}) {
    const auto made = make_view(command, problem);
    ASSERT_NE(made, nullptr) << command << ": " << problem;
    EXPECT_NE(make_view(made->command(), problem), nullptr) << made->command();
  }
  EXPECT_EQ(make_view("top secrets", problem), nullptr);
  EXPECT_THAT(problem, HasSubstr("top of what"));
  EXPECT_EQ(make_view("", problem), nullptr);
}

} // namespace
} // namespace wakala::console
