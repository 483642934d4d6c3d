#include "persistence/sqlite/sqlite_store.hpp"
#include "tests/persistence/support/child_process.hpp"
#include "tests/persistence/support/raw_sql.hpp"
#include "tests/persistence/support/samples.hpp"

#include <atomic>
#include <thread>

namespace wakala::persistence::testing {
namespace {

struct sqlite_backup : ::testing::Test {
  temporary_directory dir;
  std::string from = dir.file("s.db");
  std::string to = dir.file("backup.db");

  std::unique_ptr<store> open(const std::string& path) { return open_sqlite_store({path, 2, 1}).value(); }

  /// Appends batches of four to shard 0, folding behind, until `each` says no.
  template <class Each>
  static void write(store& s, Each each) {
    const auto opened = s.open_shard(0).value();
    std::uint64_t seq = opened.last_seq;
    std::vector<journal_row> unfolded = rows_of(opened.tail);
    do {
      std::vector<journal_row> batch;
      for (int i = 0; i < 4; ++i) {
        ++seq;
        batch.push_back(
            commit(0, opened.epoch, seq, {put(table::conversation, std::to_string(seq % 97), std::to_string(seq))}));
      }
      std::vector<wrapped_key> keys{{"duka", conversation(static_cast<std::uint8_t>(seq)), "key"}};
      s.append(batch, keys).value();
      unfolded.insert(unfolded.end(), batch.begin(), batch.end());
      if (unfolded.size() > 40) {
        s.fold(0, opened.epoch, unfolded).value();
        unfolded.clear();
      }
    } while (each(seq));
  }

  void expect_good(const std::string& path) {
    const auto report = verify_sqlite_store(path).value();
    EXPECT_TRUE(report.good) << ::testing::PrintToString(report.problems);
  }
  /// Without the source's logs and their indexes, which come and go with whoever reads it.
  std::vector<std::string> files() {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(dir.path())) {
      const std::string name = entry.path().filename().string();
      if (!name.starts_with("s.db") || !(name.ends_with("-wal") || name.ends_with("-shm")))
        out.push_back(name);
    }
    std::sort(out.begin(), out.end());
    return out;
  }
};

TEST_F(sqlite_backup, holds_everything_and_serves) {
  auto s = open(from);
  ASSERT_TRUE(s->put_tenant({"duka", 0, "wrapped", "config", 3}));
  ASSERT_TRUE(s->put_meta("check", "value"));
  write(*s, [](std::uint64_t seq) { return seq < 100; });
  ASSERT_TRUE(backup_sqlite_store(from, to));
  EXPECT_EQ(files(), (std::vector<std::string>{"backup.db", "backup.db.keys", "s.db", "s.db.commits", "s.db.keys",
                                               "s.db.lock"}));
  expect_good(to);
  EXPECT_TRUE(rebuild_sqlite_store(to).value().identical);

  auto restored = open(to);
  EXPECT_EQ(restored->tenants().value(), s->tenants().value());
  EXPECT_EQ(restored->get_meta("check").value(), "value");
  EXPECT_EQ(restored->conversation_key("duka", conversation(4)).value(), "key");
  EXPECT_EQ(restored->journal(0, 0, 1000).value(), s->journal(0, 0, 1000).value());
  EXPECT_EQ(restored->range({"duka", table::conversation, "", "", 1000, false}).value(),
            s->range({"duka", table::conversation, "", "", 1000, false}).value());
  write(*restored, [](std::uint64_t seq) { return seq < 300; });
  restored.reset();
  expect_good(to);
  EXPECT_EQ(code_of(open_sqlite_store({to, 3, 1})), errc::conflict);
}

TEST_F(sqlite_backup, of_a_store_that_is_written_meanwhile) {
  auto s = open(from);
  std::atomic<std::uint64_t> reached{0};
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    write(*s, [&](std::uint64_t seq) {
      reached.store(seq);
      reached.notify_all();
      return !stop.load();
    });
  });
  reached.wait(0);
  for (int round = 0; round < 5; ++round) {
    const std::string target = to + std::to_string(round);
    const auto before = reached.load();
    const auto done = backup_sqlite_store(from, target);
    EXPECT_TRUE(done) << done.error().what;
    const auto after = reached.load() + 4;
    expect_good(target);
    EXPECT_TRUE(rebuild_sqlite_store(target).value().identical);
    const auto opened = open(target)->open_shard(0).value();
    EXPECT_GE(opened.last_seq, before);
    EXPECT_LE(opened.last_seq, after);
  }
  stop.store(true);
  writer.join();
  expect_good(from);
}

