#include "console/actions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wakala::console {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const whoami operator_token{"ops", true, {}, {"read", "act", "act_tenant", "personal"}};
const whoami reader{"eyes", true, {}, {"read"}};
const whoami tenant_token{"duka", false, {"duka"}, {"read", "act_tenant"}};

actor conversation(const std::string& tenant = "duka", const std::string& state = "live") {
  actor one;
  one.id = "conversation:" + tenant + ":0af3";
  one.kind = "conversation";
  one.tenant = tenant;
  one.state = state;
  return one;
}

filled_fields reasons(std::string reason, int minutes, std::string node = {}) {
  return {std::move(reason), minutes, std::move(node), 0, 0};
}

std::vector<std::string> names(const std::vector<action>& all) {
  std::vector<std::string> out;
  for (const auto& each : all)
    out.push_back(each.name);
  return out;
}

TEST(actions, only_what_the_token_may) {
  EXPECT_THAT(names(actions_for_actor(operator_token, conversation())),
              ElementsAre("passivate", "restart", "pause", "reveal"));
  EXPECT_THAT(names(actions_for_actor(operator_token, conversation("duka", "paused"))),
              ElementsAre("passivate", "restart", "resume", "reveal"));
  EXPECT_THAT(names(actions_for_actor(reader, conversation())), IsEmpty());
  EXPECT_THAT(names(actions_for_actor(tenant_token, conversation())), ElementsAre("pause"));
  EXPECT_THAT(names(actions_for_actor(tenant_token, conversation("soko"))), IsEmpty());
  EXPECT_THAT(names(actions_for_node(operator_token, "a", false)), ElementsAre("drain", "undrain"));
  EXPECT_THAT(names(actions_for_node(operator_token, "a", true)), IsEmpty())
      << "a node alone cannot give its shards away";
  EXPECT_THAT(names(actions_for_node(tenant_token, "a", false)), IsEmpty());
  EXPECT_THAT(names(actions_for_shard(operator_token, "wakala-shard-5", false)), ElementsAre("move"));
  EXPECT_THAT(names(actions_for_letter(tenant_token, "duka", "1")), ElementsAre("replay", "drop"));
  EXPECT_THAT(names(actions_for_letter(tenant_token, "soko", "1")), IsEmpty());
  EXPECT_THAT(names(actions_for_letter(operator_token, "", "1")), ElementsAre("drop"));
  EXPECT_THAT(names(actions_for_letter(tenant_token, "", "1")), IsEmpty());
}

TEST(actions, keys_are_different_where_they_meet) {
  for (const auto& all :
       {actions_for_actor(operator_token, conversation()), actions_for_node(operator_token, "a", false),
        actions_for_letter(operator_token, "duka", "1")}) {
    std::vector<char32_t> keys;
    for (const auto& each : all)
      keys.push_back(each.key);
    std::sort(keys.begin(), keys.end());
    EXPECT_EQ(std::adjacent_find(keys.begin(), keys.end()), keys.end());
  }
}

TEST(actions, become_posts_with_their_reason) {
  const auto pause = actions_for_actor(operator_token, conversation())[2];
  const auto asked = call_for(pause, reasons("they argue", 30));
  EXPECT_EQ(asked.method, "POST");
  EXPECT_THAT(asked.target, HasSubstr("/v1/actors/conversation"));
  EXPECT_TRUE(asked.target.ends_with(":pause"));
  EXPECT_EQ(nlohmann::json::parse(asked.body), (nlohmann::json{{"reason", "they argue"}, {"minutes", 30}}));

  const auto move = actions_for_shard(operator_token, "wakala-shard-5", false)[0];
  EXPECT_EQ(call_for(move, reasons("busy", 15, "b")).target, "/v1/cluster/shards/wakala-shard-5:move");
  EXPECT_EQ(nlohmann::json::parse(call_for(move, reasons("busy", 15, "b")).body)["node"], "b");
  EXPECT_TRUE(nlohmann::json::parse(call_for(move, reasons("busy", 15)).body)["node"].is_null());

  const auto drop = actions_for_letter(operator_token, "duka", "a b")[1];
  EXPECT_EQ(call_for(drop, reasons("no use", 15)).target, "/v1/tenants/duka/dead-letters/a%20b:drop");
}

TEST(actions, say_what_they_are_about_to_do) {
  const auto pause = actions_for_actor(operator_token, conversation())[2];
  EXPECT_EQ(question_for(pause, reasons("they argue", 30)),
            "pause conversation:duka:0af3 for 30 min, because “they argue”?");
  const auto move = actions_for_shard(operator_token, "wakala-shard-5", false)[0];
  EXPECT_EQ(question_for(move, reasons("busy", 15)), "move wakala-shard-5 to where it belongs, because “busy”?");
}

TEST(actions, many_at_once_are_rehearsed_with_the_same_filter) {
  const auto all = actions_for_all(operator_token, {{"shard", "wakala-shard-5"}, {"tenant", "duka"}});
  EXPECT_THAT(names(all), ElementsAre("passivate", "restart", "pause", "resume"));
  EXPECT_THAT(actions_for_all(tenant_token, {{"tenant", "duka"}}), IsEmpty());
  filled_fields with;
  with.reason = "room";
  with.idle_seconds = 60;
  auto rehearsal = nlohmann::json::parse(rehearsal_for(all[0], with).body);
  auto real = nlohmann::json::parse(call_for(all[0], with).body);
  EXPECT_EQ(rehearsal["dry_run"], true);
  EXPECT_EQ(real["dry_run"], false);
  rehearsal.erase("dry_run");
  real.erase("dry_run");
  EXPECT_EQ(rehearsal, real);
  EXPECT_EQ(real["filter"], (nlohmann::json{{"shard", "wakala-shard-5"}, {"tenant", "duka"}, {"idle_seconds", 60}}));
}

TEST(actions, fields_are_checked) {
  EXPECT_EQ(problem_of(field::reason, "because"), "");
  EXPECT_NE(problem_of(field::reason, "  "), "");
  EXPECT_NE(problem_of(field::reason, std::string(201, 'x')), "");
  EXPECT_EQ(problem_of(field::minutes, "1440"), "");
  for (const auto* bad : {"", "0", "1441", "-1", "15x", "x"})
    EXPECT_NE(problem_of(field::minutes, bad), "") << bad;
}

TEST(actions, outcomes_are_told_as_they_are) {
  const auto passivate = actions_for_actor(operator_token, conversation())[0];
  const auto told = [&](int status, nlohmann::json body, std::string why = {}, bool is_unknown = false) {
    return outcome_text(passivate, {1, status, std::move(body), std::move(why), "", is_unknown});
  };
  EXPECT_THAT(told(200, {{"result", "done"}, {"audit", 17}}), HasSubstr("done (audit 17)"));
  EXPECT_THAT(told(200, {{"result", "stays"}}), HasSubstr("it stays"));
  EXPECT_THAT(told(200, {{"result", "not_live"}}), HasSubstr("not live"));
  EXPECT_THAT(told(409, nullptr, "it is no conversation"), HasSubstr("409 it is no conversation"));
  EXPECT_THAT(told(0, nullptr, "connection lost", true), HasSubstr("whether it was done is unknown"));
}

} // namespace
} // namespace wakala::console
