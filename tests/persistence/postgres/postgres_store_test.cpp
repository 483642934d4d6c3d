#include "persistence/postgres/postgres_store.hpp"
#include "persistence/postgres/schema.hpp"
#include "tests/persistence/postgres/shared_server.hpp"
#include "tests/persistence/support/samples.hpp"

#include <csignal>
#include <future>
#include <thread>

namespace wakala::persistence::testing {
namespace {

using namespace std::chrono_literals;

struct postgres_store_test : ::testing::Test {
  postgres_server& server = shared_server();
  std::string database = server.new_database();

  result<std::unique_ptr<store>> try_open(const std::string& node, std::uint32_t shards = 4) {
    return open_postgres_store({server.url(database), shards, 2, node});
  }
  std::unique_ptr<store> open(const std::string& node = "n1") { return try_open(node).value(); }
  std::string sql(const std::string& text) { return server.sql(database, text); }

  void wait_until_waiting(const std::string& query) {
    const auto text = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = '" +
                      database + "' AND query LIKE '" + query + "'";
    while (sql(text) == "0")
      std::this_thread::yield();
  }
  /// Asks until the answer is good: the server was away.
  static opened_shard open_at_last(store& s, shard_id shard) {
    for (;;) {
      auto opened = s.open_shard(shard);
      if (opened)
        return *opened;
      EXPECT_EQ(opened.error().code, errc::unavailable) << opened.error().what;
      std::this_thread::yield();
    }
  }
};

TEST_F(postgres_store_test, two_nodes_serve_different_shards_of_one_database) {
  auto a = open("n1");
  auto b = open("n2");
  const auto first = a->open_shard(0).value().epoch;
  const auto second = b->open_shard(1).value().epoch;
  EXPECT_EQ(a->append({commit(0, first, 1)}, {}).value(), committed(0));
  EXPECT_EQ(b->append({commit(1, second, 1)}, {}).value(), committed(1));
  EXPECT_EQ(sql("SELECT node FROM shard_leases WHERE shard = 0"), "n1");
  EXPECT_EQ(sql("SELECT node FROM shard_leases WHERE shard = 1"), "n2");
  EXPECT_EQ(b->journal(0, 0, 10).value().size(), 1U);
}

TEST_F(postgres_store_test, an_owner_that_was_replaced_elsewhere_is_fenced) {
  auto a = open("n1");
  auto b = open("n2");
  const auto old_epoch = a->open_shard(0).value().epoch;
  ASSERT_EQ(a->append({commit(0, old_epoch, 1)}, {}).value(), committed(0));
  const auto taken = b->open_shard(0).value();
  EXPECT_EQ(taken.last_seq, 1U);
  const auto row = commit(0, old_epoch, 2, {put(table::conversation, "a", "stale")});
  EXPECT_EQ(a->append({row}, {{"duka", conversation(7), "stale"}}).value(), fenced(0));
  EXPECT_EQ(code_of(a->fold(0, old_epoch, {commit(0, old_epoch, 1)})), errc::fenced);
  EXPECT_FALSE(b->conversation_key("duka", conversation(7)).value());
  EXPECT_EQ(sql("SELECT count(*) FROM journal"), "1");
  EXPECT_EQ(b->append({commit(0, taken.epoch, 2)}, {}).value(), committed(0));
}

TEST_F(postgres_store_test, a_takeover_waits_for_the_append_that_is_on_its_way_and_finds_it) {
  auto a = open("n1");
  auto b = open("n2");
  const auto old_epoch = a->open_shard(0).value().epoch;
  ASSERT_EQ(a->append({commit(0, old_epoch, 1)}, {}).value(), committed(0)); // connected and prepared
  std::promise<void> go_on;
  std::promise<void> is_held;
  // The append holds its lease and waits to know what becomes of a row with its key.
  std::thread holder(
      [&] { server.hold(database, "INSERT INTO journal VALUES (0, 2, 0, '')", is_held, go_on.get_future()); });
  is_held.get_future().wait();
  auto append = std::async(std::launch::async, [&] { return a->append({commit(0, old_epoch, 2)}, {}); });
  wait_until_waiting("%put_rows%");
  auto takeover = std::async(std::launch::async, [&] { return b->open_shard(0); });
  wait_until_waiting("UPDATE shard_leases%");
  EXPECT_EQ(takeover.wait_for(0s), std::future_status::timeout);
  go_on.set_value();
  holder.join();
  EXPECT_EQ(append.get().value(), committed(0));
  const auto taken = takeover.get().value();
  EXPECT_EQ(taken.last_seq, 2U);
  EXPECT_EQ(taken.tail.size(), 2U);
  EXPECT_EQ(a->append({commit(0, old_epoch, 3)}, {}).value(), fenced(0));
}

TEST_F(postgres_store_test, the_time_of_the_last_row_is_told_though_it_is_in_the_tables) {
  auto s = open();
  const auto epoch = s->open_shard(0).value().epoch;
  auto row = commit(0, epoch, 1);
  row.at = 1'700'000'000'123;
  ASSERT_EQ(s->append({row}, {}).value(), committed(0));
  ASSERT_EQ(s->fold(0, epoch, {row}).value(), 1U);
  const auto opened = open_at_last(*s, 0);
  EXPECT_TRUE(opened.tail.empty());
  EXPECT_EQ(opened.last_at, 1'700'000'000'123);
}

TEST_F(postgres_store_test, a_killed_server_is_found_again_and_nothing_committed_is_lost) {
  auto s = open();
  const auto epoch = s->open_shard(0).value().epoch;
  ASSERT_EQ(s->append({commit(0, epoch, 1)}, {}).value(), committed(0));
  server.stop(SIGQUIT);
  EXPECT_EQ(code_of(s->append({commit(0, epoch, 2)}, {})), errc::unavailable);
  EXPECT_EQ(code_of(s->get("duka", table::conversation, "a")), errc::unavailable);
  EXPECT_EQ(code_of(s->fold(0, epoch, {commit(0, epoch, 1)})), errc::unavailable);
  server.start();
  EXPECT_EQ(code_of(s->append({commit(0, epoch, 2)}, {})), errc::unavailable)
      << "it is not known what became of row 2";
  const auto again = open_at_last(*s, 0);
  EXPECT_EQ(again.last_seq, 1U);
  EXPECT_GT(again.epoch, epoch);
  EXPECT_EQ(s->append({commit(0, again.epoch, 2)}, {}).value(), committed(0));
  EXPECT_EQ(s->fold(0, again.epoch, {commit(0, epoch, 1), commit(0, again.epoch, 2)}).value(), 2U);
}

TEST_F(postgres_store_test, a_row_that_is_there_already_is_not_taken_for_a_repeated_event) {
  auto s = open();
  const auto epoch = s->open_shard(0).value().epoch;
  sql("INSERT INTO journal VALUES (0, 1, 0, '')"); // somebody who should not have
  EXPECT_EQ(s->append({commit(0, epoch, 1)}, {}).value(), fenced(0));
  EXPECT_EQ(s->append({commit(0, epoch, 2)}, {}).value(), fenced(0)) << "not before it is opened again";
}

TEST_F(postgres_store_test, a_server_that_has_lost_the_last_rows_takes_none_behind_the_hole) {
  auto s = open();
  const auto epoch = s->open_shard(0).value().epoch;
  ASSERT_EQ(s->append({commit(0, epoch, 1), commit(0, epoch, 2)}, {}).value(), committed(0));
  sql("DELETE FROM journal WHERE seq = 2"); // a stand-in that had not got it yet
  EXPECT_EQ(s->append({commit(0, epoch, 3)}, {}).value(), fenced(0));
  EXPECT_EQ(s->open_shard(0).value().last_seq, 1U);
}

TEST_F(postgres_store_test, reads_do_not_notice_a_restart_while_nobody_asked) {
  auto s = open();
  ASSERT_TRUE(s->put_meta("x", "1"));
  server.stop(SIGINT);
  server.start();
  EXPECT_EQ(s->get_meta("x").value(), "1");
}

TEST_F(postgres_store_test, a_frozen_server_is_given_up_in_time_and_its_shard_opened_again) {
  auto s = open();
  const auto epoch = s->open_shard(0).value().epoch;
  ASSERT_EQ(s->append({commit(0, epoch, 1)}, {}).value(), committed(0));
  const auto backend =
      sql("SELECT pid FROM pg_stat_activity WHERE query LIKE '%put_rows%' AND pid <> pg_backend_pid()");
  ASSERT_FALSE(backend.empty());
  const auto pid = static_cast<pid_t>(std::stol(backend));
  ASSERT_EQ(::kill(pid, SIGSTOP), 0);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(code_of(s->append({commit(0, epoch, 2)}, {})), errc::unavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 4s);
  EXPECT_EQ(code_of(s->append({commit(0, epoch, 3)}, {})), errc::unavailable) << "not before it is opened again";
  ASSERT_EQ(::kill(pid, SIGCONT), 0);
  const auto again = open_at_last(*s, 0);
  EXPECT_LE(again.last_seq, 2U); // what was on its way may have arrived
  EXPECT_EQ(again.tail.size(), again.last_seq);
  EXPECT_EQ(s->append({commit(0, again.epoch, again.last_seq + 1)}, {}).value(), committed(0));
}

TEST_F(postgres_store_test, nodes_that_start_together_make_the_tables_once) {
  std::vector<std::future<result<std::unique_ptr<store>>>> all;
  for (int i = 0; i < 4; ++i)
    all.push_back(std::async(std::launch::async, [this, i] { return try_open("n" + std::to_string(i)); }));
  for (auto& one : all)
    EXPECT_TRUE(one.get());
  EXPECT_EQ(sql("SELECT count(*) FROM shard_leases"), "4");
}

TEST_F(postgres_store_test, the_number_of_shards_is_fixed_and_a_newer_database_is_left_alone) {
  open();
  const auto other = try_open("n1", 8);
  EXPECT_EQ(code_of(other), errc::conflict);
  EXPECT_NE(other.error().what.find("4 shards, not 8"), std::string::npos);
  EXPECT_EQ(other.error().field, "cluster.shard_count");
  sql("UPDATE facts SET value = 1000 WHERE name = 'version'");
  const auto newer = try_open("n1");
  EXPECT_EQ(code_of(newer), errc::conflict);
  EXPECT_NE(newer.error().what.find("newer version"), std::string::npos);
}

TEST_F(postgres_store_test, a_step_that_fails_changes_nothing) {
  constexpr postgres::migration bad[] = {{1, "CREATE TABLE half (x int); CREATE TABLE half (x int);"}};
  auto on = postgres::connection::open(server.url(database), {}).value();
  EXPECT_TRUE(postgres::prepare_database(on, 4, bad).has_error());
  EXPECT_EQ(sql("SELECT count(*) FROM pg_class WHERE relname = 'half'"), "0");
  EXPECT_TRUE(try_open("n1"));
}

TEST_F(postgres_store_test, what_cannot_be_is_said_without_its_secrets) {
  const auto wrong = open_postgres_store({"postgresql://shop:hunter2@%zz/x", 4, 1, "n1"});
  EXPECT_EQ(code_of(wrong), errc::invalid_argument);
  EXPECT_EQ(wrong.error().field, "store.url");
  EXPECT_EQ(wrong.error().what.find("hunter2"), std::string::npos);
  const auto nobody = open_postgres_store({"postgresql://shop:hunter2@127.0.0.1:1/x", 4, 1, "n1"});
  EXPECT_EQ(code_of(nobody), errc::unavailable);
  EXPECT_EQ(nobody.error().what.find("hunter2"), std::string::npos) << nobody.error().what;
  EXPECT_EQ(code_of(open_postgres_store({server.url(database), 0, 1, "n1"})), errc::invalid_argument);
  EXPECT_EQ(code_of(open_postgres_store({server.url("no_such_database"), 4, 1, "n1"})), errc::unavailable);
}

TEST_F(postgres_store_test, figures_are_a_view_without_personal_data) {
  auto s = open();
  const auto epoch = s->open_shard(0).value().epoch;
  const auto row = commit(0, epoch, 1,
                          {put(table::figures, "f",
                               R"({"created_at":1700000000000,"category":"service",)"
                               R"("message_count":3,"duration_seconds":60,"cost_usd":0.5})")});
  ASSERT_TRUE(s->append({row}, {}));
  ASSERT_TRUE(s->fold(0, epoch, {row}));
  EXPECT_EQ(sql("SELECT tenant_id || ' ' || conversation_category || ' ' || message_count || ' ' || cost_usd"
                " FROM whatsapp_conversations"),
            "duka service 3 0.5");
}

} // namespace
} // namespace wakala::persistence::testing
