#include "persistence/sqlite/connection.hpp"
#include "persistence/sqlite/paced_writes.hpp"
#include "persistence/sqlite/setup.hpp"
#include "tests/persistence/support/samples.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <thread>

namespace wakala::persistence::testing {
namespace {

using sqlite::access;
using sqlite::connection;
using sqlite::paced_writes;

struct paced_writes_test : ::testing::Test {
  temporary_directory dir;
  std::string path = dir.file("s.db");
  connection open() {
    std::ofstream{path, std::ios::app}; // connections open what is there
    return connection::open(path, access::read_write, sqlite::setup_create).value();
  }
};

constexpr const char* three_megabytes = "CREATE TABLE t (v BLOB); INSERT INTO t VALUES (zeroblob(3000000));";

TEST_F(paced_writes_test, sqlite_calls_us_for_what_it_writes) {
  auto db = open();
  const paced_writes paced;
  ASSERT_TRUE(db.run(three_megabytes));
  const auto to_the_log = paced.written();
  EXPECT_GE(to_the_log, 3'000'000U);
  ASSERT_TRUE(db.run("PRAGMA wal_checkpoint(RESTART)"));
  EXPECT_GE(paced.written(), to_the_log + 3'000'000U) << "what is moved from the log into the file";
  auto again = connection::open(path, access::read_only, sqlite::setup_reader).value();
  auto sum = sqlite::statement::prepare(again, "SELECT length(v) FROM t").value();
  ASSERT_TRUE(sum.next().value());
  EXPECT_EQ(sum.number(0), 3'000'000);
}

TEST_F(paced_writes_test, only_while_one_lives_and_only_on_its_thread) {
  auto db = open();
  ASSERT_TRUE(db.run(three_megabytes));
  const paced_writes paced;
  EXPECT_EQ(paced.written(), 0U);
  std::thread([&] { EXPECT_TRUE(db.run("INSERT INTO t VALUES (zeroblob(100000))")); }).join();
  EXPECT_EQ(paced.written(), 0U);
}

} // namespace
} // namespace wakala::persistence::testing
