#include "persistence/crypto/keyring.hpp"
#include "persistence/sqlite/schema.hpp"
#include "persistence/sqlite/setup.hpp"
#include "persistence/sqlite/sqlite_store.hpp"
#include "tests/persistence/support/child_process.hpp"
#include "tests/persistence/support/faulty_vfs.hpp"
#include "tests/persistence/support/raw_journal.hpp"
#include "tests/persistence/support/raw_sql.hpp"
#include "tests/persistence/support/samples.hpp"

#include <sys/stat.h>

namespace wakala::persistence::testing {
namespace {

struct sqlite_store_test : ::testing::Test {
  temporary_directory dir;
  std::string path = dir.file("shop's #1 store?.db"); // any name will do
  std::unique_ptr<store> open(std::uint32_t shards = 4) { return open_sqlite_store({path, shards, 2}).value(); }
  result<std::unique_ptr<store>> try_open(std::uint32_t shards = 4) { return open_sqlite_store({path, shards, 2}); }

  static std::string present_version() { return std::to_string(sqlite::migrations().back().version); }

  bool any_file_contains(std::string_view needle) const {
    for (const auto& entry : std::filesystem::directory_iterator(dir.path()))
      if (read_file(entry.path()).find(needle) != std::string::npos)
        return true;
    return false;
  }
};

TEST_F(sqlite_store_test, consists_of_three_files_for_its_owner_only) {
  auto s = open();
  s->open_shard(0).value();
  for (const char* suffix : {"", ".commits", ".keys", ".lock", "-wal", ".commits-wal"}) {
    struct stat info {};
    ASSERT_EQ(::stat((path + suffix).c_str(), &info), 0) << suffix;
    EXPECT_EQ(info.st_mode & 0777U, 0600U) << suffix;
  }
}

TEST_F(sqlite_store_test, serves_one_process_at_a_time) {
  auto first = open();
  const auto second = try_open();
  EXPECT_EQ(code_of(second), errc::conflict);
  EXPECT_NE(second.error().what.find(".lock"), std::string::npos);
  first.reset();
  EXPECT_TRUE(try_open());
}

TEST_F(sqlite_store_test, the_number_of_shards_is_fixed) {
  open(4);
  const auto other = try_open(8);
  EXPECT_EQ(code_of(other), errc::conflict);
  EXPECT_NE(other.error().what.find("4 shards, not 8"), std::string::npos) << other.error().what;
  EXPECT_TRUE(try_open(4));
  EXPECT_EQ(code_of(open_sqlite_store({dir.file("x"), 0, 1})), errc::invalid_argument);
  EXPECT_EQ(code_of(open_sqlite_store({"", 1, 1})), errc::invalid_argument);
}

TEST_F(sqlite_store_test, a_place_that_cannot_be_written_is_unavailable) {
  EXPECT_EQ(code_of(open_sqlite_store({dir.file("no/such/directory/s.db"), 1, 1})), errc::unavailable);
}

TEST_F(sqlite_store_test, files_that_are_not_ours_are_refused_and_left_alone) {
  const std::string text = "this is no database at all, but long enough to be looked at: " + std::string(4096, 'x');
  write_file(path, text);
  EXPECT_EQ(code_of(try_open()), errc::corrupt);
  EXPECT_EQ(read_file(path), text);
  std::filesystem::remove(path);
  sqlite3* db = nullptr;
  sqlite3_open(path.c_str(), &db);
  sqlite3_exec(db, "CREATE TABLE diary (entry)", nullptr, nullptr, nullptr);
  sqlite3_close(db);
  const auto before = read_file(path);
  EXPECT_EQ(code_of(try_open()), errc::corrupt);
  EXPECT_EQ(read_file(path), before);
}

TEST_F(sqlite_store_test, a_missing_companion_is_never_replaced_by_an_empty_one) {
  open();
  for (const char* suffix : {".commits", ".keys"}) {
    std::filesystem::rename(path + suffix, path + ".aside");
    const auto opened = try_open();
    EXPECT_EQ(code_of(opened), errc::corrupt);
    EXPECT_NE(opened.error().what.find(std::string(suffix) + " is missing"), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(path + suffix));
    std::filesystem::rename(path + ".aside", path + suffix);
  }
  EXPECT_TRUE(try_open());
}

TEST_F(sqlite_store_test, commits_without_their_tables_file_are_not_taken_for_a_new_store) {
  {
    auto s = open();
    const auto epoch = s->open_shard(0).value().epoch;
    ASSERT_TRUE(s->append({commit(0, epoch, 1)}, {}));
  }
  std::filesystem::remove(path);
  EXPECT_EQ(code_of(try_open()), errc::corrupt);
}

TEST_F(sqlite_store_test, files_of_two_stores_do_not_mix) {
  open();
  open_sqlite_store({dir.file("other.db"), 4, 1}).value();
  for (const char* suffix : {".commits", ".keys"}) {
    std::filesystem::rename(path + suffix, path + ".aside");
    std::filesystem::copy_file(dir.file("other.db") + suffix, path + suffix);
    const auto opened = try_open();
    EXPECT_EQ(code_of(opened), errc::corrupt);
    EXPECT_NE(opened.error().what.find("belongs to another store"), std::string::npos);
    std::filesystem::rename(path + ".aside", path + suffix);
  }
  EXPECT_TRUE(try_open());
}

TEST_F(sqlite_store_test, a_creation_cut_short_is_finished) {
  // As left by a crash between the files' creation and the note that they are complete.
  open();
  run_sql(path, "DELETE FROM facts");
  std::filesystem::remove(path + ".keys");
  auto s = open();
  const auto epoch = s->open_shard(0).value().epoch;
  EXPECT_TRUE(s->append({commit(0, epoch, 1)}, {{"duka", conversation(7), "k"}}));
}

TEST_F(sqlite_store_test, a_newer_schema_is_refused_with_a_clear_text) {
  open();
  for (const char* suffix : {"", ".commits", ".keys"}) {
    run_sql(path + suffix, "PRAGMA user_version = 99");
    const auto opened = try_open();
    EXPECT_EQ(code_of(opened), errc::conflict);
    EXPECT_NE(opened.error().what.find("newer version"), std::string::npos) << opened.error().what;
    run_sql(path + suffix, "PRAGMA user_version = " + present_version());
  }
  EXPECT_TRUE(try_open());
}

TEST_F(sqlite_store_test, a_store_from_before_the_first_release_is_refused_with_a_clear_text) {
  open();
  for (const char* suffix : {"", ".commits", ".keys"}) {
    run_sql(path + suffix, "PRAGMA user_version = 1");
    const auto opened = try_open();
    EXPECT_EQ(code_of(opened), errc::conflict);
    EXPECT_NE(opened.error().what.find("before the first release"), std::string::npos) << opened.error().what;
    run_sql(path + suffix, "PRAGMA user_version = " + present_version());
  }
  run_sql(path, "PRAGMA user_version = 1");
  EXPECT_EQ(code_of(verify_sqlite_store(path)), errc::conflict);
}

TEST_F(sqlite_store_test, a_store_of_the_version_before_is_carried_over) {
  std::uint64_t epoch = 0;
  {
    auto s = open();
    epoch = s->open_shard(0).value().epoch;
    auto row = commit(0, epoch, 1);
    row.business = {put(table::tenant_entity, "catalog", "rice")};
    ASSERT_TRUE(s->append({row}, {}));
    ASSERT_TRUE(s->fold(0, epoch, {row}));
  }
  run_sql(path, "DROP TABLE orders; DROP TABLE stock_holds");
  for (const char* suffix : {"", ".commits", ".keys"})
    run_sql(path + suffix, "PRAGMA user_version = 2");
  auto s = open();
  EXPECT_EQ(query_sql(path, "PRAGMA user_version"), present_version() + "\n");
  EXPECT_EQ(s->get("duka", table::tenant_entity, "catalog").value(), "rice");
  auto row = commit(0, s->open_shard(0).value().epoch, 2);
  row.business = {put(table::order, "o", "an order"), put(table::stock_hold, "o", "a hold")};
  ASSERT_TRUE(s->append({row}, {}));
  ASSERT_TRUE(s->fold(0, row.epoch, {row}));
  EXPECT_EQ(s->get("duka", table::stock_hold, "o").value(), "a hold");
}

TEST_F(sqlite_store_test, migrations_run_once_and_in_order) {
  using namespace sqlite;
  std::filesystem::remove(path);
  write_file(path, "");
  const migration one{1, "CREATE TABLE t (a); INSERT INTO t VALUES (1);", "", ""};
  const migration two{2, "UPDATE t SET a = a + 10;", "", ""};
  const migration broken{3, "UPDATE t SET a = 0; UPDATE nothing SET a = 1;", "", ""};
  const migration steps[] = {one, two, broken};
  auto db = connection::open(path, access::read_write, setup_create).value();
  ASSERT_TRUE(migrate(db, path, part::tables, std::span(steps, 1)));
  ASSERT_TRUE(migrate(db, path, part::tables, std::span(steps, 2)));
  ASSERT_TRUE(migrate(db, path, part::tables, std::span(steps, 2)));
  EXPECT_FALSE(migrate(db, path, part::tables, steps));
  EXPECT_EQ(query_sql(path, "SELECT a FROM t"), "11\n"); // the failed step left nothing
  EXPECT_EQ(query_sql(path, "PRAGMA user_version"), "2\n");
  EXPECT_EQ(code_of(migrate(db, path, part::tables, std::span(steps, 1))), errc::conflict);
}

TEST_F(sqlite_store_test, figures_are_a_view) {
  {
    auto s = open();
    const auto epoch = s->open_shard(0).value().epoch;
    auto row = commit(0, epoch, 1);
    row.business = {put(table::figures, "session",
                        R"({"created_at":1764527556250,"category":"service","message_count":12,)"
                        R"("duration_seconds":340,"cost_usd":"0.0125"})"),
                    put(table::figures, "damaged", "no json")};
    ASSERT_TRUE(s->append({row}, {}));
    ASSERT_TRUE(s->fold(0, epoch, {row}));
  }
  EXPECT_EQ(query_sql(path, "SELECT tenant_id, created_at, conversation_category, message_count,"
                            " session_duration_seconds, cost_usd FROM whatsapp_conversations"),
            "duka|2025-11-30T18:32:36.250Z|service|12|340|0.0125\n");
}

TEST_F(sqlite_store_test, every_commit_is_synced_and_none_checkpoints) {
  faulty_vfs files;
  auto s = open();
  const auto epoch = s->open_shard(0).value().epoch;
  std::vector<journal_row> rows;
  for (std::uint64_t seq = 1; seq <= 50; ++seq) {
    files.reset_counts();
    rows.push_back(commit(0, epoch, seq, {put(table::conversation, "a", bytes(2000, 'v'))}));
    ASSERT_TRUE(s->append({rows.back()}, {}));
    EXPECT_GE(files.syncs(".commits-wal"), 1);
    EXPECT_EQ(files.writes(".db.commits") + files.writes(".db") + files.syncs(".db-wal"), 0);
  }
  files.reset_counts();
  ASSERT_TRUE(s->append({commit(0, epoch, 51)}, {{"duka", conversation(7), "key"}}));
  EXPECT_GE(files.syncs(".keys-wal"), 1);
  ASSERT_TRUE(s->fold(0, epoch, {rows.begin(), rows.begin() + 10})); // a new log's header is synced in any case
  files.reset_counts();
  ASSERT_TRUE(s->fold(0, epoch, rows));
  EXPECT_EQ(files.syncs(".db-wal"), 0); // the journal has it all
  ASSERT_TRUE(s->put_tenant({"duka", 0, "key", "config", 1}));
  EXPECT_GE(files.syncs(".db-wal"), 1);
  files.reset_counts();
  ASSERT_TRUE(s->put_meta("name", "value"));
  EXPECT_GE(files.syncs(".db-wal"), 1);
  files.reset_counts();
  ASSERT_TRUE(s->open_shard(1));
  EXPECT_GE(files.syncs(".commits-wal"), 1);
  s.reset();
}

TEST_F(sqlite_store_test, the_logs_do_not_grow_without_bound) {
  auto s = open();
  const auto epoch = s->open_shard(0).value().epoch;
  std::uint64_t seq = 0;
  std::uintmax_t largest = 0;
  for (int batch = 0; batch < 400; ++batch) { // 400 MB of journal, 400 MB of tables
    std::vector<journal_row> rows;
    for (int i = 0; i < 10; ++i) {
      ++seq;
      rows.push_back(
          commit(0, epoch, seq, {put(table::conversation, std::to_string(seq % 50), bytes(100'000, 'v'))}));
    }
    ASSERT_TRUE(s->append(rows, {}));
    ASSERT_TRUE(s->fold(0, epoch, rows));
    for (const char* suffix : {"-wal", ".commits-wal"})
      largest = std::max(largest, std::filesystem::file_size(path + suffix));
  }
  EXPECT_LT(largest, 230'000'000U);
}

/// A process appends, folds and says which commits were acknowledged; it is killed in the middle.
TEST_F(sqlite_store_test, nothing_acknowledged_is_lost_when_the_process_is_killed) {
  open();
  std::uint64_t acknowledged = 0;
  for (int round = 0; round < 12; ++round) {
    child_process writer([&](int to) {
      auto s = open();
      const auto opened = s->open_shard(1).value();
      std::uint64_t seq = opened.last_seq;
      std::vector<journal_row> unfolded = rows_of(opened.tail);
      for (;;) {
        std::vector<journal_row> batch;
        for (int i = 0; i < 5; ++i) {
          ++seq;
          batch.push_back(commit(1, opened.epoch, seq, {put(table::conversation, std::to_string(seq), "v")}));
        }
        if (s->append(batch, {}).value() != committed(1))
          return;
        child_process::write_number(to, seq);
        unfolded.insert(unfolded.end(), batch.begin(), batch.end());
        if (unfolded.size() >= 15) {
          s->fold(1, opened.epoch, unfolded).value();
          unfolded.clear();
        }
      }
    });
    for (int acks = 0; acks < 10 + round * 7; ++acks) {
      const auto number = writer.read_number();
      ASSERT_GT(number, acknowledged);
      acknowledged = number;
    }
    writer.kill();
    auto s = open();
    const auto opened = s->open_shard(1).value();
    EXPECT_GE(opened.last_seq, acknowledged);
    EXPECT_EQ(opened.last_seq % 5, 0U); // a batch is there whole or not at all
    std::uint64_t expected = 0;
    for (const auto& row : s->journal(1, 0, 100'000).value())
      EXPECT_EQ(row.seq, ++expected);
    EXPECT_EQ(expected, opened.last_seq);
    for (std::uint64_t seq = 1; seq <= opened.folded_seq; ++seq)
      EXPECT_TRUE(s->get("duka", table::conversation, std::to_string(seq)).value()) << seq;
    acknowledged = opened.last_seq;
  }
  EXPECT_TRUE(verify_sqlite_store(path).value().good);
}

TEST_F(sqlite_store_test, no_file_shows_what_was_sealed) {
  const std::string phone = "254700123456";
  const std::string text = "two kilos of sugar please";
  const std::string secret = "tenant-app-secret-0123456789";
  const std::string wamid = "wamid." + to_base64(as_span(std::string{"ID"} + phone + "tail"));
  const key_bytes kek{1, 2, 3, 4, 5};
  auto s = open();
  auto ring = keyring::open(kek, *s, std::make_shared<system_random>()).value();
  auto& random = ring->random();
  const auto wrapped = ring->new_tenant_key("duka");
  const auto tenant = ring->unwrap_tenant("duka", wrapped).value();
  ASSERT_TRUE(s->put_tenant({"duka", 0, wrapped, tenant->data.seal("config", secret, random), 1}));
  const auto fresh = ring->new_conversation_key(*tenant, "duka", conversation(7));
  const auto hash = keyed_hash(tenant->lookup, {"wamid", wamid});
  const auto epoch = s->open_shard(0).value().epoch;
  auto row = commit(0, epoch, 1,
                    {put(table::transcript, "1", fresh.key.seal("duka/7/1", text + phone + wamid, random)),
                     put(table::identity, bytes(hash.begin(), hash.end()), fresh.key.seal("id", phone, random))});
  row.key = event_key{473'000, hash};
  ASSERT_TRUE(s->append({row}, {{"duka", conversation(7), fresh.wrapped}}));
  ASSERT_TRUE(s->fold(0, epoch, {row}));
  const auto raw = [](const key_bytes& key) { return bytes(key.begin(), key.end()); };
  for (int closed = 0; closed < 2; ++closed) {
    for (const std::string& needle : {phone, text, secret, wamid, to_base64(as_span(phone)), raw(kek),
                                      raw(tenant->data.raw()), raw(tenant->lookup), raw(fresh.key.raw())})
      EXPECT_FALSE(any_file_contains(needle)) << closed;
    EXPECT_TRUE(any_file_contains("hops")) << "the search itself must work";
    if (closed == 0)
      s.reset();
  }
  s = open();
  ring = keyring::open(kek, *s, std::make_shared<system_random>()).value();
  const auto row_again = s->tenants().value().front();
  const auto tenant_again = ring->unwrap_tenant("duka", row_again.wrapped_key).value();
  EXPECT_EQ(tenant_again->data.open("config", row_again.config).value(), secret);
  const auto key = ring->unwrap_conversation(*tenant_again, "duka", conversation(7),
                                             s->conversation_key("duka", conversation(7)).value().value());
  EXPECT_EQ(key->open("duka/7/1", s->get("duka", table::transcript, "1").value().value()).value(),
            text + phone + wamid);
}

TEST_F(sqlite_store_test, an_erased_tenant_leaves_no_key_in_any_file) {
  auto s = open();
  const auto epoch = s->open_shard(0).value().epoch;
  ASSERT_TRUE(s->put_tenant({"duka", 0, "the-wrapped-tenant-key", "config", 1}));
  ASSERT_TRUE(s->append({commit(0, epoch, 1)}, {{"duka", conversation(7), "the-wrapped-conversation-key"}}));
  EXPECT_TRUE(any_file_contains("the-wrapped-tenant-key"));
  EXPECT_TRUE(any_file_contains("the-wrapped-conversation-key"));
  ASSERT_TRUE(s->erase_tenant("duka"));
  EXPECT_FALSE(any_file_contains("the-wrapped-tenant-key"));
  EXPECT_FALSE(any_file_contains("the-wrapped-conversation-key"));
}

TEST_F(sqlite_store_test, a_journal_shorter_than_its_tables_is_refused) {
  {
    auto s = open();
    const auto epoch = s->open_shard(0).value().epoch;
    const std::vector<journal_row> rows{commit(0, epoch, 1), commit(0, epoch, 2)};
    ASSERT_TRUE(s->append(rows, {}));
    ASSERT_TRUE(s->fold(0, epoch, rows));
  }
  drop_rows(path + ".commits", [](const row_place& row) { return row.seq == 2; });
  auto s = open();
  EXPECT_EQ(code_of(s->open_shard(0)), errc::corrupt);
  EXPECT_TRUE(s->open_shard(1));
}

TEST_F(sqlite_store_test, a_damaged_tail_is_refused) {
  {
    auto s = open();
    const auto epoch = s->open_shard(0).value().epoch;
    ASSERT_TRUE(s->append({commit(0, epoch, 1), commit(0, epoch, 2), commit(0, epoch, 3)}, {}));
    ASSERT_TRUE(s->append({commit(1, s->open_shard(1).value().epoch, 1)}, {}));
  }
  damage_row(path + ".commits", 2);
  {
    auto s = open();
    for (int again = 0; again < 2; ++again) // the second opening reads it in another way
      EXPECT_EQ(code_of(s->open_shard(0)), errc::corrupt);
    EXPECT_EQ(s->open_shard(1).value().tail.size(), 1U);
  }
  drop_rows(path + ".commits", [](const row_place& row) { return row.shard == 0 && row.seq == 2; });
  EXPECT_EQ(code_of(open()->open_shard(0)), errc::corrupt);
}

TEST_F(sqlite_store_test, a_journal_cut_within_a_row_is_refused) {
  {
    auto s = open();
    const auto epoch = s->open_shard(0).value().epoch;
    ASSERT_TRUE(s->append({commit(0, epoch, 1), commit(0, epoch, 2)}, {}));
  }
  change_values(path + ".commits", [](std::string_view rows) { return bytes(rows.substr(0, rows.size() - 1)); });
  EXPECT_EQ(code_of(try_open()), errc::corrupt);
}

/// Another hand on the lease is noticed although the epochs are kept in memory.
TEST_F(sqlite_store_test, a_lease_changed_in_the_file_fences) {
  auto s = open();
  const auto epoch = s->open_shard(0).value().epoch;
  ASSERT_EQ(s->append({commit(0, epoch, 1)}, {}).value(), committed(0));
  run_sql(path + ".commits", "UPDATE shard_leases SET epoch = epoch + 1 WHERE shard = 0");
  EXPECT_EQ(s->append({commit(0, epoch, 2)}, {}).value(), fenced(0));
}

} // namespace
} // namespace wakala::persistence::testing
