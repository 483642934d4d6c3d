#include "runtime/overlay.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
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

persistence::row_ptr row(std::uint64_t seq, std::vector<record> personal, tenant_id tenant = "t",
                         std::optional<event_key> key = std::nullopt) {
  journal_row r;
  r.seq = seq;
  r.key = key;
  r.tenant = std::move(tenant);
  r.at = static_cast<time_ms>(seq * 10);
  r.personal = std::move(personal);
  return std::make_shared<const journal_row>(std::move(r));
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
  const event_key key{5, {1, 2, 3}};
  tail.add(row(1, {}, "t", key));
  EXPECT_TRUE(tail.has_key(key.hash));
  EXPECT_FALSE(tail.has_key({1, 2, 4}));
  tail.add(row(2, {}, "t", key)); // whoever commits it twice: it is there until the last of them is gone
  tail.drop_through(1);
  EXPECT_TRUE(tail.has_key(key.hash));
  tail.drop_through(2);
  EXPECT_FALSE(tail.has_key(key.hash));
}

TEST(overlay, hands_out_rows_for_folding_without_copying_them) {
  overlay tail;
  std::vector<persistence::row_ptr> rows;
  for (std::uint64_t i = 3; i <= 7; ++i)
    tail.add(rows.emplace_back(row(i, {})));
  EXPECT_EQ(tail.after(0), rows);
  EXPECT_EQ(tail.after(2), rows);
  EXPECT_EQ(tail.after(5), (std::vector<persistence::row_ptr>{rows[3], rows[4]}));
  EXPECT_TRUE(tail.after(7).empty());
  EXPECT_TRUE(tail.after(99).empty());
}

TEST(overlay, knows_the_newest_of_several_records_of_one_row) {
  overlay tail;
  for (const auto where : persistence::all_tables) {
    tail.add(row(1, {put(where, "a", "1"), erase(where, "a"), put(where, "a", "2")}));
    EXPECT_EQ(tail.find("t", where, "a")->value, "2");
    tail.drop_through(1);
    EXPECT_EQ(tail.find("t", where, "a"), nullptr);
  }
}

/// Whatever the table is kept in, and however rows come, are replaced and go: it is what a plain map of the rows that
/// are left would say.
TEST(overlay, every_table_is_what_the_rows_left_say) {
  std::mt19937 dice(7);
  overlay tail;
  std::deque<persistence::row_ptr> left;
  std::uint64_t seq = 0;
  const auto some_key = [&] {
    event_key key;
    key.hash = {};
    key.hash[0] = static_cast<std::uint8_t>(dice() % 16);
    return key;
  };
  // Ascending. All but the first belong to one conversation, and three of these have the same number behind it.
  const bytes of_one(16, 'k');
  const bytes numbered = of_one + bytes{0, 0, 0, 0, 0, 0, 0, 1};
  const std::vector<bytes> keys{
      "k", of_one, numbered, numbered + "a", numbered + "b", of_one + bytes{0, 0, 0, 0, 0, 0, 1}};
  for (int round = 0; round < 6000; ++round) {
    if (dice() % 3 != 0) {
      std::vector<record> records;
      for (auto n = dice() % 5; n > 0; --n) {
        const auto where = persistence::all_tables[dice() % std::size(persistence::all_tables)];
        const auto& key = keys[dice() % keys.size()];
        records.push_back(dice() % 4 == 0 ? erase(where, key) : put(where, key, std::to_string(dice())));
      }
      tail.add(left.emplace_back(row(++seq, std::move(records), dice() % 2 == 0 ? "t" : "u", some_key())));
    } else if (dice() % 2 == 0) {
      const auto from = seq - dice() % 4; // a fold begins, which may fail or end behind another's
      const auto first = std::find_if(left.begin(), left.end(), [&](const auto& r) { return r->seq > from; });
      ASSERT_EQ(tail.after(from), (std::vector<persistence::row_ptr>{first, left.end()}));
    } else {
      const auto upto = seq - dice() % 8;
      while (!tail.drop_through(upto, 1 + dice() % 4)) {
      }
      while (!left.empty() && left.front()->seq <= upto)
        left.pop_front();
    }
    const auto where = persistence::all_tables[dice() % std::size(persistence::all_tables)];
    std::map<std::pair<tenant_id, bytes>, const record*> truth;
    for (const auto& r : left)
      for (const auto& change : r->personal)
        if (change.where == where)
          truth[{r->tenant, change.key}] = &change;
    std::string expected;
    std::string expected_of_one;
    for (const auto* tenant : {"t", "u"})
      for (const auto& key : keys) {
        const auto known = truth.find({tenant, key});
        ASSERT_EQ(tail.find(tenant, where, key), known == truth.end() ? nullptr : known->second);
        if (std::string_view(tenant) == "t" && known != truth.end() && !known->second->erase)
          (key == "k" ? expected : expected_of_one) += key + "=" + known->second->value + " ";
      }
    expected += expected_of_one;
    ASSERT_EQ(keys_of(tail.merge({"t", where, of_one, "", 100, false}, {})), expected_of_one);
    ASSERT_EQ(keys_of(tail.merge({"t", where, "k", "", 100, false}, {})), expected);
    ASSERT_EQ(tail.all(where).size(),
              std::count_if(truth.begin(), truth.end(), [](const auto& at) { return !at.second->erase; }));
    ASSERT_EQ(tail.rows(), left.size());
    const auto hash = some_key().hash;
    ASSERT_EQ(tail.has_key(hash),
              std::any_of(left.begin(), left.end(), [&](const auto& r) { return r->key->hash == hash; }));
  }
}

TEST(overlay, what_a_fold_took_is_forgotten_at_once_and_its_rows_bit_by_bit) {
  overlay tail;
  for (std::uint64_t i = 1; i <= 4; ++i)
    tail.add(row(i, {put(table::outbox, "k" + std::to_string(i), "old"), put(table::delivery, "same", "old")}));
  EXPECT_EQ(tail.after(0).size(), 4U);
  tail.add(row(5, {put(table::delivery, "same", "new")}));
  EXPECT_FALSE(tail.drop_through(4, 1));
  EXPECT_EQ(tail.rows(), 4U);
  EXPECT_EQ(tail.find("t", table::outbox, "k3"), nullptr);
  EXPECT_TRUE(tail.all(table::outbox).empty());
  EXPECT_EQ(tail.find("t", table::delivery, "same")->value, "new");
  EXPECT_TRUE(tail.drop_through(4));
  EXPECT_EQ(tail.rows(), 1U);
  EXPECT_EQ(tail.find("t", table::delivery, "same")->value, "new");
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