TEST_F(sqlite_backup, from_another_process_than_the_one_that_serves) {
  open(from);
  child_process daemon([&](int out) {
    auto s = open(from);
    write(*s, [&](std::uint64_t seq) {
      child_process::write_number(out, seq);
      return true;
    });
  });
  std::uint64_t acknowledged = 0;
  for (int i = 0; i < 30; ++i)
    acknowledged = daemon.read_number();
  ASSERT_GT(acknowledged, 0U);
  const auto done = backup_sqlite_store(from, to);
  ASSERT_TRUE(done) << done.error().what;
  expect_good(from); // reads beside it, too
  EXPECT_TRUE(rebuild_sqlite_store(from).value().identical);
  EXPECT_GT(daemon.read_number(), acknowledged); // it went on
  daemon.kill();
  expect_good(to);
  EXPECT_GE(open(to)->open_shard(0).value().last_seq, acknowledged);
}

TEST_F(sqlite_backup, of_a_stopped_store_and_of_a_backup) {
  write(*open(from), [](std::uint64_t seq) { return seq < 50; });
  ASSERT_TRUE(backup_sqlite_store(from, to));
  const std::string third = dir.file("third.db");
  ASSERT_TRUE(backup_sqlite_store(to, third));
  expect_good(third);
  EXPECT_EQ(open(third)->open_shard(0).value().last_seq, 52U);
}

TEST_F(sqlite_backup, overwrites_nothing) {
  open(from);
  write_file(to, "precious");
  EXPECT_EQ(code_of(backup_sqlite_store(from, to)), errc::conflict);
  EXPECT_EQ(read_file(to), "precious");
  std::filesystem::remove(to);
  write_file(to + ".keys", "precious");
  EXPECT_EQ(code_of(backup_sqlite_store(from, to)), errc::conflict);
  EXPECT_EQ(read_file(to + ".keys"), "precious");
  EXPECT_EQ(code_of(backup_sqlite_store(from, from)), errc::conflict);
}

TEST_F(sqlite_backup, a_failed_one_leaves_nothing_and_a_killed_one_is_no_obstacle) {
  EXPECT_EQ(code_of(backup_sqlite_store(dir.file("none.db"), to)), errc::not_found);
  open(from);
  EXPECT_EQ(code_of(backup_sqlite_store(from, dir.file("no/such/place.db"))), errc::unavailable);
  const auto before = files();
  run_sql(from + ".commits", "DROP TABLE journal_marks");
  EXPECT_EQ(code_of(backup_sqlite_store(from, to)), errc::corrupt);
  EXPECT_EQ(files(), before);
  run_sql(from + ".commits", "CREATE TABLE journal_marks (id INTEGER PRIMARY KEY, positions BLOB NOT NULL)");
  write_file(to + ".partial", "half of a backup");
  write_file(to + ".keys.partial", "half of a backup");
  EXPECT_TRUE(backup_sqlite_store(from, to));
  expect_good(to);
}

TEST_F(sqlite_backup, needs_its_keys_to_be_opened) {
  open(from);
  ASSERT_TRUE(backup_sqlite_store(from, to));
  std::filesystem::remove(to + ".keys");
  const auto opened = open_sqlite_store({to, 2, 1});
  EXPECT_EQ(code_of(opened), errc::corrupt);
  EXPECT_NE(opened.error().what.find(".keys is missing"), std::string::npos);
}

} // namespace
} // namespace wakala::persistence::testing
