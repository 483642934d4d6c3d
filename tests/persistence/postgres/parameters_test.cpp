#include "persistence/postgres/connection.hpp"
#include "persistence/postgres/parameters.hpp"
#include "tests/persistence/postgres/shared_server.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace wakala::persistence::testing {
namespace {

using namespace postgres;

struct postgres_connection : ::testing::Test {
  connection on = connection::open(shared_server().url("postgres"), {}).value();
};

TEST_F(postgres_connection, values_arrive_as_they_were_meant) {
  constexpr const char* sql = "SELECT $1::int4, $2::int8, $3::text, $4::bytea";
  const bytes odd("\0'\\\xff", 4);
  const auto found = on.run(sql, parameters{}
                                     .int4(std::numeric_limits<std::int32_t>::min())
                                     .int8(std::numeric_limits<std::int64_t>::max())
                                     .text("duka 'x' é")
                                     .blob(odd))
                         .value();
  ASSERT_EQ(found.rows(), 1);
  EXPECT_EQ(found.number(0, 0), std::numeric_limits<std::int32_t>::min());
  EXPECT_EQ(found.number(0, 1), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(found.text(0, 2), "duka 'x' é");
  EXPECT_EQ(found.text(0, 3), odd);
}

TEST_F(postgres_connection, lists_keep_their_order_and_what_is_absent) {
  constexpr const char* sql =
      "SELECT coalesce(a, -1), coalesce(b, ''), coalesce(c, '') FROM"
      " unnest($1::int8[], $2::text[], $3::bytea[]) WITH ORDINALITY AS t (a, b, c, n) ORDER BY n";
  array numbers(sql_type::int8);
  array texts(sql_type::text);
  array blobs(sql_type::bytea);
  numbers.add_int8(7);
  numbers.add_null();
  texts.add("one");
  texts.add("");
  blobs.add_null();
  blobs.add(bytes("\0\1", 2));
  const auto found = on.run(sql, parameters{}.list(numbers).list(texts).list(blobs)).value();
  ASSERT_EQ(found.rows(), 2);
  EXPECT_EQ(found.number(0, 0), 7);
  EXPECT_EQ(found.number(1, 0), -1);
  EXPECT_EQ(found.text(0, 1), "one");
  EXPECT_EQ(found.text(1, 1), "");
  EXPECT_EQ(found.text(0, 2), "");
  EXPECT_EQ(found.text(1, 2), bytes("\0\1", 2));
}

TEST_F(postgres_connection, an_empty_list_is_a_list) {
  const auto found =
      on.run("SELECT count(*) FROM unnest($1::int4[])", parameters{}.list(array(sql_type::int4))).value();
  EXPECT_EQ(found.number(0, 0), 0);
}

TEST_F(postgres_connection, a_statement_that_fails_leaves_a_connection_that_works) {
  const auto failed = on.run("SELECT 1 / $1::int4", parameters{}.int4(0));
  ASSERT_TRUE(failed.has_error());
  EXPECT_NE(failed.error().what.find("22012"), std::string::npos) << failed.error().what;
  const auto missing = on.run("SELECT * FROM no_such_table");
  EXPECT_EQ(missing.error().code, errc::corrupt);
  EXPECT_TRUE(on.is_usable());
  EXPECT_EQ(on.run("SELECT 1").value().number(0, 0), 1);
}

TEST_F(postgres_connection, a_statement_that_takes_too_long_is_ended_by_the_server) {
  session how;
  how.statement_timeout = std::chrono::milliseconds{50};
  auto hasty = connection::open(shared_server().url("postgres"), how).value();
  const auto slow = hasty.run("SELECT pg_sleep(10)");
  ASSERT_TRUE(slow.has_error());
  EXPECT_EQ(slow.error().code, errc::unavailable);
  EXPECT_TRUE(hasty.is_usable());
}

TEST_F(postgres_connection, an_answer_that_does_not_come_is_given_up) {
  session how;
  how.statement_timeout = std::chrono::milliseconds{10'000};
  how.answer_timeout = std::chrono::milliseconds{100};
  auto hasty = connection::open(shared_server().url("postgres"), how).value();
  const auto slow = hasty.run("SELECT pg_sleep(5)");
  ASSERT_TRUE(slow.has_error());
  EXPECT_EQ(slow.error().code, errc::unavailable);
  EXPECT_FALSE(hasty.is_usable());
  EXPECT_TRUE(hasty.run("SELECT 1").has_error()) << "what is lost stays lost";
}

TEST_F(postgres_connection, a_transaction_that_is_not_committed_never_was) {
  ASSERT_TRUE(on.run_script("CREATE TEMPORARY TABLE t (x int)"));
  {
    auto all = transaction::begin(on).value();
    ASSERT_TRUE(on.run("INSERT INTO t VALUES (1)"));
    EXPECT_TRUE(on.in_transaction());
  }
  EXPECT_FALSE(on.in_transaction());
  EXPECT_EQ(on.run("SELECT count(*) FROM t").value().number(0, 0), 0);
  auto all = transaction::begin(on).value();
  ASSERT_TRUE(on.run("INSERT INTO t VALUES (1)"));
  ASSERT_TRUE(all.commit());
  EXPECT_EQ(on.run("SELECT count(*) FROM t").value().number(0, 0), 1);
}

TEST_F(postgres_connection, one_that_is_left_within_a_transaction_too_long_loses_it) {
  session how;
  how.transaction_idle_max = std::chrono::milliseconds{50};
  auto slow = connection::open(shared_server().url("postgres"), how).value();
  auto all = transaction::begin(slow).value();
  ASSERT_TRUE(slow.run("SELECT 1"));
  while (on.run("SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'").value().number(0, 0) >
         0) {
  }
  EXPECT_TRUE(all.commit().has_error());
}

} // namespace
} // namespace wakala::persistence::testing
