#include "persistence/sqlite/sqlite_store.hpp"
#include "runtime/core/random.hpp"
#include "tests/persistence/support/raw_journal.hpp"
#include "tests/persistence/support/raw_sql.hpp"
#include "tests/persistence/support/samples.hpp"

namespace wakala::persistence::testing {
namespace {

struct sqlite_verify : ::testing::Test {
  temporary_directory dir;
  std::string path = dir.file("s.db");

  sqlite_verify() {
    auto s = open_sqlite_store({path, 2, 1}).value();
    s->put_tenant({"duka", 0, "wrapped-tenant-key", "sealed-tenant-config", 1}).value();
    s->put_meta("check", "value-of-the-check").value();
    const auto epoch = s->open_shard(0).value().epoch;
    std::vector<journal_row> rows;
    for (std::uint64_t seq = 1; seq <= 3'000; ++seq) {
      rows.push_back(commit(0, epoch, seq, {put(table::conversation, "key" + std::to_string(seq % 40), value(seq))}));
      rows.back().key = key_of(seq % 2 == 0 ? 500 : 0, static_cast<std::uint8_t>(seq));
    }
    for (auto at = rows.begin(); at != rows.end(); at += 100)
      s->append(std::vector<journal_row>(at, at + 100), {{"duka", conversation(7), "wrapped-conversation-key"}})
          .value();
    rows.resize(2'500);
    s->fold(0, epoch, rows).value();
  }

  static bytes value(std::uint64_t seq) { return "value-" + std::to_string(seq) + bytes(300, 'v'); }

  /// Changes one byte wherever a file holds `text`: a page that was split may keep a copy in its unused part.
  void flip(const std::string& file, const std::string& text) {
    auto content = read_file(file);
    const auto first = content.find(text);
    ASSERT_NE(first, std::string::npos) << text;
    for (auto at = first; at != std::string::npos; at = content.find(text, at + 1)) {
      char& hit = content[at + text.size() / 2];
      hit = static_cast<char>(hit ^ 4);
    }
    write_file(file, content);
  }

  void expect_problem(const std::string& part) {
    const auto report = verify_sqlite_store(path).value();
    EXPECT_FALSE(report.good);
    const auto all = ::testing::PrintToString(report.problems);
    EXPECT_NE(all.find(part), std::string::npos) << all;
    EXPECT_LE(report.problems.size(), 20U);
  }
  void expect_difference(const std::string& line) {
    const auto report = rebuild_sqlite_store(path).value();
    EXPECT_FALSE(report.identical);
    EXPECT_EQ(report.differences, std::vector<std::string>{line});
    EXPECT_FALSE(verify_sqlite_store(path).value().good);
  }
};

TEST_F(sqlite_verify, finds_nothing_in_a_good_store) {
  const auto report = verify_sqlite_store(path).value();
  EXPECT_TRUE(report.good) << ::testing::PrintToString(report.problems);
  EXPECT_EQ(report.journal_rows, 3'000U);
  EXPECT_EQ(report.table_rows, 40U + 256U);
  const auto again = rebuild_sqlite_store(path).value();
  EXPECT_TRUE(again.identical);
  EXPECT_EQ(again.journal_rows, 3'000U);
  EXPECT_EQ(again.table_rows, report.table_rows);
}

TEST_F(sqlite_verify, changes_nothing) {
  const auto before = read_file(path) + read_file(path + ".commits") + read_file(path + ".keys");
  verify_sqlite_store(path).value();
  rebuild_sqlite_store(path).value();
  EXPECT_EQ(read_file(path) + read_file(path + ".commits") + read_file(path + ".keys"), before);
}

TEST_F(sqlite_verify, reads_beside_the_process_that_serves) {
  auto s = open_sqlite_store({path, 2, 1}).value();
  const auto opened = s->open_shard(0).value();
  ASSERT_TRUE(s->append({commit(0, opened.epoch, 3'001)}, {}));
  const auto report = verify_sqlite_store(path).value();
  EXPECT_TRUE(report.good) << ::testing::PrintToString(report.problems);
  EXPECT_EQ(report.journal_rows, 3'001U);
  EXPECT_TRUE(s->append({commit(0, opened.epoch, 3'002)}, {}));
}

TEST_F(sqlite_verify, a_flipped_byte_in_a_folded_commit) {
  flip(path + ".commits", value(1'203));
  expect_problem("sequence number 1203: journal row is damaged: checksum");
  EXPECT_EQ(code_of(rebuild_sqlite_store(path)), errc::corrupt);
}

TEST_F(sqlite_verify, a_flipped_byte_in_an_unfolded_commit) {
  flip(path + ".commits", value(2'777));
  expect_problem("sequence number 2777");
}

TEST_F(sqlite_verify, a_flipped_byte_in_a_table) {
  flip(path, value(2'490));
  expect_problem("conversations " + to_hex(as_span("key10")) + " differs");
}

TEST_F(sqlite_verify, a_flipped_byte_in_tenants_meta_and_keys) {
  flip(path, "sealed-tenant-config");
  flip(path, "value-of-the-check");
  flip(path + ".keys", "wrapped-conversation-key");
  expect_problem("the row of a tenant is damaged: duka");
  expect_problem("a value of the store's own is damaged: check");
  expect_problem("the wrapped key of conversation " + to_string(conversation(7)) + " is damaged");
}

TEST_F(sqlite_verify, any_flipped_byte_is_reported_or_harmless) {
  seeded_random random(7);
  int found = 0;
  for (const char* suffix : {"", ".commits", ".keys"}) {
    const auto good = read_file(path + suffix);
    for (int round = 0; round < 12; ++round) {
      auto damaged = good;
      const auto at = static_cast<std::size_t>(random.below(damaged.size()));
      damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ (1U << random.below(8)));
      write_file(path + suffix, damaged);
      const auto report = verify_sqlite_store(path); // whatever it is, reading it must not end in a crash
      if (!report || !report->good)
        ++found;
      write_file(path + suffix, good);
    }
  }
  EXPECT_GE(found, 12); // the rest hit unused parts of pages
  EXPECT_TRUE(verify_sqlite_store(path).value().good);
}

TEST_F(sqlite_verify, no_store_at_all) {
  EXPECT_EQ(code_of(verify_sqlite_store(dir.file("none"))), errc::not_found);
  write_file(dir.file("text"), std::string(5'000, 't'));
  const auto report = verify_sqlite_store(dir.file("text")).value();
  EXPECT_FALSE(report.good);
  EXPECT_EQ(code_of(rebuild_sqlite_store(dir.file("text"))), errc::corrupt);
}

TEST_F(sqlite_verify, a_cut_file) {
  auto content = read_file(path + ".commits");
  write_file(path + ".commits", content.substr(0, content.size() / 2));
  expect_problem("");
}

TEST_F(sqlite_verify, a_planted_difference) {
  run_sql(path, "UPDATE conversations SET value = 'other' WHERE key = CAST('key7' AS BLOB)");
  expect_difference("conversations " + to_hex(as_span("key7")) + " differs");
}

TEST_F(sqlite_verify, a_planted_difference_of_due_time_only) {
  run_sql(path, "UPDATE conversations SET due = 5 WHERE key = CAST('key7' AS BLOB)");
  expect_difference("conversations " + to_hex(as_span("key7")) + " differs");
}

TEST_F(sqlite_verify, a_planted_loss) {
  run_sql(path, "DELETE FROM conversations WHERE key = CAST('key7' AS BLOB)");
  expect_difference("conversations " + to_hex(as_span("key7")) + " is missing");
}

TEST_F(sqlite_verify, a_planted_row) {
  run_sql(path, "INSERT INTO timers VALUES (1, CAST('zz' AS BLOB), 0, CAST('v' AS BLOB), 1)");
  expect_difference("timers " + to_hex(as_span("zz")) + " should not be there");
}

TEST_F(sqlite_verify, a_planted_row_of_nobody) {
  run_sql(path, "INSERT INTO timers VALUES (77, CAST('zz' AS BLOB), 0, CAST('v' AS BLOB), 1)");
  expect_difference("timers " + to_hex(as_span("zz")) + " should not be there");
}

TEST_F(sqlite_verify, a_planted_name_of_a_tenant) {
  run_sql(path, "UPDATE tenant_numbers SET id = 'soko'");
  const auto report = rebuild_sqlite_store(path).value();
  EXPECT_FALSE(report.identical);
  EXPECT_EQ(report.differences.size(), 20U);
}

TEST_F(sqlite_verify, a_lost_event_key) {
  run_sql(path, "DELETE FROM event_keys WHERE bucket = 500 AND hash = (SELECT max(hash) FROM event_keys)"
                " OR bucket = 500 AND hash = x'" +
                    bytes(32, '0').replace(0, 32, to_hex(key_of(500, 4).hash)) + "'");
  const auto report = rebuild_sqlite_store(path).value();
  EXPECT_FALSE(report.identical);
  EXPECT_NE(::testing::PrintToString(report.differences).find(to_hex(key_of(500, 4).hash) + " is missing"),
            std::string::npos);
}

TEST_F(sqlite_verify, expired_event_keys_are_no_difference) {
  {
    auto s = open_sqlite_store({path, 2, 1}).value();
    EXPECT_GT(s->drop_event_keys(501, 1'700'000'002'300).value(), 128U);
  }
  const auto report = rebuild_sqlite_store(path).value();
  EXPECT_TRUE(report.identical) << ::testing::PrintToString(report.differences);
}

TEST_F(sqlite_verify, a_gap_in_the_journal) {
  drop_rows(path + ".commits", [](const row_place& row) { return row.seq == 2'800; });
  expect_problem("shard 0: sequence number 2801 follows 2799");
}

TEST_F(sqlite_verify, a_value_of_the_journal_cut_short) {
  change_values(path + ".commits", [](std::string_view rows) { return bytes(rows.substr(0, rows.size() - 1)); });
  expect_problem("journal rows are damaged: the size of a row");
  EXPECT_EQ(code_of(rebuild_sqlite_store(path)), errc::corrupt);
}

TEST_F(sqlite_verify, commits_lost_at_the_end_of_the_journal) {
  drop_rows(path + ".commits", [](const row_place& row) { return row.seq > 2'400; });
  expect_problem("shard 0: the tables hold 2500 commits, the journal 2400");
}

TEST_F(sqlite_verify, an_epoch_out_of_order) {
  run_sql(path + ".commits", "UPDATE shard_leases SET epoch = 0");
  expect_problem("has epoch 1 out of order");
}

TEST_F(sqlite_verify, a_wrong_mark) {
  run_sql(path + ".commits",
          "UPDATE journal_marks SET positions = zeroblob(16) WHERE id = (SELECT max(id) FROM journal_marks)");
  expect_problem("the journal's mark at value ");
}

} // namespace
} // namespace wakala::persistence::testing
