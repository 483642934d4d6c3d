#include "runtime/overlay.hpp"

#include <gtest/gtest.h>

#include <random>

namespace wakala::runtime {
namespace {

using persistence::journal_row;
using persistence::range_query;
using persistence::record;
using persistence::stored_value;
using persistence::table;

record put(table where, bytes key, bytes value) { return {where, false, 0, std::move(key), std::move(value)}; }
record erase(table where, bytes key) { return {where, true, 0, std::move(key), {}}; }

journal_row row(std::uint64_t seq, std::vector<record> personal, tenant_id tenant = "t") {
  journal_row r;
  r.seq = seq;
  r.tenant = std::move(tenant);
  r.at = static_cast<time_ms>(seq * 10);
  r.personal = std::move(personal);
  return r;
}

stored_value stored(bytes key, bytes value) { return {"t", std::move(key), std::move(value), 0}; }

std::string keys_of(const std::vector<stored_value>& rows) {
  std::string all;
  for (const auto& r : rows)
    all += r.key + "=" + r.value + " ";
  return all;
}

range_query query(bytes prefix, bytes after, std::size_t limit, bool backwards = false) {
  return {"t", table::transcript, std::move(prefix), std::move(after), limit, backwards};
}

TEST(overlay, finds_the_newest_record_of_a_row) {
  overlay tail;
  EXPECT_EQ(tail.find("t", table::outbox, "a"), nullptr);
  tail.add(row(1, {put(table::outbox, "a", "1")}));
  tail.add(row(2, {put(table::outbox, "a", "2"), put(table::delivery, "a", "x")}));
  EXPECT_EQ(tail.find("t", table::outbox, "a")->value, "2");
  EXPECT_EQ(tail.find("t", table::delivery, "a")->value, "x");
  EXPECT_EQ(tail.find("u", table::outbox, "a"), nullptr);
  tail.add(row(3, {erase(table::outbox, "a")}));
  ASSERT_NE(tail.find("t", table::outbox, "a"), nullptr);
  EXPECT_TRUE(tail.find("t", table::outbox, "a")->erase);
  EXPECT_TRUE(tail.all(table::outbox).empty());
  EXPECT_EQ(tail.rows(), 3U);
  EXPECT_EQ(tail.oldest_at(), 10);
}

TEST(overlay, drops_rows_but_keeps_what_newer_ones_say_about_the_same_key) {
  overlay tail;
  tail.add(row(1, {put(table::outbox, "a", "1"), put(table::outbox, "b", "1")}));
  tail.add(row(2, {put(table::outbox, "a", "2")}));
  tail.drop_through(1);
  EXPECT_EQ(tail.rows(), 1U);
  ASSERT_NE(tail.find("t", table::outbox, "a"), nullptr);
  EXPECT_EQ(tail.find("t", table::outbox, "a")->value, "2");
  EXPECT_EQ(tail.find("t", table::outbox, "b"), nullptr);
  tail.drop_through(1);
  EXPECT_EQ(tail.rows(), 1U);
  tail.drop_through(99);
  EXPECT_EQ(tail.rows(), 0U);
  EXPECT_EQ(tail.oldest_at(), 0);
  EXPECT_EQ(tail.find("t", table::outbox, "a"), nullptr);
}

TEST(overlay, knows_the_keys_of_its_rows_until_they_are_dropped) {
  overlay tail;
  auto r = row(1, {});
  r.key = event_key{5, {1, 2, 3}};
  tail.add(r);
  EXPECT_TRUE(tail.has_key(*r.key));
  EXPECT_FALSE(tail.has_key(event_key{6, r.key->hash}));
  tail.drop_through(1);
  EXPECT_FALSE(tail.has_key(*r.key));
}

TEST(overlay, hands_out_the_oldest_rows_for_folding) {
  overlay tail;
  for (std::uint64_t i = 1; i <= 5; ++i)
    tail.add(row(i, {}));
  const auto two = tail.oldest(2);
  ASSERT_EQ(two.size(), 2U);
  EXPECT_EQ(two[0].seq, 1U);
  EXPECT_EQ(two[1].seq, 2U);
  EXPECT_EQ(tail.oldest(100).size(), 5U);
}

TEST(overlay, merges_over_a_page_forwards) {
  overlay tail;
  tail.add(
      row(1, {put(table::transcript, "p2", "new"), erase(table::transcript, "p3"), put(table::transcript, "p9", "n"),
              put(table::transcript, "q1", "other prefix"), put(table::delivery, "p1", "other table")}));
  tail.add(row(2, {put(table::transcript, "p0", "other tenant")}, "u"));
  EXPECT_EQ(keys_of(tail.merge(query("p", "", 10), {stored("p1", "old"), stored("p2", "old"), stored("p3", "old")})),
            "p1=old p2=new p9=n ");
  EXPECT_EQ(keys_of(tail.merge(query("p", "p2", 10), {stored("p3", "old")})), "p9=n ");
  EXPECT_EQ(keys_of(tail.merge(query("p", "", 2), {stored("p1", "old"), stored("p2", "old")})), "p1=old p2=new ");
}

TEST(overlay, does_not_skip_rows_behind_a_full_page) {
  overlay tail;
  tail.add(row(1, {put(table::transcript, "p5", "n")}));
  // The tables had more than the page: p3 would come before p5, and only the next page may show them.
  EXPECT_EQ(keys_of(tail.merge(query("p", "", 2), {stored("p1", "o"), stored("p2", "o")})), "p1=o p2=o ");
}

TEST(overlay, merges_backwards) {
  overlay tail;
  tail.add(
      row(1, {put(table::transcript, "p4", "n"), erase(table::transcript, "p2"), put(table::transcript, "p0", "n")}));
  EXPECT_EQ(keys_of(tail.merge(query("p", "", 10, true), {stored("p3", "o"), stored("p2", "o"), stored("p1", "o")})),
            "p4=n p3=o p1=o p0=n ");
  EXPECT_EQ(keys_of(tail.merge(query("p", "p3", 10, true), {stored("p1", "o")})), "p1=o p0=n ");
  EXPECT_EQ(keys_of(tail.merge(query("p", "", 2, true), {stored("p3", "o"), stored("p1", "o")})), "p4=n p3=o ");
}

/// Whatever lies in tables and tail: going through all pages shows what one look at everything would.
TEST(overlay, pages_show_every_row_once_in_order) {
  std::mt19937 dice(20'240'607);
  for (int round = 0; round < 300; ++round) {
    std::map<bytes, bytes> tables;
    std::map<bytes, bytes> truth;
    for (unsigned i = 0; i < dice() % 30; ++i)
      tables["p" + std::to_string(100 + dice() % 60)] = "o";
    truth = tables;
    overlay tail;
    for (unsigned i = 1; i < dice() % 20; ++i) {
      const auto key = "p" + std::to_string(100 + dice() % 60);
      if (dice() % 3 == 0) {
        tail.add(row(i, {erase(table::transcript, key)}));
        truth.erase(key);
      } else {
        tail.add(row(i, {put(table::transcript, key, "n")}));
        truth[key] = "n";
      }
    }
    const bool backwards = dice() % 2 == 0;
    const std::size_t limit = 1 + dice() % 7;
    std::vector<std::pair<bytes, bytes>> expected(truth.begin(), truth.end());
    if (backwards)
      std::reverse(expected.begin(), expected.end());
    std::vector<std::pair<bytes, bytes>> seen;
    bytes after;
    for (int pages = 0; pages < 200; ++pages) {
      std::vector<std::pair<bytes, bytes>> candidates(tables.begin(), tables.end());
      if (backwards)
        std::reverse(candidates.begin(), candidates.end());
      std::vector<stored_value> page;
      for (const auto& [key, value] : candidates)
        if ((after.empty() || (backwards ? key < after : key > after)) && page.size() < limit)
          page.push_back(stored(key, value));
      const bool table_is_done = page.size() < limit;
      const auto last = page.empty() ? bytes{} : page.back().key;
      const auto merged = tail.merge(query("p", after, limit, backwards), std::move(page));
      EXPECT_LE(merged.size(), limit);
      for (const auto& value : merged)
        seen.emplace_back(value.key, value.value);
      if (merged.size() < limit && table_is_done)
        break;
      // A page that the tail's erasures made short goes on behind what the tables showed.
      after = merged.size() < limit ? last : merged.back().key;
    }
    EXPECT_EQ(seen, expected) << "round " << round;
  }
}

} // namespace
} // namespace wakala::runtime
