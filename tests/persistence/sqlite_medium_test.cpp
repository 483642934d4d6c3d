#include "persistence/sqlite/sqlite_store.hpp"
#include "tests/persistence/support/child_process.hpp"
#include "tests/persistence/support/faulty_vfs.hpp"
#include "tests/persistence/support/samples.hpp"

#include <sqlite3.h>

#include <fstream>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

namespace wakala::persistence::testing {
namespace {

struct fault_case {
  const char* name;
  void (faulty_vfs::*fail)(int);
  int code;
};

struct sqlite_medium : ::testing::TestWithParam<fault_case> {
  temporary_directory dir;
  faulty_vfs files;
  std::string path = dir.file("s.db");
  std::unique_ptr<store> stored = open_sqlite_store({path, 2, 1}).value();
  std::uint64_t epoch = stored->open_shard(0).value().epoch;

  void break_medium() { (files.*GetParam().fail)(GetParam().code); }
  void mend_medium() { (files.*GetParam().fail)(0); }

  journal_row row(std::uint64_t seq) {
    return commit(0, epoch, seq, {put(table::conversation, "k" + std::to_string(seq), "v")});
  }
};

TEST_P(sqlite_medium, an_append_fails_and_works_again_without_reopening_the_store) {
  ASSERT_TRUE(stored->append({row(1)}, {}));
  break_medium();
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(code_of(stored->append({row(2)}, {{"duka", conversation(7), "key"}})), errc::unavailable);
  mend_medium();
  // The outcome was unknown: the shard is opened again, and says.
  const auto opened = stored->open_shard(0).value();
  epoch = opened.epoch;
  ASSERT_EQ(opened.last_seq, 1U);
  ASSERT_EQ(opened.tail.size(), 1U);
  EXPECT_EQ(stored->append({row(2)}, {{"duka", conversation(7), "key"}}).value(), committed(0));
  EXPECT_EQ(stored->conversation_key("duka", conversation(7)).value(), "key");
  stored.reset();
  EXPECT_TRUE(verify_sqlite_store(path).value().good);
}

TEST_P(sqlite_medium, only_the_key_file_fails) {
  files.only(".keys-wal");
  break_medium();
  EXPECT_EQ(code_of(stored->append({row(1)}, {{"duka", conversation(7), "key"}})), errc::unavailable);
  EXPECT_TRUE(stored->journal(0, 0, 10).value().empty()); // no row without its key
  EXPECT_TRUE(stored->append({row(1)}, {}));
  mend_medium();
  EXPECT_TRUE(stored->append({row(2)}, {{"duka", conversation(7), "key"}}));
}

TEST_P(sqlite_medium, taking_a_shard_fails_and_fences_nobody) {
  break_medium();
  EXPECT_EQ(code_of(stored->open_shard(0)), errc::unavailable);
  mend_medium();
  EXPECT_EQ(stored->append({row(1)}, {}).value(), committed(0));
}

TEST_P(sqlite_medium, administration_fails_and_works_again) {
  ASSERT_TRUE(stored->put_meta("a", "1"));
  ASSERT_TRUE(stored->put_tenant({"duka", 0, "key", "config", 1}));
  break_medium();
  EXPECT_EQ(code_of(stored->put_tenant({"duka", 0, "key", "config", 2})), errc::unavailable);
  EXPECT_EQ(code_of(stored->put_meta("a", "2")), errc::unavailable);
  EXPECT_EQ(code_of(stored->erase_tenant("duka")), errc::unavailable);
  EXPECT_EQ(stored->get_meta("a").value(), "1");
  EXPECT_EQ(stored->tenants().value().front().version, 1U);
  mend_medium();
  EXPECT_TRUE(stored->put_tenant({"duka", 0, "key", "config", 2}));
  EXPECT_TRUE(stored->put_meta("a", "2"));
  EXPECT_EQ(stored->get_meta("a").value(), "2");
  EXPECT_TRUE(stored->erase_tenant("duka"));
}

INSTANTIATE_TEST_SUITE_P(faults, sqlite_medium,
                         ::testing::Values(fault_case{"full", &faulty_vfs::fail_writes, SQLITE_FULL},
                                           fault_case{"read_only", &faulty_vfs::fail_writes, SQLITE_READONLY},
                                           fault_case{"write_error", &faulty_vfs::fail_writes, SQLITE_IOERR_WRITE},
                                           fault_case{"sync_error", &faulty_vfs::fail_syncs, SQLITE_IOERR_FSYNC}),
                         [](const auto& one) { return std::string(one.param.name); });

struct sqlite_medium_more : ::testing::Test {
  temporary_directory dir;
  faulty_vfs files;
  std::string path = dir.file("s.db");
};

TEST_F(sqlite_medium_more, a_fold_fails_whole_and_is_repeated) {
  auto s = open_sqlite_store({path, 2, 1}).value();
  const auto epoch = s->open_shard(0).value().epoch;
  std::vector<journal_row> rows;
  for (std::uint64_t seq = 1; seq <= 100; ++seq)
    rows.push_back(commit(0, epoch, seq, {put(table::conversation, std::to_string(seq), bytes(500, 'v'))}));
  ASSERT_TRUE(s->append(rows, {}));
  for (const int code : {SQLITE_FULL, SQLITE_READONLY, SQLITE_IOERR_WRITE}) {
    files.only(".db-wal");
    files.fail_writes(code);
    EXPECT_EQ(code_of(s->fold(0, epoch, rows)), errc::unavailable);
    files.fail_writes(0);
    EXPECT_TRUE(s->range({"duka", table::conversation, "", "", 10, false}).value().empty());
  }
  EXPECT_EQ(s->fold(0, epoch, rows).value(), 100U);
  s.reset();
  EXPECT_TRUE(rebuild_sqlite_store(path).value().identical);
}

TEST_F(sqlite_medium_more, a_read_fails_and_works_again) {
  {
    auto s = open_sqlite_store({path, 2, 1}).value();
    ASSERT_TRUE(s->put_meta("a", "1"));
  }
  auto s = open_sqlite_store({path, 2, 1}).value();
  const auto epoch = s->open_shard(0).value().epoch;
  const auto row = commit(0, epoch, 1, {put(table::transcript, "big", bytes(9'000'000, 'v'))}); // more than any cache
  ASSERT_TRUE(s->append({row}, {}));
  ASSERT_TRUE(s->fold(0, epoch, {row}));
  files.fail_reads(SQLITE_IOERR_READ);
  EXPECT_EQ(code_of(s->get("duka", table::transcript, "big")), errc::unavailable);
  files.fail_opens(SQLITE_CANTOPEN);
  EXPECT_EQ(code_of(s->get("duka", table::transcript, "big")), errc::unavailable);
  files.fail_opens(0);
  files.fail_reads(0);
  EXPECT_EQ(s->get("duka", table::transcript, "big").value()->size(), 9'000'000U);
}

TEST_F(sqlite_medium_more, opening_a_medium_that_refuses_is_unavailable_and_later_works) {
  files.fail_opens(SQLITE_CANTOPEN);
  EXPECT_EQ(code_of(open_sqlite_store({path, 2, 1})), errc::unavailable);
  files.fail_opens(0);
  for (const int code : {SQLITE_FULL, SQLITE_READONLY}) {
    files.fail_writes(code);
    EXPECT_EQ(code_of(open_sqlite_store({path, 2, 1})), errc::unavailable);
    files.fail_writes(0);
  }
  EXPECT_TRUE(open_sqlite_store({path, 2, 1}));
}

// ---- A disk that is really full. In a child, which gets a small file system of its own where the machine allows it.
// ----

struct small_disk {
  std::function<void()> fill;
  std::function<void()> free;
};

bool become_alone() {
  const auto uid = ::getuid();
  const auto gid = ::getgid();
  if (::unshare(CLONE_NEWNS) == 0)
    return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
    return false;
  write_file("/proc/self/setgroups", "deny");
  write_file("/proc/self/uid_map", "0 " + std::to_string(uid) + " 1");
  write_file("/proc/self/gid_map", "0 " + std::to_string(gid) + " 1");
  return true;
}

/// A tmpfs of 6 MB over `where`, of which 3 MB are a file that can be removed.
bool mount_small_disk(const std::string& where, small_disk& out) {
  if (!become_alone() || ::mount("none", where.c_str(), "tmpfs", 0, "size=6m") != 0)
    return false;
  out.fill = [where] { write_file(where + "/ballast", std::string(3'000'000, 'b')); };
  out.free = [where] { std::filesystem::remove(where + "/ballast"); };
  return true;
}

/// No file may grow beyond 2 MB.
void limit_file_size(small_disk& out) {
  ::signal(SIGXFSZ, SIG_IGN); // the write fails instead
  const auto set = [](rlim_t most) {
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = most;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  };
  out.fill = [set] { set(2'000'000); };
  out.free = [set] { set(RLIM_INFINITY); };
}

/// Empty when all went well; else what did not.
std::string live_through_a_full_disk(const std::string& path, const small_disk& disk) {
  auto s = open_sqlite_store({path, 2, 1}).value();
  auto opened = s->open_shard(0).value();
  disk.fill();
  std::uint64_t acknowledged = 0;
  const auto append = [&] {
    std::vector<journal_row> batch;
    for (std::uint64_t seq = acknowledged + 1; seq <= acknowledged + 4; ++seq)
      batch.push_back(
          commit(0, opened.epoch, seq, {put(table::conversation, std::to_string(seq), bytes(20'000, 'v'))}));
    auto done = s->append(batch, {});
    if (done && *done == committed(0))
      acknowledged += 4;
    return done;
  };
  auto last = append();
  for (int i = 0; i < 500 && last; ++i)
    last = append();
  if (last)
    return "the disk never became full";
  if (last.error().code != errc::unavailable)
    return "wrong error: " + last.error().what;
  if (s->journal(0, 0, 100'000).value().size() != acknowledged)
    return "not readable while full";
  if (append())
    return "an append on a full disk cannot succeed";
  disk.free();
  opened = s->open_shard(0).value();
  if (opened.last_seq != acknowledged || opened.tail.size() != acknowledged)
    return "acknowledged " + std::to_string(acknowledged) + ", found " + std::to_string(opened.last_seq);
  if (!append())
    return "still failing after space is back";
  if (!s->fold(0, opened.epoch, rows_of(opened.tail)))
    return "cannot fold after space is back";
  s.reset();
  const auto report = verify_sqlite_store(path).value();
  return report.good ? std::string{} : report.problems.front();
}

TEST(sqlite_full_disk, resumes_when_space_is_back) {
  const temporary_directory dir;
  child_process child([&](int to) {
    small_disk disk;
    std::string how = "small disk";
    if (!mount_small_disk(dir.path().string(), disk)) {
      limit_file_size(disk); // no mounts on this machine: the next best
      how = "file size limit";
    }
    const auto trouble = live_through_a_full_disk(dir.file("s.db"), disk);
    const std::string line = trouble.empty() ? "good" : how + ": " + trouble;
    static_cast<void>(!::write(to, line.data(), line.size()));
  });
  EXPECT_EQ(child.read_all(), "good");
}

TEST(sqlite_full_disk, a_file_size_limit_is_lived_through) {
  const temporary_directory dir;
  child_process child([&](int to) {
    small_disk disk;
    limit_file_size(disk);
    const auto trouble = live_through_a_full_disk(dir.file("s.db"), disk);
    const std::string line = trouble.empty() ? "good" : trouble;
    static_cast<void>(!::write(to, line.data(), line.size()));
  });
  EXPECT_EQ(child.read_all(), "good");
}

} // namespace
} // namespace wakala::persistence::testing
