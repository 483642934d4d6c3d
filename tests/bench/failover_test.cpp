#include "bench/failover/failover_figures.hpp"

#include <gtest/gtest.h>

namespace wakala::bench {
namespace {

using namespace std::chrono_literals;

const bench_clock::time_point start = bench_clock::time_point{} + 1h;

said_message said(bench_clock::duration sent, bench_clock::duration acked, std::uint32_t refusals = 0) {
  return {start + sent, start + acked, refusals};
}

failure hit(failure_kind what, bench_clock::duration at, bench_clock::duration over = 0ms) {
  return {what, start + at, start + over, {0}};
}

TEST(failover_figures, a_wait_ends_with_the_next_commit_after_the_failure) {
  const said_messages all{{said(0ms, 5ms), said(100ms, 105ms), said(200ms, 730ms), said(900ms, 905ms)}};
  EXPECT_EQ(waits_ms(all, {hit(failure_kind::kill, 150ms)}, failure_kind::kill), std::vector<double>{580});
  EXPECT_TRUE(waits_ms(all, {hit(failure_kind::kill, 150ms)}, failure_kind::pause).empty());
  EXPECT_TRUE(waits_ms(all, {hit(failure_kind::kill, 2s)}, failure_kind::kill).empty()) << "nothing came after it";
}

TEST(failover_figures, a_200_that_was_on_its_way_is_no_commit_after_the_failure) {
  const said_messages on_its_way{{said(0ms, 20ms), said(300ms, 310ms)}};
  EXPECT_EQ(waits_ms(on_its_way, {hit(failure_kind::kill, 10ms)}, failure_kind::kill), std::vector<double>{300});
  const said_messages sent_again{{said(0ms, 250ms, 3), said(300ms, 310ms)}};
  EXPECT_EQ(waits_ms(sent_again, {hit(failure_kind::kill, 10ms)}, failure_kind::kill), std::vector<double>{240});
}

TEST(failover_figures, around_a_move_the_slowest_message_counts) {
  const said_messages all{{said(0ms, 5ms), said(90ms, 130ms), said(140ms, 150ms), said(300ms, 900ms)}};
  EXPECT_EQ(waits_ms(all, {hit(failure_kind::move, 100ms, 200ms)}, failure_kind::move), std::vector<double>{40});
}

TEST(failover_figures, percentiles_are_values_that_were_there) {
  EXPECT_EQ(percentile({}, 99), 0);
  EXPECT_EQ(percentile({3, 1, 2}, 50), 2);
  EXPECT_EQ(percentile({3, 1, 2}, 99), 3);
  std::vector<double> hundred;
  for (int i = 1; i <= 200; ++i)
    hundred.push_back(i);
  EXPECT_EQ(percentile(hundred, 99), 198);
  EXPECT_EQ(percentile(hundred, 100), 200);
}

struct compare_test : ::testing::Test {
  std::vector<said_message> all{said(0ms, 1ms), said(2ms, 3ms), said(4ms, 5ms)};
  static std::string id(std::size_t place) { return failover_message_id(7, place); }
};

TEST_F(compare_test, a_whole_transcript_has_no_fault) {
  const auto faults = compare(7, all, {id(0), id(1), id(2)});
  EXPECT_EQ(faults.lost + faults.doubled + faults.reordered, 0U);
}

TEST_F(compare_test, planted_faults_are_found) {
  EXPECT_EQ(compare(7, all, {id(0), id(2)}).lost, 1U);
  EXPECT_EQ(compare(7, all, {id(0), id(1), id(1), id(2)}).doubled, 1U);
  EXPECT_EQ(compare(7, all, {id(1), id(0), id(2)}).reordered, 1U);
  all[1].acked = {};
  EXPECT_EQ(compare(7, all, {id(0), id(2)}).lost, 0U) << "nobody was told that it is there";
}

} // namespace
} // namespace wakala::bench
