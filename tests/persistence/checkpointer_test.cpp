/// \file
/// Whoever writes a log that has grown far too much waits for the checkpointer, for a while.
#include "persistence/sqlite/checkpointer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

namespace wakala::persistence {
namespace {

using namespace std::chrono_literals;

struct a_log_that_cannot_be_moved : ::testing::Test {
  std::mutex writer;
  sqlite::watched_log log{"/there/is/no/such/file.db", writer};
  sqlite::checkpointer mover{{&log}};

  /// The shortest of a few, since anything may hold up the test itself.
  std::chrono::steady_clock::duration look(int pages) {
    log.pages = pages;
    auto shortest = std::chrono::steady_clock::duration::max();
    for (int i = 0; i < 5; ++i) {
      const auto began = std::chrono::steady_clock::now();
      mover.look();
      shortest = std::min(shortest, std::chrono::steady_clock::now() - began);
    }
    return shortest;
  }
};

TEST_F(a_log_that_cannot_be_moved, holds_up_its_writer_once_it_is_far_too_large_and_only_for_a_while) {
  EXPECT_LT(look(12 * 4096 - 1), 100ms);
  EXPECT_GE(look(12 * 4096), 100ms);
}

TEST_F(a_log_that_cannot_be_moved, holds_up_nobody_while_a_reader_is_what_keeps_it) {
  log.is_held = true;
  EXPECT_LT(look(100 * 4096), 100ms);
}

} // namespace
} // namespace wakala::persistence
