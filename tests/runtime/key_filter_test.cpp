#include "runtime/core/random.hpp"
#include "runtime/key_filter.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <set>

namespace wakala::runtime {
namespace {

event_key key(std::uint32_t bucket, std::uint8_t n) {
  event_key k{bucket, {}};
  k.hash[0] = n;
  return k;
}

key_filter::places places_of(const key_filter& filter, const event_key& asked) {
  key_filter::places out;
  filter.look_up(asked, out);
  return out;
}

bool is_new(const key_filter& filter, const event_key& asked) { return places_of(filter, asked).empty(); }

/// It must be looked for where it is.
bool is_looked_for(const key_filter& filter, const event_key& asked) {
  const auto out = places_of(filter, asked);
  return std::find(out.begin(), out.end(), asked) != out.end();
}

event_key any_key(std::uint32_t bucket, random_source& random) {
  event_key k{bucket, {}};
  random.fill(k.hash);
  return k;
}

TEST(key_filter, is_certain_only_of_what_was_never_added) {
  key_filter filter(1'000);
  EXPECT_TRUE(is_new(filter, key(7, 1)));
  filter.add(key(7, 1));
  EXPECT_TRUE(is_looked_for(filter, key(7, 1)));
  EXPECT_TRUE(is_new(filter, key(7, 2)));
  EXPECT_EQ(filter.size(), 1U);
  filter.clear();
  EXPECT_TRUE(is_new(filter, key(7, 1)));
  EXPECT_EQ(filter.size(), 0U);
}

TEST(key_filter, what_it_forgot_is_never_called_new) {
  seeded_random random(3);
  key_filter filter(4'096);
  std::vector<event_key> added;
  for (std::uint32_t bucket = 1; bucket <= 200; ++bucket)
    for (int i = 0; i < 100; ++i) {
      // Some come late: their bucket has passed already.
      added.push_back(
          any_key(random.below(10) == 0 ? 1 + static_cast<std::uint32_t>(random.below(bucket)) : bucket, random));
      filter.add(added.back());
    }
  for (const auto& known : added)
    ASSERT_TRUE(is_looked_for(filter, known)) << known.bucket;
  EXPECT_FALSE(is_new(filter, any_key(1, random))) << "of old buckets nothing is certain";
  EXPECT_LE(filter.size(), 4'096U);
  EXPECT_GE(filter.size(), 3'000U);
  int mistaken = 0;
  for (int i = 0; i < 10'000; ++i)
    mistaken += is_new(filter, any_key(200, random)) ? 0 : 1;
  EXPECT_LT(mistaken, 200) << "it saves too few look-ups";
}

TEST(key_filter, forgets_the_oldest_first) {
  seeded_random random(4);
  key_filter filter(4'096);
  for (std::uint32_t bucket = 1; bucket <= 1'000; ++bucket)
    for (int i = 0; i < 10; ++i)
      filter.add(any_key(bucket, random));
  // 3,072 keys at least are remembered, ten a bucket.
  int certain = 0;
  for (std::uint32_t bucket = 710; bucket <= 1'000; ++bucket)
    certain += is_new(filter, any_key(bucket, random)) ? 1 : 0;
  EXPECT_GT(certain, 280);
}

TEST(key_filter, bucket_0_is_apart_and_either_whole_or_unknown) {
  seeded_random random(5);
  key_filter filter(4'000);
  const auto old = any_key(0, random);
  filter.add(old);
  for (int i = 0; i < 20'000; ++i)
    filter.add(any_key(5, random));
  EXPECT_TRUE(is_looked_for(filter, old));
  EXPECT_TRUE(is_new(filter, any_key(0, random))) << "other buckets do not push it out";
  EXPECT_TRUE(is_looked_for(filter, event_key{5, old.hash})) << "of bucket 5 some are forgotten";
  for (int i = 0; i < 1'000; ++i)
    filter.add(any_key(0, random));
  EXPECT_TRUE(is_looked_for(filter, old));
  EXPECT_FALSE(is_new(filter, any_key(0, random)));
}

TEST(key_filter, finds_a_key_in_whatever_bucket_it_was_put) {
  seeded_random random(7);
  key_filter filter(4'096);
  constexpr std::uint32_t noon = 1'800'000'000;
  std::vector<event_key> added;
  for (std::uint32_t second = 0; second < 3'000; ++second) {
    added.push_back(any_key(noon + second * 20, random)); // over 16 hours
    filter.add(added.back());
  }
  for (const auto& known : added) {
    // The same message, said to be of another time: its true place is among those to look at.
    const auto out = places_of(filter, event_key{known.bucket + 7'200, known.hash});
    ASSERT_NE(std::find(out.begin(), out.end(), known), out.end()) << known.bucket;
  }
  const auto old = any_key(0, random);
  filter.add(old);
  const auto out = places_of(filter, event_key{noon, old.hash});
  EXPECT_NE(std::find(out.begin(), out.end(), old), out.end());
}

TEST(key_filter, starts_from_what_is_stored) {
  seeded_random random(6);
  key_filter filter(1'000);
  filter.add(key(9, 9));
  remembered_keys stored;
  stored.newest = {key(30, 1), key(30, 2), key(20, 3), key(0, 4)};
  filter.fill(stored);
  for (const auto& known : stored.newest)
    EXPECT_TRUE(is_looked_for(filter, known));
  EXPECT_TRUE(is_new(filter, key(9, 9))) << "what it knew before is gone";
  EXPECT_TRUE(is_new(filter, any_key(1, random)));
  EXPECT_TRUE(is_new(filter, any_key(0, random)));

  stored.newest.pop_back();
  stored.complete = false;
  stored.of_bucket_0 = {key(0, 4)};
  filter.fill(stored);
  EXPECT_FALSE(is_new(filter, any_key(19, random)));
  EXPECT_FALSE(is_new(filter, any_key(20, random))) << "bucket 20 may go on";
  EXPECT_TRUE(is_new(filter, any_key(21, random)));
  EXPECT_TRUE(is_looked_for(filter, key(30, 2)));
  EXPECT_TRUE(is_looked_for(filter, key(0, 4)));
  EXPECT_TRUE(is_new(filter, any_key(0, random)));

  stored.bucket_0_complete = false;
  filter.fill(stored);
  EXPECT_FALSE(is_new(filter, any_key(0, random)));
  EXPECT_TRUE(is_new(filter, any_key(21, random)));

  filter.fill({{}, false, {}, false});
  EXPECT_FALSE(is_new(filter, any_key(std::numeric_limits<std::uint32_t>::max(), random)));
  EXPECT_FALSE(is_new(filter, any_key(0, random)));
}

} // namespace
} // namespace wakala::runtime
