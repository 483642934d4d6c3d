#include "actors/outbound/posting_windows.hpp"
#include "actors/outbound/reply_budget.hpp"
#include "actors/tenant/flood_guard.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace wakala::actors {
namespace {

class windows : public ::testing::Test {
protected:
  windows() {
    config.limits = {{"messages_per_hour", 4}, {"templates_per_day", 3}, {"broadcasts_per_week", 2}};
    posted.set_limits(config);
  }
  static message_post one(const char* type, const char* broadcast = "") {
    message_post post;
    post.type = type;
    post.broadcast = broadcast;
    return post;
  }
  static conversation_id shopper(std::uint8_t n) { return conversation_id{{n}}; }
  posting_windows::counted count(const message_post& post, time_ms at, std::uint8_t to = 1) {
    auto done = posted.count(post, shopper(to), at, random);
    for (const auto& [key, text] : done.rows)
      disk[key] = text;
    return done;
  }
  std::string over(const message_post& post, time_ms at) {
    const auto why = posted.over(post, at);
    return why ? why->limit : "";
  }
  /// As after a restart.
  void reload(time_ms at) {
    for (const auto& [key, text] : posted.changed(100))
      disk[key] = text;
    posted = posting_windows{};
    posted.set_limits(config);
    for (const auto& [key, text] : disk)
      posted.load(key, text, at);
  }

