#include "runtime/link_protocol.hpp"
#include "runtime/standing.hpp"
#include "runtime/store_clock.hpp"

#include <gtest/gtest.h>

namespace wakala::runtime {
namespace {

using namespace std::chrono_literals;

link_hello hello(std::uint32_t oldest, std::uint32_t newest) {
  link_hello h;
  h.protocol = newest;
  h.oldest = oldest;
  h.cluster_id = 7;
  h.node = "a";
  h.incarnation = 42;
  h.version = "0.1.0";
  return h;
}

TEST(link_protocol, a_greeting_comes_through_whole) {
  const auto h = hello(1, 3);
  EXPECT_EQ(unpack_hello(pack(h)).value(), h);
}

TEST(link_protocol, what_is_no_greeting_is_refused) {
  EXPECT_FALSE(unpack_hello(""));
  EXPECT_FALSE(unpack_hello("\x01"));
  const auto whole = pack(hello(1, 1));
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(unpack_hello(std::string_view(whole).substr(0, size))) << size;
  auto other = whole;
  other[0] = '\x09';
  EXPECT_EQ(unpack_hello(other).error().code, errc::corrupt);
}

TEST(link_protocol, a_later_one_may_say_more) {
  EXPECT_EQ(unpack_hello(pack(hello(1, 4)) + "and more").value(), hello(1, 4));
}

TEST(link_protocol, neighbours_in_version_speak_the_older_ones_language) {
  EXPECT_EQ(agree(hello(1, 2), hello(2, 3)).value(), 2U);
  EXPECT_EQ(agree(hello(2, 3), hello(1, 2)).value(), 2U);
  EXPECT_EQ(agree(hello(1, 1), hello(1, 1)).value(), 1U);
  EXPECT_EQ(agree(hello(2, 3), hello(1, 1)).error().code, errc::conflict);
  EXPECT_EQ(agree(hello(1, 1), hello(2, 3)).error().code, errc::conflict);
}

TEST(link_protocol, a_node_of_another_database_is_a_stranger) {
  auto other = hello(1, 1);
  other.cluster_id = 8;
  EXPECT_EQ(agree(hello(1, 1), other).error().code, errc::conflict);
}

TEST(standing, holds_until_its_time_and_no_longer) {
  standing s;
  EXPECT_FALSE(s.holds());
  s.extend_until(standing::clock::now() + 1h);
  EXPECT_TRUE(s.holds());
  s.extend_until(standing::clock::now() - 1ms);
  EXPECT_FALSE(s.holds());
  s.extend_until(standing::clock::now() + 1h);
  s.end();
  EXPECT_FALSE(s.holds());
}

TEST(store_clock, tells_the_stores_time_whatever_ours_is) {
  store_clock clock;
  const auto asked = store_clock::steady::now();
  clock.learn(5'000'000, asked, asked + 20ms);
  const auto elapsed = [&] {
    return std::chrono::duration_cast<std::chrono::milliseconds>(store_clock::steady::now() - asked).count();
  };
  const auto least = 5'000'000 - 10 + elapsed();
  const auto now = clock.now();
  EXPECT_GE(now, least - 1);
  EXPECT_LE(now, 5'000'000 - 10 + elapsed() + 1);
}

TEST(store_clock, is_not_misled_by_an_answer_that_took_long) {
  const auto present = [](const store_clock& clock, store_clock::steady::time_point at) {
    return clock.now() -
           std::chrono::duration_cast<std::chrono::milliseconds>(store_clock::steady::now() - at).count();
  };
  const auto asked = store_clock::steady::now();
  store_clock clock;
  clock.learn(5'000'000, asked, asked + 2ms);
  // The question waited for three seconds before the store looked at its clock; with another, the answer did.
  clock.learn(5'004'000, asked + 1s, asked + 4s);
  EXPECT_NEAR(static_cast<double>(present(clock, asked)), 5'000'000, 5);
  clock.learn(5'005'000, asked + 5s, asked + 8s);
  EXPECT_NEAR(static_cast<double>(present(clock, asked)), 5'000'000, 5);
  // Whoever has nothing better takes the middle, until there is something better.
  store_clock slow;
  slow.learn(5'004'000, asked + 1s, asked + 4s);
  EXPECT_NEAR(static_cast<double>(present(slow, asked)), 5'001'500, 5);
  store_clock better;
  better.learn(5'004'000, asked + 1s, asked + 4s);
  better.learn(5'005'000, asked + 5s, asked + 5s);
  EXPECT_NEAR(static_cast<double>(present(better, asked)), 5'000'000, 5);
  // Clocks of different speed: hours later the range is wide enough to follow.
  clock.learn(5'000'000 + 3'600'000 + 300, asked + 1h, asked + 1h + 2ms);
  clock.learn(5'000'000 + 7'200'000 + 600, asked + 2h, asked + 2h + 2ms);
  EXPECT_NEAR(static_cast<double>(present(clock, asked)), 5'000'600, 5);
}

TEST(store_clock, never_goes_back) {
  store_clock clock;
  const auto asked = store_clock::steady::now();
  clock.learn(9'000'000, asked, asked);
  const auto before = clock.now();
  clock.learn(8'999'000, asked, asked);
  EXPECT_GE(clock.now(), before);
}

TEST(store_clock, follows_a_store_that_has_another_clock_now) {
  store_clock clock;
  const auto asked = store_clock::steady::now();
  clock.learn(9'000'000, asked, asked);
  clock.now();
  clock.learn(8'000'000, asked, asked);
  EXPECT_LT(clock.now(), 8'500'000);
}

} // namespace
} // namespace wakala::runtime
