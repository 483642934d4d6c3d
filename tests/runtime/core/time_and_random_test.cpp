#include "runtime/core/clock.hpp"
#include "runtime/core/encoding.hpp"
#include "runtime/core/random.hpp"
#include "runtime/core/time_text.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace wakala {
namespace {

TEST(time_text, is_rfc_3339_in_utc) {
  EXPECT_EQ(to_rfc3339(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(to_rfc3339(1'795'372'356'250), "2026-11-22T18:32:36.250Z");
  EXPECT_EQ(to_rfc3339(1'709'164'800'000), "2024-02-29T00:00:00Z");
  EXPECT_EQ(to_rfc3339(5), "1970-01-01T00:00:00.005Z");
  EXPECT_EQ(to_rfc3339(-1), "1969-12-31T23:59:59.999Z");
}

TEST(manual_clock, moves_only_when_told) {
  manual_clock clock(1'000);
  EXPECT_EQ(clock.now(), 1'000);
  EXPECT_EQ(clock.now(), 1'000);
  clock.advance(std::chrono::seconds(2));
  EXPECT_EQ(clock.now(), 3'000);
  clock.set(5);
  EXPECT_EQ(clock.now(), 5);
}

TEST(system_clock, tells_the_time_and_never_goes_back) {
  const system_clock_source clock;
  const auto wall =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  auto last = clock.now();
  EXPECT_NEAR(static_cast<double>(last), static_cast<double>(wall), 1'000.0);
  for (int i = 0; i < 10'000; ++i) {
    const auto now = clock.now();
    ASSERT_GE(now, last);
    last = now;
  }
}

TEST(seeded_random, repeats_itself_from_the_same_seed) {
  seeded_random a(7);
  seeded_random b(7);
  seeded_random other(8);
  const auto first = a.next_u64();
  EXPECT_EQ(first, b.next_u64());
  EXPECT_NE(first, other.next_u64());
  EXPECT_EQ(a.next_conversation_id(), b.next_conversation_id());
}

TEST(seeded_random, below_reaches_every_value_and_no_other) {
  seeded_random random(1);
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1'000; ++i)
    seen.insert(random.below(10));
  EXPECT_EQ(seen.size(), 10U);
  EXPECT_EQ(*seen.rbegin(), 9U);
  EXPECT_EQ(random.below(0), 0U);
  EXPECT_EQ(random.below(1), 0U);
}

TEST(system_random, fills_everything_and_differs_each_time) {
  system_random random;
  std::set<std::string> ids;
  for (int i = 0; i < 100; ++i)
    ids.insert(to_string(random.next_conversation_id()));
  EXPECT_EQ(ids.size(), 100U);
  std::array<std::uint8_t, 4096> block{};
  random.fill(block);
  EXPECT_GT(std::set<std::uint8_t>(block.begin(), block.end()).size(), 200U);
  random.fill({});
}

TEST(system_random, never_repeats_itself_in_any_thread) {
  constexpr int each = 20'000; // each thread empties its stock many times
  std::vector<std::vector<std::array<std::uint8_t, 12>>> drawn(4);
  std::vector<std::thread> threads;
  for (auto& mine : drawn)
    threads.emplace_back([&mine] {
      system_random random;
      mine.resize(each);
      for (auto& nonce : mine)
        random.fill(nonce);
    });
  for (auto& thread : threads)
    thread.join();
  std::set<std::array<std::uint8_t, 12>> all;
  for (const auto& mine : drawn)
    all.insert(mine.begin(), mine.end());
  EXPECT_EQ(all.size(), drawn.size() * each);
}

TEST(system_random, every_bit_of_every_size_is_drawn) {
  system_random random;
  for (std::size_t size = 1; size <= 200; ++size) {
    std::vector<std::uint8_t> seen(size, 0);
    std::vector<std::uint8_t> drawn(size, 0);
    for (int i = 0; i < 64; ++i) { // that a bit stays 0 in all of them happens once in 2^64
      random.fill(drawn);
      for (std::size_t at = 0; at < size; ++at)
        seen[at] = static_cast<std::uint8_t>(seen[at] | drawn[at]);
    }
    EXPECT_EQ(seen, std::vector<std::uint8_t>(size, 0xFF));
  }
}

TEST(system_random, a_forked_process_draws_other_bytes) {
  system_random random;
  std::array<std::uint8_t, 16> mine{};
  random.fill(mine); // there is a stock now that the copy would share
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    std::array<std::uint8_t, 16> others{};
    random.fill(others);
    ::_exit(::write(ends[1], others.data(), others.size()) == 16 ? 0 : 1);
  }
  ASSERT_GT(child, 0);
  random.fill(mine);
  std::array<std::uint8_t, 16> others{};
  EXPECT_EQ(::read(ends[0], others.data(), others.size()), 16);
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_NE(mine, others);
  ::close(ends[0]);
  ::close(ends[1]);
}

} // namespace
} // namespace wakala
