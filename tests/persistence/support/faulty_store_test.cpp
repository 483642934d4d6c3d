#include "persistence/memory/memory_store.hpp"
#include "tests/persistence/support/faulty_store.hpp"
#include "tests/persistence/support/samples.hpp"

#include <thread>

namespace wakala::persistence::testing {
namespace {

struct faulty_store_test : ::testing::Test {
  faulty_store faulty{make_memory_store(2)};
  std::uint64_t epoch = faulty.open_shard(0).value().epoch;
};

TEST_F(faulty_store_test, a_clean_failure_writes_nothing) {
  faulty.fail_appends(1);
  EXPECT_EQ(code_of(faulty.append({commit(0, epoch, 1)}, {})), errc::unavailable);
  EXPECT_EQ(faulty.append({commit(0, epoch, 1)}, {}).value(), committed(0));
}

TEST_F(faulty_store_test, a_late_failure_has_written) {
  faulty.fail_appends_after_writing(1);
  EXPECT_EQ(code_of(faulty.append({commit(0, epoch, 1)}, {})), errc::unavailable);
  EXPECT_EQ(faulty.open_shard(0)->last_seq, 1U);
}

TEST_F(faulty_store_test, a_fenced_shard_refuses_its_old_owner) {
  ASSERT_TRUE(faulty.fence(0));
  EXPECT_EQ(faulty.append({commit(0, epoch, 1)}, {}).value(), fenced(0));
}

TEST_F(faulty_store_test, chosen_rows_fail_until_taken_back) {
  faulty.fail_rows([](const journal_row& row) { return row.conversation == conversation(7); });
  EXPECT_EQ(code_of(faulty.append({commit(0, epoch, 1)}, {})), errc::unavailable);
  auto other = commit(0, epoch, 1);
  other.conversation = conversation(8);
  EXPECT_TRUE(faulty.append({other}, {}));
  faulty.fail_rows(nullptr);
  EXPECT_TRUE(faulty.append({commit(0, epoch, 2)}, {}));
}

TEST_F(faulty_store_test, reads_folds_and_opens_fail_as_asked) {
  faulty.fail_reads(1, errc::corrupt);
  EXPECT_EQ(code_of(faulty.get("duka", table::conversation, "a")), errc::corrupt);
  EXPECT_TRUE(faulty.get("duka", table::conversation, "a"));
  faulty.fail_folds(1);
  EXPECT_EQ(code_of(faulty.fold(0, epoch, {})), errc::unavailable);
  EXPECT_TRUE(faulty.fold(0, epoch, {}));
  faulty.fail_opens(1);
  EXPECT_EQ(code_of(faulty.open_shard(0)), errc::unavailable);
  EXPECT_TRUE(faulty.open_shard(0));
}

TEST_F(faulty_store_test, held_calls_wait_for_their_release) {
  faulty.hold_reads();
  bool answered = false;
  std::thread caller([&] { answered = faulty.get("duka", table::conversation, "a").has_value(); });
  faulty.await_held(1);
  faulty.release_reads();
  caller.join();
  EXPECT_TRUE(answered);
  EXPECT_EQ(faulty.reads(), 1U);
}

} // namespace
} // namespace wakala::persistence::testing
