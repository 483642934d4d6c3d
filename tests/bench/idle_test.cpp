#include "bench/cold/cold_figures.hpp"
#include "bench/idle/drive_facts.hpp"
#include "bench/load/traffic.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace wakala::bench {
namespace {

/// The conversations of the next `count` messages.
std::vector<std::uint32_t> written_by(traffic& what, std::size_t count) {
  std::vector<std::uint32_t> found;
  for (std::size_t i = 0; i < count; ++i)
    found.push_back(what.next(i).about.conversation);
  return found;
}

traffic_options in_turn_from(std::uint64_t first) {
  return {.statuses = false, .copies = 0, .in_turn = true, .first = first};
}

TEST(idle_traffic, in_turn_everybody_writes_once_before_anybody_writes_again) {
  for (const std::uint32_t conversations : {1U, 2U, 97U, 1'000U}) {
    const population who({.tenants = 1, .conversations = conversations, .zipf = 0, .seed = 1});
    traffic what(who, in_turn_from(0));
    for (int round = 0; round < 2; ++round) {
      const auto round_of = written_by(what, conversations);
      EXPECT_EQ(std::set(round_of.begin(), round_of.end()).size(), conversations);
    }
  }
}

TEST(idle_traffic, in_turn_goes_on_where_another_run_ended) {
  const population who({.tenants = 1, .conversations = 1'000, .zipf = 0, .seed = 1});
  traffic whole(who, in_turn_from(0));
  traffic first(who, in_turn_from(0));
  traffic second(who, in_turn_from(300));
  auto parts = written_by(first, 300);
  const auto rest = written_by(second, 700);
  parts.insert(parts.end(), rest.begin(), rest.end());
  EXPECT_EQ(parts, written_by(whole, 1'000));
  EXPECT_FALSE(std::is_sorted(rest.begin(), rest.end()));
}

TEST(idle_facts, runs_are_added_up) {
  driven one;
  one.load.offered_per_s = 100;
  one.load.achieved_per_s = 90;
  one.load.generator_cpu_percent = 10;
  one.load.measured.sent = 50;
  one.load.measured.late = 2;
  one.load.measured.refused = 1;
  one.server_cpu_percent = 40;
  driven other = one;
  other.load.achieved_per_s = 100;
  other.load.measured.timed_out = 3;
  const load_facts facts = load_of({one, other});
  EXPECT_DOUBLE_EQ(facts.offered_per_s, 100);
  EXPECT_DOUBLE_EQ(facts.achieved_per_s, 95);
  EXPECT_DOUBLE_EQ(facts.generator_cpu_percent, 10);
  EXPECT_DOUBLE_EQ(facts.server_cpu_percent, 40);
  EXPECT_EQ(facts.sent, 100U);
  EXPECT_EQ(facts.late, 4U);
  EXPECT_EQ(facts.failed, 5U);
}

TEST(idle_facts, a_smoke_run_is_held_against_nothing) {
  EXPECT_FALSE(is_met(figure_at_most("a", "ms", {9}, 8, false)));
  EXPECT_TRUE(is_met(figure_at_most("a", "ms", {9}, 8, true)));
}

TEST(cold_plan, counts_what_a_repeat_wakes) {
  cold_plan plan;
  plan.per_second = 150;
  plan.warm_up_s = 0.5;
  plan.measured_s = 1.51;
  EXPECT_EQ(woken_each_repeat(plan), 302U);
}

} // namespace
} // namespace wakala::bench