  tenant_config config;
  posting_windows posted;
  seeded_random random{7};
  std::map<std::string, std::string> disk;
};

TEST_F(windows, each_is_exact_and_survives_a_restart) {
  const auto text = one("text");
  const auto templated = one("template");
  for (time_ms at = 1; at <= 3; ++at)
    count(templated, at);
  EXPECT_EQ(over(templated, 4), "templates_per_day");
  EXPECT_EQ(over(text, 4), "");
  count(text, 4);
  EXPECT_EQ(over(text, 5), "messages_per_hour");
  reload(6);
  EXPECT_EQ(over(text, 6), "messages_per_hour");
  EXPECT_EQ(over(text, 1 + ms_per_hour), "") << "the first has gone";
  EXPECT_EQ(over(templated, ms_per_day), "templates_per_day");
  EXPECT_EQ(posted.over(templated, ms_per_day)->wait, 1);
  EXPECT_EQ(over(templated, ms_per_day + 1), "");
}

TEST_F(windows, a_broadcast_counts_once_however_many_it_is_sent_to) {
  config.limits["messages_per_hour"] = config.limits["templates_per_day"] = 1'000;
  posted.set_limits(config);
  for (std::uint8_t to = 1; to < 50; ++to)
    count(one("template", "june"), to, to);
  count(one("template", "july"), 60);
  EXPECT_EQ(over(one("template", "august"), 61), "broadcasts_per_week");
  EXPECT_EQ(over(one("template", "june"), 61), "") << "it has begun";
  EXPECT_EQ(over(one("text"), 61), "");
  reload(62);
  EXPECT_EQ(over(one("template", "august"), 62), "broadcasts_per_week");
  EXPECT_EQ(over(one("template", "june"), 62), "");
  EXPECT_EQ(over(one("template", "august"), 1 + 7 * ms_per_day), "");
}

TEST_F(windows, what_was_not_sent_does_not_count) {
  const auto done = count(one("template", "june"), 1);
  posted.take_back(done);
  EXPECT_TRUE(posted.may_reach_out(shopper(2), 1, 2));
  for (const auto& key : posted.forget(2, 100))
    EXPECT_EQ(disk.erase(key), 1U);
  EXPECT_TRUE(disk.empty());
  for (int i = 0; i < 2; ++i)
    count(one("text", i == 0 ? "a" : "b"), 2);
  EXPECT_EQ(over(one("text", "c"), 3), "broadcasts_per_week");
  EXPECT_EQ(over(one("template"), 3), "");
}

TEST_F(windows, a_broadcast_has_begun_whichever_of_its_messages_was_refused) {
  const auto first = count(one("template", "june"), 1, 1);
  const auto second = count(one("template", "june"), 2, 2);
  posted.take_back(first);
  count(one("template", "july"), 3, 3);
  EXPECT_EQ(over(one("text", "august"), 4), "broadcasts_per_week") << "one of june has left";
  for (const auto& key : posted.forget(4, 100))
    disk.erase(key);
  reload(5);
  EXPECT_EQ(over(one("text", "august"), 5), "broadcasts_per_week");
  static_cast<void>(second);
}

TEST_F(windows, only_shoppers_outside_of_their_window_count_for_the_messaging_limit) {
  config.limits["templates_per_day"] = 1'000;
  config.limits["messages_per_hour"] = 1'000;
  posted.set_limits(config);
  const auto to = [&](std::uint8_t who, time_ms at, bool was_outside) {
    posted.settle(count(one("template"), at, who), was_outside);
  };
  to(1, 1, true);
  to(1, 2, true);
  to(2, 3, false); // has just written
  EXPECT_TRUE(posted.may_reach_out(shopper(3), 2, 4));
  to(3, 4, true);
  EXPECT_FALSE(posted.may_reach_out(shopper(4), 2, 5));
  EXPECT_TRUE(posted.may_reach_out(shopper(1), 2, 5)) << "not one more";
  EXPECT_TRUE(posted.may_reach_out(shopper(4), -1, 5));
  EXPECT_TRUE(posted.may_reach_out(shopper(4), std::nullopt, 5));
  reload(6);
  EXPECT_FALSE(posted.may_reach_out(shopper(4), 2, 6));
  EXPECT_TRUE(posted.may_reach_out(shopper(4), 3, 6)) << "two were reached, not three";
  EXPECT_EQ(posted.wait_to_reach_out(6), ms_per_day - 4) << "the first was reached again at 2";
  EXPECT_FALSE(posted.may_reach_out(shopper(4), 2, ms_per_day + 1)) << "the first was reached again at 2";
  EXPECT_TRUE(posted.may_reach_out(shopper(4), 2, ms_per_day + 2));
}

TEST_F(windows, replies_are_reserved_of_the_same_hour_and_given_back) {
  const auto reserve = [&](std::uint32_t count, time_ms at) {
    auto done = posted.reserve_replies(count, at, random);
    if (done.count > 0)
      disk[done.fresh.first] = done.fresh.second;
    return done.count;
  };
  count(one("text"), 1);
  EXPECT_EQ(reserve(16, 2), 3U);
  EXPECT_EQ(reserve(16, 3), 0U);
  EXPECT_EQ(posted.wait_to_reply(3), ms_per_hour - 2);
  EXPECT_EQ(over(one("text"), 3), "messages_per_hour");
  posted.return_replies(2);
  EXPECT_EQ(over(one("text"), 4), "");
  reload(5);
  EXPECT_EQ(reserve(16, 6), 2U);
  reload(7);
  EXPECT_EQ(reserve(16, 8), 0U);
  EXPECT_EQ(reserve(16, ms_per_hour + 2), 2U) << "the post and the one that left have gone";
}

TEST(reply_budget, asks_before_it_is_used_up_and_gives_back_what_was_not_used) {
  std::vector<reply_budget::wish> asked;
  reply_budget budget([&](reply_budget::wish wish) { asked.push_back(wish); });
  EXPECT_FALSE(budget.take(1'000));
  EXPECT_TRUE(budget.is_empty(1'001));
  EXPECT_EQ(asked.size(), 1U) << "not again at once";
  EXPECT_EQ(asked[0].count, 1U);
  budget.grant(1, 0, 1'010);
  EXPECT_TRUE(budget.take(1'020));
  EXPECT_EQ(asked.size(), 2U);
  EXPECT_EQ(asked[1].count, 2U) << "more, since that was used up at once";
  budget.grant(0, 5'000, 1'040);
  EXPECT_FALSE(budget.take(1'060));
  EXPECT_EQ(asked.size(), 2U) << "there are none at present";
  EXPECT_FALSE(budget.take(3'050));
  EXPECT_EQ(asked.size(), 3U);
  budget.grant(8, 0, 4'000);
  EXPECT_TRUE(budget.take(4'000));
  EXPECT_FALSE(budget.take(14'000)) << "counted too long ago";
  EXPECT_EQ(asked.back().returned, 7U);
  EXPECT_EQ(asked.back().count, 2U) << "fewer, since those were not";
}

TEST(reply_budget, gives_back_at_once_when_somebody_needs_it_and_knows_no_bounds_without_them) {
  int asked = 0;
  reply_budget budget([&](reply_budget::wish) { ++asked; });
  budget.grant(8, 0, 1'000);
  EXPECT_TRUE(budget.take(1'000));
  EXPECT_EQ(budget.take_back(), 7U);
  EXPECT_FALSE(budget.take(1'001));
  budget.set_unlimited(true);
  asked = 0;
  for (int i = 0; i < 1'000; ++i)
    EXPECT_TRUE(budget.take(1'002));
  EXPECT_FALSE(budget.is_empty(1'002));
  EXPECT_EQ(asked, 0);
}

TEST_F(windows, old_rows_are_forgotten_bit_by_bit) {
  for (int i = 0; i < 10; ++i)
    count(one("text"), i);
  EXPECT_EQ(posted.forget(ms_per_hour, 100).size(), 1U);
  EXPECT_EQ(posted.forget(ms_per_hour + 9, 4).size(), 4U);
  EXPECT_EQ(posted.forget(ms_per_hour + 9, 100).size(), 5U);
  EXPECT_TRUE(posted.forget(ms_per_hour + 9, 100).empty());
}

// -- flood_guard ------------------------------------------------------------

TEST(flood_guard, so_many_a_minute_of_one_shopper) {
  flood_guard guard;
  const conversation_id one{{1}};
  const conversation_id other{{2}};
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(guard.take(one, 3, 1'000 + i), flood_guard::verdict::fine);
  EXPECT_EQ(guard.take(one, 3, 1'010), flood_guard::verdict::first_too_much);
  EXPECT_EQ(guard.take(one, 3, 1'011), flood_guard::verdict::too_much);
  EXPECT_EQ(guard.take(other, 3, 1'012), flood_guard::verdict::fine);
  EXPECT_EQ(guard.take(one, 3, 62'000), flood_guard::verdict::fine);
}

} // namespace
} // namespace wakala::actors
