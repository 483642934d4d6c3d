// What consoles watch: which messages are kept for them, how many, and how long.
#include "actors/inspect/watched.hpp"
#include "runtime/core/encoding.hpp"

#include <gtest/gtest.h>

namespace wakala::actors {
namespace {

using nlohmann::json;

constexpr std::uint64_t second = 1'000'000;

event_hash event_of(std::uint64_t n) {
  event_hash out{};
  for (std::size_t i = 0; i < 8; ++i)
    out[i] = out[8 + i] = static_cast<std::uint8_t>((n * 0x9E3779B97F4A7C15ULL) >> (8 * i));
  return out;
}

conversation_id conversation_of(std::uint8_t n) {
  conversation_id out;
  out.bytes[0] = n;
  return out;
}

TEST(trace_watch, keeps_what_fits) {
  trace_watch watch;
  EXPECT_FALSE(watch.is_on());
  const trace_wish all{};
  const trace_wish of_duka{{"duka"}, {}, 1};
  const trace_wish of_one{{"duka"}, conversation_of(7), 1};
  for (const auto* wish : {&all, &of_duka, &of_one})
    EXPECT_TRUE(watch.take(std::to_string(wish - &all), *wish, second).messages.empty());
  EXPECT_TRUE(watch.is_on());
  watch.saw(event_of(1), "duka", conversation_of(7), second);
  watch.saw(event_of(2), "duka", conversation_of(8), second);
  watch.saw(event_of(3), "bidii", conversation_of(9), second);
  const auto count = [&](const trace_wish& wish) {
    return watch.take(std::to_string(&wish - &all), wish, 2 * second).messages.size();
  };
  EXPECT_EQ(count(all), 3U);
  EXPECT_EQ(count(of_duka), 2U);
  EXPECT_EQ(count(of_one), 1U);
  EXPECT_EQ(count(all), 0U) << "each once";
}

TEST(trace_watch, takes_a_share) {
  trace_watch watch;
  const trace_wish wish{{}, {}, 0.25};
  watch.take("a", wish, second);
  std::size_t seen = 0;
  for (std::uint64_t i = 1; i <= 4'000; ++i) {
    watch.saw(event_of(i), "duka", {}, second);
    if (i % 100 == 0)
      seen += watch.take("a", wish, 2 * second).messages.size();
  }
  EXPECT_NEAR(static_cast<double>(seen), 1'000, 150);
}

TEST(trace_watch, waits_until_the_edge_knows_too) {
  trace_watch watch;
  watch.take("a", {}, second);
  watch.saw(event_of(1), "duka", {}, second);
  watch.saw(event_of(2), "duka", {}, 2 * second);
  EXPECT_EQ(watch.take("a", {}, second + trace_watch::settling_time_us - 1).messages.size(), 0U);
  EXPECT_EQ(watch.take("a", {}, 2 * second).messages.size(), 1U);
  const auto rest = watch.take("a", {}, 3 * second).messages;
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].event, event_of(2));
}

TEST(trace_watch, is_bounded_and_counts_the_rest) {
  trace_watch watch;
  watch.take("a", {}, second);
  for (std::uint64_t i = 0; i < trace_watch::kept_max + 7; ++i)
    watch.saw(event_of(i), "duka", {}, second);
  const auto passed = watch.take("a", {}, 2 * second);
  EXPECT_EQ(passed.messages.size(), trace_watch::kept_max);
  EXPECT_EQ(passed.left_out, 7U);
  EXPECT_EQ(watch.take("a", {}, 2 * second).left_out, 0U);
  for (std::size_t i = 0; i < 2 * trace_watch::wishes_max; ++i)
    watch.take("more" + std::to_string(i), {}, 2 * second);
  watch.saw(event_of(1), "duka", {}, 2 * second);
  EXPECT_EQ(watch.take("more" + std::to_string(2 * trace_watch::wishes_max - 1), {}, 3 * second).messages.size(), 0U)
      << "there was no room for it";
  EXPECT_EQ(watch.take("a", {}, 3 * second).messages.size(), 1U);
}

TEST(trace_watch, ends_when_nobody_asks) {
  trace_watch watch;
  watch.take("a", {}, second);
  watch.take("b", {}, 2 * second);
  watch.saw(event_of(1), "duka", {}, second + trace_watch::wish_lasts_us + 1);
  EXPECT_TRUE(watch.is_on()) << "b is not that old";
  watch.saw(event_of(2), "duka", {}, 2 * second + trace_watch::wish_lasts_us + 1);
  EXPECT_FALSE(watch.is_on());
  EXPECT_TRUE(watch.take("b", {}, 8 * second).messages.empty()) << "it begins anew";
}

TEST(trace_watch, begins_anew_with_another_wish) {
  trace_watch watch;
  watch.take("a", {}, second);
  watch.saw(event_of(1), "duka", {}, second);
  const trace_wish other{{"bidii"}, {}, 1};
  EXPECT_TRUE(watch.take("a", other, 2 * second).messages.empty());
  EXPECT_TRUE(watch.take("a", other, 3 * second).messages.empty());
}

TEST(watched, is_asked_and_told_in_json) {
  trace_watch watch;
  const trace_wish wish{{"duka"}, conversation_of(7), 1};
  json question{{"watches", {watch_json("a/1", wish), {{"key", "bad"}, {"conversation", "zz"}}, {{"key", ""}}}}};
  EXPECT_EQ(watched_here(watch, question, second).at("watches").size(), 1U);
  watch.saw(event_of(1), "duka", conversation_of(7), second);
  watch.saw(event_of(2), "duka", conversation_of(8), second);
  const auto told = watched_here(watch, question, 2 * second).at("watches").at("a/1");
  ASSERT_EQ(told.at("seen").size(), 1U);
  EXPECT_EQ(told.at("seen").at(0).at("event"), to_string(conversation_id{event_of(1)}));
  EXPECT_EQ(told.at("seen").at(0).at("tenant"), "duka");
}

TEST(watched, of_all_nodes_is_one) {
  const auto seen = [](std::uint64_t n) {
    return json{{"event", to_string(conversation_id{event_of(n)})}, {"tenant", "duka"}};
  };
  auto many = json::array();
  for (std::uint64_t i = 0; i < 45; ++i)
    many.push_back(seen(i));
  auto more = json::array();
  for (std::uint64_t i = 100; i < 110; ++i)
    more.push_back(seen(i));
  watched_everywhere all({{"a", {{"watches", {{"k", {{"seen", many}, {"left_out", 2}}}}}}},
                          {"b", {{"watches", {{"k", {{"seen", more}, {"left_out", 0}}}}}}},
                          {"c", json::object()}});
  const auto events = all.events();
  ASSERT_EQ(events.size(), watched_everywhere::of_one_watch_max);
  EXPECT_EQ(all.tenant_of(events.at(0)), "duka");
  all.add(seen(3).at("event"), {{"committed_at", "2026-01-01T00:00:02.000Z"}, {"sends", json::array()}});
  all.add(seen(101).at("event"), {{"committed_at", "2026-01-01T00:00:01.000Z"}});
  const auto told = all.told().at("watches").at("k");
  ASSERT_EQ(told.at("traces").size(), 2U);
  EXPECT_EQ(told.at("traces").at(0).at("committed_at"), "2026-01-01T00:00:01.000Z") << "in order";
  EXPECT_FALSE(told.at("traces").at(1).contains("sends"));
  EXPECT_EQ(told.at("left_out"), 55 + 2 - 2);
}

TEST(watched, names_updates) {
  const std::string hex(32, 'a');
  const auto name = update_name_from(update_name("du:ka", hex));
  ASSERT_TRUE(name);
  EXPECT_EQ(name->first, "du:ka");
  EXPECT_EQ(name->second, hex);
  for (const std::string bad : {"", "update:", "update:duka", "update:duka:zz", "wamid.x"})
    EXPECT_FALSE(update_name_from(bad)) << bad;
}

} // namespace
} // namespace wakala::actors
