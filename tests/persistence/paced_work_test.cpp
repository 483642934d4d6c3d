/// \file
/// Whoever is paced rests, and nobody else does.
#include "persistence/sqlite/paced_work.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace wakala::persistence {
namespace {

using sqlite::paced_work;
using clock = std::chrono::steady_clock;

/// Comes by `breathe` all the time, for so long.
void work_for(std::chrono::milliseconds time) {
  for (const auto end = clock::now() + time; clock::now() < end;)
    paced_work::breathe();
}

TEST(paced_work, rests_now_and_then) {
  const paced_work paced;
  EXPECT_EQ(paced.rests(), 0U);
  while (paced.rests() < 3) // bounded by the test's own time
    paced_work::breathe();
  const auto before = paced.rests();
  work_for(std::chrono::milliseconds{20});
  EXPECT_LE(paced.rests() - before, 20'000U / 260U + 1) << "no more often than work and rest take";
}

TEST(paced_work, is_of_one_thread_and_while_one_lives) {
  {
    const paced_work paced;
    std::thread([] {
      work_for(std::chrono::milliseconds{2}); // is not paced
      const paced_work own;
      EXPECT_EQ(own.rests(), 0U);
    }).join();
    EXPECT_EQ(paced.rests(), 0U);
  }
  work_for(std::chrono::milliseconds{2});
  const paced_work later;
  EXPECT_EQ(later.rests(), 0U);
  work_for(std::chrono::milliseconds{2});
  EXPECT_GT(later.rests(), 0U);
}

} // namespace
} // namespace wakala::persistence
