#include "runtime/admission.hpp"
#include "runtime/backoff.hpp"
#include "runtime/fair_share.hpp"
#include "runtime/rate_limits.hpp"
#include "runtime/shard_map.hpp"
#include "runtime/token_bucket.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>
#include <vector>

namespace wakala::runtime {
namespace {

using std::chrono::milliseconds;

TEST(fair_share, one_name_cannot_take_the_room_of_another) {
  fair_share share(3);
  EXPECT_TRUE(share.enter("a", 2));
  EXPECT_FALSE(share.enter("a", 2));
  EXPECT_TRUE(share.enter("b", 3));
  EXPECT_TRUE(share.enter("a", 1));
  EXPECT_EQ(share.in_flight("a"), 3U);
  share.leave("a", 3);
  EXPECT_EQ(share.in_flight("a"), 0U);
  EXPECT_TRUE(share.enter("a", 10)) << "more than the bound at once must be able to pass alone";
  EXPECT_FALSE(share.enter("a", 1));
}

TEST(fair_share, forgets_names_without_anything_in_flight) {
  fair_share share(3);
  EXPECT_TRUE(share.enter("busy", 1));
  for (int i = 0; i < 10'000; ++i) {
    const auto name = "idle " + std::to_string(i);
    EXPECT_TRUE(share.enter(name, 1));
    share.leave(name, 1);
    ASSERT_LE(share.size(), names_kept) << "it keeps every name it ever heard";
  }
  EXPECT_EQ(share.in_flight("busy"), 1U);
}

TEST(rate_limits, let_two_seconds_worth_through_and_then_the_rate) {
  rate_limits limits;
  const time_ms t = 1'000'000;
  const auto taken = [&](std::string_view name, std::int64_t per_s, time_ms now) {
    int count = 0;
    while (count < 10'000 && limits.take(name, per_s, now))
      ++count;
    return count;
  };
  EXPECT_EQ(taken("duka", 200, t), 400);
  EXPECT_EQ(taken("duka", 200, t + 4), 0);
  EXPECT_EQ(taken("duka", 200, t + 5), 1);
  EXPECT_EQ(taken("bidii", 1, t + 5), 2) << "one name took from another";
  EXPECT_EQ(taken("duka", 200, t + 1'005), 200);
  EXPECT_EQ(taken("bidii", 1, t + 1'004), 0);
  EXPECT_EQ(taken("bidii", 1, t + 1'005), 1);
  EXPECT_EQ(taken("duka", 200, t + 3'600'000), 400) << "a quiet hour is worth two seconds";
  // Over the long run it is the rate, however the requests come.
  int all = 0;
  for (time_ms at = t + 4'000'000; at < t + 4'060'000; at += 7)
    for (int i = 0; i < 70; ++i) // 10,000 a second
      all += limits.take("jirani", 200, at) ? 1 : 0;
  EXPECT_NEAR(all, 400 + 60 * 200, 2);
}

TEST(rate_limits, take_a_changed_rate_at_once) {
  rate_limits limits;
  const time_ms t = 1'000'000;
  EXPECT_TRUE(limits.take("duka", 1, t));
  EXPECT_TRUE(limits.take("duka", 1, t));
  EXPECT_FALSE(limits.take("duka", 1, t));
  EXPECT_TRUE(limits.take("duka", 2, t));
  EXPECT_FALSE(limits.take("duka", 1, t) && limits.take("duka", 1, t) && limits.take("duka", 1, t));
}

TEST(rate_limits, forget_names_that_were_quiet) {
  rate_limits limits;
  time_ms now = 1'000'000;
  EXPECT_TRUE(limits.take("busy", 1, now));
  for (int i = 0; i < 10'000; ++i, now += 1) {
    EXPECT_TRUE(limits.take("tenant " + std::to_string(i), 10, now)); // full again 100 ms later
    if (i % 100 == 0)
      limits.take("busy", 1, now);
    ASSERT_LE(limits.size(), names_kept) << "it keeps every name it ever heard";
  }
  EXPECT_FALSE(limits.take("busy", 1, now)) << "a bucket that is not full was forgotten";
}

TEST(token_bucket, starts_full_and_refills_at_its_pace) {
  token_bucket bucket(3, 100);
  const time_ms t = 1'000'000;
  EXPECT_TRUE(bucket.take(t));
  EXPECT_TRUE(bucket.take(t));
  EXPECT_TRUE(bucket.take(t));
  EXPECT_FALSE(bucket.take(t));
  EXPECT_EQ(bucket.wait(t), 100);
  EXPECT_FALSE(bucket.take(t + 99));
  EXPECT_LE(bucket.wait(t + 99), 2);
  EXPECT_TRUE(bucket.take(t + 100));
  EXPECT_FALSE(bucket.take(t + 100));
  EXPECT_DOUBLE_EQ(bucket.tokens(t + 100'000), 3.0) << "it holds more than its burst";
}

TEST(token_bucket, is_not_moved_by_a_clock_that_goes_back) {
  token_bucket bucket(2, 100);
  EXPECT_TRUE(bucket.take(1'000));
  EXPECT_TRUE(bucket.take(1'000));
  EXPECT_FALSE(bucket.take(500));
  EXPECT_FALSE(bucket.take(1'050));
  EXPECT_TRUE(bucket.take(1'100));
}

TEST(token_bucket, can_be_drained) {
  token_bucket bucket(10, 50);
  bucket.drain(1'000);
  EXPECT_EQ(bucket.wait(1'000), 50);
  EXPECT_TRUE(bucket.take(1'050));
}

TEST(token_bucket, gives_exactly_its_rate_over_a_long_time) {
  token_bucket bucket(20, 1'000.0 / 80);
  int taken = 0;
  for (time_ms t = 1; t <= 60'000; ++t)
    while (bucket.take(t))
      ++taken;
  EXPECT_NEAR(taken, 80 * 60 + 20, 2);
}

TEST(backoff, doubles_to_its_cap_and_takes_off_at_most_half) {
  seeded_random random(1);
  const backoff_policy policy{milliseconds{100}, milliseconds{5'000}};
  for (unsigned failures = 0; failures < 70; ++failures) {
    const auto full = std::min<std::int64_t>(100LL << std::min(failures == 0 ? 0U : failures - 1, 20U), 5'000);
    for (int i = 0; i < 50; ++i) {
      const auto wait = policy.wait(failures, random).count();
      EXPECT_GE(wait, full / 2);
      EXPECT_LE(wait, full);
    }
  }
}

TEST(backoff, spreads_those_that_failed_together) {
  seeded_random random(2);
  const backoff_policy policy{milliseconds{1'000}, milliseconds{60'000}};
  std::set<std::int64_t> waits;
  for (int i = 0; i < 100; ++i)
    waits.insert(policy.wait(3, random).count());
  EXPECT_GT(waits.size(), 50U);
}

TEST(admission, refuses_beyond_either_bound_and_gives_places_back) {
  admission door(10, 1'000);
  auto first = door.enter(6, 100);
  EXPECT_TRUE(first);
  EXPECT_FALSE(door.enter(5, 1)) << "too many events";
  EXPECT_FALSE(door.enter(1, 901)) << "too many bytes";
  EXPECT_EQ(door.events(), 6U) << "a refusal kept a place";
  auto second = door.enter(4, 900);
  EXPECT_TRUE(second);
  first = {};
  EXPECT_EQ(door.events(), 4U);
  auto moved = std::move(second);
  EXPECT_EQ(door.events(), 4U);
  moved = admission::ticket{};
  EXPECT_EQ(door.events(), 0U);
}

TEST(admission, lets_one_that_is_too_large_into_an_idle_node_only) {
  admission door(10, 1'000);
  auto large = door.enter(500, 50'000);
  EXPECT_TRUE(large);
  EXPECT_FALSE(door.enter(1, 1));
  large = {};
  auto small = door.enter(1, 1);
  EXPECT_TRUE(small);
  EXPECT_FALSE(door.enter(500, 50'000));
}

TEST(admission, holds_its_bound_under_threads) {
  admission door(64, 1'000'000);
  std::atomic<std::size_t> inside{0};
  std::atomic<std::size_t> most{0};
  std::atomic<std::size_t> admitted{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < 20'000; ++i)
          if (const auto place = door.enter(17, 10)) {
            const auto now = inside.fetch_add(17) + 17;
            auto seen = most.load();
            while (now > seen && !most.compare_exchange_weak(seen, now)) {
            }
            ++admitted;
            inside.fetch_sub(17);
          }
      });
  }
  EXPECT_LE(most, 64U);
  EXPECT_GT(admitted, 0U);
  EXPECT_EQ(door.events(), 0U);
}

/// First four hex digits of md5sum(1) over the id, by hand.
TEST(shard_map, is_the_first_two_bytes_of_md5_big_endian) {
  const std::pair<const char*, std::uint32_t> known[] = {
      {"tenant_123", 0x4319}, {"duka", 0xbd59},
      {"~system", 0xe23f},    {"", 0xd41d},
      {"wakala", 0x57fd},     {"A-very-long_tenant-id-of-sixty-four-characters-0123456789-ABCDEFG", 0x7b6c}};
  for (const auto& [tenant, digest] : known) {
    EXPECT_EQ(shard_of(tenant, 65'536), digest) << tenant;
    EXPECT_EQ(shard_of(tenant, 32), digest % 32) << tenant;
    EXPECT_EQ(shard_of(tenant, 1), 0U);
  }
  EXPECT_EQ(shard_name(7), "wakala-shard-7");
}

TEST(shard_map, spreads_tenants) {
  std::vector<int> load(32);
  for (int i = 0; i < 3'200; ++i)
    ++load[shard_of("tenant_" + std::to_string(i), 32)];
  for (const auto n : load) {
    EXPECT_GT(n, 50);
    EXPECT_LT(n, 170);
  }
}

} // namespace
} // namespace wakala::runtime
