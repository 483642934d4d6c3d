#include "runtime/core/random.hpp"
#include "tests/persistence/support/store_kinds.hpp"

#include <map>

namespace wakala::persistence::testing {
namespace {

struct fold_property : ::testing::TestWithParam<std::uint64_t> {
  seeded_random random{GetParam()};

  record any_record(shard_id shard) {
    record r;
    r.where = all_tables[random.below(std::size(all_tables))];
    // Few keys, so that they meet again; a key belongs to one shard.
    r.key = std::to_string(shard) + ":" + std::to_string(random.below(12));
    r.erase = random.below(4) == 0;
    if (!r.erase) {
      r.value = bytes(random.below(200), static_cast<char>('a' + random.below(26)));
      r.due = random.below(3) == 0 ? static_cast<time_ms>(1 + random.below(1000)) : 0;
    }
    return r;
  }

  journal_row any_row(shard_id shard, std::uint64_t epoch, std::uint64_t seq) {
    auto row = commit(shard, epoch, seq);
    row.tenant = random.below(2) == 0 ? "duka" : "soko";
    for (std::uint64_t n = random.below(5); n > 0; --n)
      (random.below(2) == 0 ? row.personal : row.business).push_back(any_record(shard));
    if (random.below(3) != 0)
      row.key = key_of(static_cast<std::uint32_t>(random.below(3)), static_cast<std::uint8_t>(random.below(200)));
    return row;
  }
};

/// Random commits, folded in random slices, some of them twice, with restarts in between: the tables are what one
/// fold of the whole journal gives, and what a plain map says.
TEST_P(fold_property, any_slicing_gives_the_same_tables) {
  store_under_test tested(GetParam() % 3 == 0 ? store_kind::sqlite_one_file : store_kind::sqlite);
  constexpr shard_id shards = store_under_test::shards;
  std::vector<std::uint64_t> epochs(shards);
  std::vector<std::vector<journal_row>> journal(shards);
  std::vector<std::uint64_t> folded(shards);
  for (shard_id shard = 0; shard < shards; ++shard)
    epochs[shard] = tested->open_shard(shard).value().epoch;

  for (int round = 0; round < 120; ++round) {
    const auto shard = static_cast<shard_id>(random.below(shards));
    switch (random.below(10)) {
    case 0: {
      tested.reopen();
      const auto opened = tested->open_shard(shard).value();
      epochs[shard] = opened.epoch;
      ASSERT_EQ(opened.folded_seq, folded[shard]);
      ASSERT_EQ(rows_of(opened.tail),
                std::vector<journal_row>(journal[shard].begin() + static_cast<std::ptrdiff_t>(folded[shard]),
                                         journal[shard].end()));
      break;
    }
    case 1:
    case 2:
    case 3: {
      const std::uint64_t from = folded[shard] - random.below(std::min<std::uint64_t>(folded[shard], 3) + 1);
      const std::uint64_t count = random.below(journal[shard].size() - from + 1);
      const auto begin = journal[shard].begin() + static_cast<std::ptrdiff_t>(from);
      ASSERT_TRUE(tested->fold(shard, epochs[shard], {begin, begin + static_cast<std::ptrdiff_t>(count)}));
      folded[shard] = std::max(folded[shard], from + count);
      break;
    }
    default: {
      std::vector<journal_row> batch;
      for (std::uint64_t n = 1 + random.below(20); n > 0; --n) {
        const auto of = static_cast<shard_id>(random.below(shards));
        batch.push_back(any_row(of, epochs[of], journal[of].size() + 1));
        journal[of].push_back(batch.back());
      }
      ASSERT_TRUE(tested->append(batch, {}));
    }
    }
  }

  std::map<table, std::map<std::pair<tenant_id, bytes>, stored_value>> expected;
  std::size_t journal_rows = 0;
  for (shard_id shard = 0; shard < shards; ++shard) {
    journal_rows += journal[shard].size();
    for (std::uint64_t seq = 1; seq <= folded[shard]; ++seq) {
      const journal_row& row = journal[shard][static_cast<std::size_t>(seq - 1)];
      for (const auto* part : {&row.personal, &row.business})
        for (const record& r : *part) {
          expected[r.where].erase({row.tenant, r.key});
          if (!r.erase)
            expected[r.where][{row.tenant, r.key}] = {row.tenant, r.key, r.value, r.due};
        }
    }
  }
  for (const table t : all_tables)
    for (const char* tenant : {"duka", "soko"}) {
      std::vector<stored_value> values;
      for (const auto& [key, value] : expected[t])
        if (key.first == tenant)
          values.push_back(value);
      EXPECT_EQ(tested->range({tenant, t, "", "", 10'000, false}).value(), values) << table_name(t);
    }

  const auto again = rebuild_sqlite_store(tested.path()).value();
  EXPECT_TRUE(again.identical) << ::testing::PrintToString(again.differences);
  EXPECT_EQ(again.journal_rows, journal_rows);
  EXPECT_TRUE(verify_sqlite_store(tested.path()).value().good);
}

INSTANTIATE_TEST_SUITE_P(seeds, fold_property, ::testing::Range<std::uint64_t>(1, 9));

} // namespace
} // namespace wakala::persistence::testing
