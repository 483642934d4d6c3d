#include "runtime/core/thread_counts.hpp"

#include <gtest/gtest.h>

namespace wakala {
namespace {

TEST(thread_counts, are_what_was_asked_for) {
  EXPECT_EQ(io_threads(3, 64), 3U);
  EXPECT_EQ(worker_threads(1, 64), 1U);
}

TEST(thread_counts, suit_the_machine_otherwise) {
  EXPECT_GE(processors(), 1U);
  EXPECT_EQ(io_threads(0, 1), 1U);
  EXPECT_EQ(io_threads(0, 2), 1U);
  EXPECT_EQ(io_threads(0, 8), 4U);
  EXPECT_EQ(io_threads(0, 256), 16U);
  EXPECT_EQ(worker_threads(0, 1), 2U);
  EXPECT_EQ(worker_threads(0, 2), 2U);
  EXPECT_EQ(worker_threads(0, 8), 8U);
  EXPECT_EQ(worker_threads(0, 256), 32U);
}

} // namespace
} // namespace wakala
