/// \file
/// Whoever is paced rests, and nobody else does; folds are, unless somebody waits for them.
#include "persistence/sqlite/paced_work.hpp"
#include "tests/persistence/support/store_kinds.hpp"

#include <chrono>
#include <thread>

namespace wakala::persistence::testing {
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
  const auto first = paced_work::rests();
  while (paced_work::rests() < first + 3) // bounded by the test's own time
    paced_work::breathe();
  const auto before = paced_work::rests();
  work_for(std::chrono::milliseconds{20});
  EXPECT_LE(paced_work::rests() - before, 20'000U / 260U + 1) << "no more often than work and rest take";
}

TEST(paced_work, is_of_one_thread_and_while_one_lives) {
  const auto before = paced_work::rests();
  {
    const paced_work paced;
    std::thread([] {
      work_for(std::chrono::milliseconds{2}); // is not paced
      EXPECT_EQ(paced_work::rests(), 0U);
    }).join();
    EXPECT_EQ(paced_work::rests(), before);
  }
  work_for(std::chrono::milliseconds{2});
  EXPECT_EQ(paced_work::rests(), before);
  const paced_work later;
  work_for(std::chrono::milliseconds{2});
  EXPECT_GT(paced_work::rests(), before);
}

/// How often the fold of 2,000 commits rests, with so many more rows beside it that are fenced at once.
std::uint64_t rests_of_a_fold(store_kind kind, std::size_t fenced = 0) {
  store_under_test tested(kind);
  const auto epoch = tested->open_shard(0).value().epoch;
  fold_part good{0, epoch, {}};
  for (std::uint64_t seq = 1; seq <= 2'000; ++seq)
    good.rows.push_back(std::make_shared<journal_row>(
        commit(0, epoch, seq, {put(table::conversation, "k" + std::to_string(seq), bytes(400, 'v'))})));
  EXPECT_TRUE(tested->append(good.rows, {}));
  const fold_part late{1, 0, std::vector<row_ptr>(fenced, good.rows.front())};
  const auto before = paced_work::rests();
  const auto reached = tested->fold({good, late});
  EXPECT_EQ(reached.at(0).value(), 2'000U);
  EXPECT_FALSE(reached.at(1));
  return paced_work::rests() - before;
}

TEST(a_fold, rests_unless_somebody_waits_for_it) {
  EXPECT_GT(rests_of_a_fold(store_kind::sqlite), 0U);
  EXPECT_EQ(rests_of_a_fold(store_kind::sqlite_one_file), 0U) << "whoever appends waits for it";
}

TEST(a_fold, that_is_late_does_not_rest) {
  EXPECT_GT(rests_of_a_fold(store_kind::sqlite, 131'072 - 2'000), 0U);
  EXPECT_EQ(rests_of_a_fold(store_kind::sqlite, 131'072 - 1'999), 0U);
}

} // namespace
} // namespace wakala::persistence::testing
