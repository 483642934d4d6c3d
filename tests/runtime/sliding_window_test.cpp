#include "runtime/sliding_window.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace wakala::runtime {
namespace {

TEST(sliding_window, lets_through_so_many_in_any_stretch) {
  sliding_window w(3, 100);
  for (const time_ms at : {0, 10, 20}) {
    EXPECT_EQ(w.wait(at), 0);
    w.add(at);
  }
  EXPECT_EQ(w.wait(20), 80);
  EXPECT_EQ(w.wait(99), 1);
  EXPECT_EQ(w.wait(100), 0);
  w.add(100);
  EXPECT_EQ(w.wait(100), 10);
  EXPECT_EQ(w.count(100), 3U);
}

TEST(sliding_window, what_was_taken_back_does_not_count) {
  sliding_window w(1, 100);
  w.add(5);
  w.remove(6);
  EXPECT_EQ(w.wait(7), 98);
  w.remove(5);
  EXPECT_EQ(w.wait(7), 0);
}

TEST(sliding_window, a_limit_that_is_lowered_waits_for_enough_to_be_gone) {
  sliding_window w(4, 100);
  for (const time_ms at : {0, 10, 20, 30})
    w.add(at);
  w.set_limit(2);
  EXPECT_EQ(w.wait(30), 90) << "the third of four has to be gone";
  EXPECT_EQ(w.wait(119), 1);
  EXPECT_EQ(w.wait(120), 0);
}

TEST(sliding_window, is_exact_whatever_comes) {
  std::mt19937 random{9};
  sliding_window w(7, 50);
  std::vector<time_ms> taken;
  time_ms now = 0;
  for (int i = 0; i < 5'000; ++i) {
    now += static_cast<time_ms>(random() % 9);
    const auto within = [&](time_ms at) {
      return std::count_if(taken.begin(), taken.end(), [&](time_ms t) { return t > at - 50 && t <= at; });
    };
    const auto wait = w.wait(now);
    ASSERT_EQ(wait == 0, within(now) < 7);
    if (wait == 0) {
      w.add(now);
      taken.push_back(now);
    } else {
      std::size_t still = 0; // a moment earlier it would have been too many
      for (const auto t : taken)
        still += t > now + wait - 1 - 50 ? 1U : 0U;
      ASSERT_GE(still, 7U);
    }
  }
}

} // namespace
} // namespace wakala::runtime
