#include "tests/persistence/support/store_kinds.hpp"

#include <atomic>
#include <limits>
#include <thread>

namespace wakala::persistence::testing {
namespace {

constexpr auto newest = std::numeric_limits<std::uint32_t>::max();

struct store_contract : ::testing::TestWithParam<store_kind> {
  store_under_test tested{GetParam()};

  std::uint64_t open(shard_id shard) { return tested->open_shard(shard).value().epoch; }

  /// Appends and folds rows of one shard from its present end on.
  void fold_in(shard_id shard, std::vector<std::vector<record>> steps) {
    const auto opened = tested->open_shard(shard).value();
    std::vector<journal_row> rows = rows_of(opened.tail);
    std::uint64_t seq = opened.last_seq;
    std::vector<journal_row> batch;
    for (auto& records : steps)
      batch.push_back(commit(shard, opened.epoch, ++seq, std::move(records)));
    if (!batch.empty()) {
      ASSERT_EQ(tested->append(batch, {}).value(), committed(shard));
    }
    rows.insert(rows.end(), batch.begin(), batch.end());
    ASSERT_EQ(tested->fold(shard, opened.epoch, rows).value(), seq);
  }

  std::vector<bytes> keys(const range_query& query) {
    std::vector<bytes> out;
    for (const auto& value : tested->range(query).value())
      out.push_back(value.key);
    return out;
  }
};

TEST_P(store_contract, a_new_shard_is_empty) {
  EXPECT_EQ(tested->shard_count(), store_under_test::shards);
  const auto opened = tested->open_shard(1).value();
  EXPECT_GE(opened.epoch, 1U);
  EXPECT_EQ(opened.last_seq, 0U);
  EXPECT_EQ(opened.folded_seq, 0U);
  EXPECT_TRUE(opened.tail.empty());
}

TEST_P(store_contract, whoever_opens_a_shard_is_told_the_time_of_its_last_row) {
  EXPECT_EQ(tested->open_shard(1).value().last_at, 0);
  auto row = commit(1, open(1), 1);
  row.at = 1'700'000'000'123;
  ASSERT_EQ(tested->append({row}, {}).value(), committed(1));
  EXPECT_EQ(tested->open_shard(1).value().last_at, 1'700'000'000'123);
}

TEST_P(store_contract, a_shard_beyond_the_last_is_refused) {
  EXPECT_EQ(code_of(tested->open_shard(4)), errc::invalid_argument);
  EXPECT_EQ(code_of(tested->append({commit(4, 1, 1)}, {})), errc::invalid_argument);
  EXPECT_EQ(code_of(tested->fold(4, 1, {})), errc::invalid_argument);
  EXPECT_EQ(code_of(tested->journal(4, 0, 10)), errc::invalid_argument);
}

TEST_P(store_contract, rows_come_back_as_they_were_appended) {
  const auto epoch = open(2);
  auto full = commit(2, epoch, 1, {put(table::conversation, "key", "value", 5), erase(table::outbox, "gone")});
  full.key = key_of(473'000, 9);
  full.business = {put(table::figures, "f", "{}")};
  auto bare = commit(2, epoch, 2);
  bare.conversation = {};
  bare.hops.clear();
  ASSERT_EQ(tested->append({full, bare}, {}).value(), committed(2));
  EXPECT_EQ(tested->journal(2, 0, 10).value(), (std::vector<journal_row>{full, bare}));
  EXPECT_EQ(tested->journal(2, 1, 10).value(), std::vector<journal_row>{bare});
  EXPECT_EQ(tested->journal(2, 0, 1).value(), std::vector<journal_row>{full});
  EXPECT_TRUE(tested->journal(2, 2, 10).value().empty());
  EXPECT_TRUE(tested->journal(1, 0, 10).value().empty());
  tested.reopen();
  EXPECT_EQ(rows_of(tested->open_shard(2).value().tail), (std::vector<journal_row>{full, bare}));
}

TEST_P(store_contract, an_empty_batch_commits_nothing) {
  EXPECT_TRUE(tested->append(std::vector<row_ptr>{}, {}).value().empty());
}

TEST_P(store_contract, sequence_numbers_must_continue_without_a_gap) {
  const auto epoch = open(0);
  EXPECT_EQ(code_of(tested->append({commit(0, epoch, 2)}, {})), errc::invalid_argument);
  EXPECT_EQ(code_of(tested->append({commit(0, epoch, 0)}, {})), errc::invalid_argument);
  EXPECT_EQ(code_of(tested->append({commit(0, epoch, 1), commit(0, epoch, 3)}, {})), errc::invalid_argument);
  EXPECT_EQ(code_of(tested->append({commit(0, epoch, 1), commit(0, epoch, 1)}, {})), errc::invalid_argument);
  EXPECT_TRUE(tested->journal(0, 0, 10).value().empty());
  ASSERT_EQ(tested->append({commit(0, epoch, 1), commit(0, epoch, 2)}, {}).value(), committed(0));
  EXPECT_EQ(code_of(tested->append({commit(0, epoch, 2)}, {})), errc::invalid_argument);
  EXPECT_EQ(code_of(tested->append({commit(0, epoch, 4)}, {})), errc::invalid_argument);
  EXPECT_EQ(tested->append({commit(0, epoch, 3)}, {}).value(), committed(0));
}

TEST_P(store_contract, a_gap_in_one_shard_keeps_the_whole_batch_out) {
  const auto a = open(0);
  const auto b = open(1);
  const wrapped_key key{"duka", conversation(7), "wrapped"};
  EXPECT_EQ(code_of(tested->append({commit(0, a, 1), commit(1, b, 2)}, {key})), errc::invalid_argument);
  EXPECT_TRUE(tested->journal(0, 0, 10).value().empty());
  EXPECT_FALSE(tested->conversation_key("duka", conversation(7)).value());
}

TEST_P(store_contract, opening_fences_the_old_owner) {
  const auto old_epoch = open(0);
  ASSERT_EQ(tested->append({commit(0, old_epoch, 1)}, {}).value(), committed(0));
  const auto taken = tested->open_shard(0).value();
  EXPECT_GT(taken.epoch, old_epoch);
  EXPECT_EQ(taken.last_seq, 1U);
  EXPECT_EQ(tested->append({commit(0, old_epoch, 2)}, {}).value(), fenced(0));
  EXPECT_EQ(tested->journal(0, 0, 10).value().size(), 1U);
  EXPECT_EQ(tested->append({commit(0, taken.epoch, 2)}, {}).value(), committed(0));
  EXPECT_EQ(tested->append({commit(0, taken.epoch + 1, 3)}, {}).value(), fenced(0)); // nobody was given that epoch
}

TEST_P(store_contract, a_shard_nobody_opened_takes_no_rows) {
  EXPECT_EQ(tested->append({commit(3, 0, 1)}, {}).value(), fenced(3));
  EXPECT_EQ(tested->append({commit(3, 1, 1)}, {}).value(), fenced(3));
  EXPECT_EQ(code_of(tested->fold(3, 0, {commit(3, 0, 1)})), errc::fenced);
}

TEST_P(store_contract, epochs_rise_across_a_restart) {
  const auto before = open(0);
  tested.reopen();
  EXPECT_GT(open(0), before);
  EXPECT_EQ(tested->append({commit(0, before, 1)}, {}).value(), fenced(0));
}

TEST_P(store_contract, a_fenced_shard_does_not_hold_up_the_others) {
  const auto a = open(0);
  const auto b = open(1);
  const auto c = open(2);
  open(1);
  const auto out =
      tested->append({commit(2, c, 1), commit(1, b, 1), commit(0, a, 1), commit(2, c, 2), commit(1, b, 9)}, {});
  EXPECT_EQ(out.value(),
            (outcomes{{2, append_outcome::committed}, {1, append_outcome::fenced}, {0, append_outcome::committed}}));
  EXPECT_EQ(tested->journal(2, 0, 10).value().size(), 2U);
  EXPECT_EQ(tested->journal(0, 0, 10).value().size(), 1U);
  EXPECT_TRUE(tested->journal(1, 0, 10).value().empty());
}

TEST_P(store_contract, a_shard_with_one_stale_row_is_fenced_whole) {
  const auto old_epoch = open(0);
  const auto epoch = open(0);
  EXPECT_EQ(tested->append({commit(0, epoch, 1), commit(0, old_epoch, 2)}, {}).value(), fenced(0));
  EXPECT_TRUE(tested->journal(0, 0, 10).value().empty());
}

TEST_P(store_contract, keys_are_there_with_their_rows) {
  const auto epoch = open(0);
  ASSERT_EQ(tested->append({commit(0, epoch, 1)}, {{"duka", conversation(7), "first"}}).value(), committed(0));
  EXPECT_EQ(tested->conversation_key("duka", conversation(7)).value(), "first");
  EXPECT_FALSE(tested->conversation_key("other", conversation(7)).value());
  EXPECT_FALSE(tested->conversation_key("duka", conversation(8)).value());
  ASSERT_TRUE(tested->append({commit(0, epoch, 2)}, {{"duka", conversation(7), "second"}}));
  EXPECT_EQ(tested->conversation_key("duka", conversation(7)).value(), "second");
  tested.reopen();
  EXPECT_EQ(tested->conversation_key("duka", conversation(7)).value(), "second");
}

TEST_P(store_contract, a_fenced_owner_replaces_no_key) {
  const auto old_epoch = open(0);
  const auto epoch = open(0);
  const auto other = open(1);
  ASSERT_TRUE(tested->append({commit(0, epoch, 1)}, {{"duka", conversation(7), "good"}}));
  auto elsewhere = commit(1, other, 1);
  elsewhere.conversation = conversation(8);
  const auto out = tested->append({commit(0, old_epoch, 2), elsewhere},
                                  {{"duka", conversation(7), "stale"}, {"duka", conversation(8), "new"}});
  EXPECT_EQ(out.value(), (outcomes{{0, append_outcome::fenced}, {1, append_outcome::committed}}));
  EXPECT_EQ(tested->conversation_key("duka", conversation(7)).value(), "good");
  EXPECT_EQ(tested->conversation_key("duka", conversation(8)).value(), "new");
}

TEST_P(store_contract, opening_gives_the_unfolded_tail) {
  const auto epoch = open(0);
  const auto other = open(1);
  std::vector<journal_row> rows;
  for (std::uint64_t seq = 1; seq <= 6; ++seq) {
    rows.push_back(commit(0, epoch, seq, {put(table::conversation, "k" + std::to_string(seq), "v")}));
    ASSERT_TRUE(tested->append({rows.back(), commit(1, other, seq)}, {}));
  }
  ASSERT_EQ(tested->fold(0, epoch, {rows[0], rows[1]}).value(), 2U);
  for (int round = 0; round < 2; ++round) {
    for (int again = 0; again < 2; ++again) { // the second opening of a shard reads it in another way
      const auto opened = tested->open_shard(0).value();
      EXPECT_EQ(opened.last_seq, 6U);
      EXPECT_EQ(opened.folded_seq, 2U);
      EXPECT_EQ(rows_of(opened.tail), std::vector<journal_row>(rows.begin() + 2, rows.end()));
      EXPECT_EQ(tested->open_shard(1).value().tail.size(), 6U);
    }
    tested.reopen();
  }
}

TEST_P(store_contract, a_long_journal_is_found_again_from_any_place) {
  std::vector<std::uint64_t> epochs{open(0), open(1), open(2)};
  std::vector<std::uint64_t> seqs(3);
  for (int batch = 0; batch < 60; ++batch) {
    std::vector<journal_row> rows;
    for (int i = 0; i < 100; ++i) {
      const shard_id shard = i % 10 == 0 ? 2 : static_cast<shard_id>(i % 2);
      rows.push_back(commit(shard, epochs[shard], ++seqs[shard]));
    }
    ASSERT_TRUE(tested->append(rows, {}));
  }
  for (int round = 0; round < 2; ++round) {
    for (shard_id shard = 0; shard < 3; ++shard)
      for (const std::uint64_t after : {std::uint64_t{0}, seqs[shard] / 2, seqs[shard] - 1}) {
        const auto rows = tested->journal(shard, after, 50).value();
        ASSERT_EQ(rows.size(), std::min<std::uint64_t>(50, seqs[shard] - after));
        for (std::size_t i = 0; i < rows.size(); ++i)
          EXPECT_EQ(rows[i].seq, after + 1 + i);
      }
    tested.reopen();
  }
  const auto opened = tested->open_shard(2).value();
  EXPECT_EQ(opened.last_seq, seqs[2]);
  EXPECT_EQ(opened.tail.size(), seqs[2]);
}

TEST_P(store_contract, folding_makes_rows_readable) {
  fold_in(0, {{put(table::conversation, "a", "1"), put(table::transcript, "a", "text")}});
  EXPECT_EQ(tested->get("duka", table::conversation, "a").value(), "1");
  EXPECT_EQ(tested->get("duka", table::transcript, "a").value(), "text");
  EXPECT_FALSE(tested->get("duka", table::conversation, "b").value());
  EXPECT_FALSE(tested->get("other", table::conversation, "a").value());
  tested.reopen();
  EXPECT_EQ(tested->get("duka", table::conversation, "a").value(), "1");
}

TEST_P(store_contract, every_table_is_its_own) {
  std::vector<record> records;
  for (const table t : all_tables)
    records.push_back(put(t, "key", bytes(table_name(t))));
  fold_in(0, {records});
  for (const table t : all_tables)
    EXPECT_EQ(tested->get("duka", t, "key").value(), table_name(t));
}

TEST_P(store_contract, values_and_keys_are_any_bytes) {
  const bytes odd("\0'\xff\"\0", 5);
  const bytes large(3'000'000, 'x');
  fold_in(0, {{put(table::conversation, odd, odd), put(table::conversation, "", ""),
               put(table::transcript, "l", large)}});
  tested.reopen();
  EXPECT_EQ(tested->get("duka", table::conversation, odd).value(), odd);
  EXPECT_EQ(tested->get("duka", table::conversation, "").value(), "");
  EXPECT_EQ(tested->get("duka", table::transcript, "l").value(), large);
}

TEST_P(store_contract, the_last_change_of_a_key_counts) {
  fold_in(0, {{put(table::conversation, "a", "1"), put(table::conversation, "b", "1")},
              {put(table::conversation, "a", "2"), erase(table::conversation, "b")},
              {erase(table::conversation, "c"), put(table::conversation, "d", "1"), erase(table::conversation, "d"),
               put(table::conversation, "d", "2"), put(table::conversation, "a", "3")}});
  EXPECT_EQ(tested->get("duka", table::conversation, "a").value(), "3");
  EXPECT_FALSE(tested->get("duka", table::conversation, "b").value());
  EXPECT_EQ(tested->get("duka", table::conversation, "d").value(), "2");
}

TEST_P(store_contract, a_row_put_and_erased_in_one_fold_also_erases_what_was_stored) {
  fold_in(0, {{put(table::outbox, "a", "old", 5)}});
  fold_in(0, {{put(table::outbox, "a", "new", 9)}, {erase(table::outbox, "a")}});
  EXPECT_FALSE(tested->get("duka", table::outbox, "a").value());
  EXPECT_TRUE(tested->due(0, table::outbox, 100, 10).value().empty());
}

TEST_P(store_contract, within_a_row_business_follows_personal) {
  const auto epoch = open(0);
  auto row = commit(0, epoch, 1, {put(table::conversation, "a", "personal")});
  row.business = {put(table::conversation, "a", "business")};
  ASSERT_TRUE(tested->append({row}, {}));
  ASSERT_TRUE(tested->fold(0, epoch, {row}));
  EXPECT_EQ(tested->get("duka", table::conversation, "a").value(), "business");
}

TEST_P(store_contract, a_fold_may_be_repeated) {
  const auto epoch = open(0);
  const std::vector<journal_row> rows{commit(0, epoch, 1, {put(table::conversation, "a", "1")}),
                                      commit(0, epoch, 2, {put(table::conversation, "a", "2")}),
                                      commit(0, epoch, 3, {put(table::conversation, "b", "3")})};
  ASSERT_TRUE(tested->append(rows, {}));
  EXPECT_EQ(tested->fold(0, epoch, {rows[0], rows[1]}).value(), 2U);
  EXPECT_EQ(tested->fold(0, epoch, {rows[0]}).value(), 2U);
  EXPECT_EQ(tested->get("duka", table::conversation, "a").value(), "2");
  EXPECT_EQ(tested->fold(0, epoch, rows).value(), 3U);
  EXPECT_EQ(tested->fold(0, epoch, {}).value(), 3U);
  EXPECT_EQ(tested->get("duka", table::conversation, "a").value(), "2");
  EXPECT_EQ(tested->get("duka", table::conversation, "b").value(), "3");
}

TEST_P(store_contract, a_fold_must_follow_without_a_gap) {
  const auto epoch = open(0);
  const std::vector<journal_row> rows{commit(0, epoch, 1), commit(0, epoch, 2), commit(0, epoch, 3)};
  ASSERT_TRUE(tested->append(rows, {}));
  EXPECT_EQ(code_of(tested->fold(0, epoch, {rows[1]})), errc::invalid_argument);
  EXPECT_EQ(code_of(tested->fold(0, epoch, {rows[0], rows[2]})), errc::invalid_argument);
  EXPECT_EQ(code_of(tested->fold(0, epoch, {rows[1], rows[0]})), errc::invalid_argument);
  EXPECT_EQ(code_of(tested->fold(0, epoch, {commit(1, epoch, 1)})), errc::invalid_argument);
  EXPECT_EQ(tested->open_shard(0).value().folded_seq, 0U);
}

TEST_P(store_contract, an_old_owner_cannot_fold) {
  const auto old_epoch = open(0);
  const auto row = commit(0, old_epoch, 1, {put(table::conversation, "a", "1")});
  ASSERT_TRUE(tested->append({row}, {}));
  const auto epoch = open(0);
  EXPECT_EQ(code_of(tested->fold(0, old_epoch, {row})), errc::fenced);
  EXPECT_FALSE(tested->get("duka", table::conversation, "a").value());
  EXPECT_EQ(tested->fold(0, epoch, {row}).value(), 1U); // written under the old epoch, folded by its successor
  tested.reopen();
  EXPECT_EQ(code_of(tested->fold(0, old_epoch, {row})), errc::fenced);
}

TEST_P(store_contract, a_large_fold_is_applied_whole) {
  const auto epoch = open(0);
  std::vector<journal_row> rows;
  for (std::uint64_t seq = 1; seq <= 5'000; ++seq)
    rows.push_back(
        commit(0, epoch, seq, {put(table::conversation, "k" + std::to_string(seq % 700), std::to_string(seq))}));
  ASSERT_TRUE(tested->append(rows, {}));
  EXPECT_EQ(tested->fold(0, epoch, rows).value(), 5'000U);
  EXPECT_EQ(tested->get("duka", table::conversation, "k0").value(), "4900");
  EXPECT_EQ(tested->range({"duka", table::conversation, "", "", 10'000, false}).value().size(), 700U);
}

TEST_P(store_contract, several_shards_fold_together) {
  std::vector<fold_part> parts;
  for (shard_id shard = 0; shard < store_under_test::shards; ++shard) {
    const auto epoch = open(shard);
    const std::string key = "s" + std::to_string(shard);
    const auto rows =
        share({commit(shard, epoch, 1, {put(table::conversation, key, "1"), put(table::outbox, key, "x", 5)}),
               commit(shard, epoch, 2, {put(table::conversation, key, "2"), erase(table::outbox, key)})});
    ASSERT_TRUE(tested->append(rows, {}));
    parts.push_back({shard, epoch, rows});
  }
  std::swap(parts[0], parts[2]); // answers come in the order of the parts, whatever that is
  const auto reached = tested->fold(parts);
  ASSERT_EQ(reached.size(), parts.size());
  for (const auto& position : reached)
    EXPECT_EQ(position.value(), 2U);
  for (shard_id shard = 0; shard < store_under_test::shards; ++shard) {
    EXPECT_EQ(tested->get("duka", table::conversation, "s" + std::to_string(shard)).value(), "2");
    EXPECT_FALSE(tested->get("duka", table::outbox, "s" + std::to_string(shard)).value());
  }
  tested.reopen();
  for (shard_id shard = 0; shard < store_under_test::shards; ++shard)
    EXPECT_EQ(tested->open_shard(shard).value().folded_seq, 2U);
  EXPECT_TRUE(tested->fold(std::vector<fold_part>{}).empty());
}

TEST_P(store_contract, a_part_that_cannot_be_folded_does_not_hold_up_the_others) {
  const auto old_epoch = open(0);
  const auto b = open(1);
  const auto c = open(2);
  const auto rows_a = share({commit(0, old_epoch, 1, {put(table::conversation, "a", "1")})});
  const auto rows_b = share({commit(1, b, 1, {put(table::conversation, "b", "1")})});
  const auto rows_c = share({commit(2, c, 1), commit(2, c, 2, {put(table::conversation, "c", "2")})});
  for (const auto& rows : {rows_a, rows_b, rows_c})
    ASSERT_TRUE(tested->append(rows, {}));
  open(0);
  const auto reached = tested->fold({{0, old_epoch, rows_a}, {2, c, {rows_c[1]}}, {1, b, rows_b}, {9, 1, rows_b}});
  ASSERT_EQ(reached.size(), 4U);
  EXPECT_EQ(code_of(reached[0]), errc::fenced);
  EXPECT_EQ(code_of(reached[1]), errc::invalid_argument); // a gap
  EXPECT_EQ(reached[2].value(), 1U);
  EXPECT_EQ(code_of(reached[3]), errc::invalid_argument); // no such shard
  EXPECT_FALSE(tested->get("duka", table::conversation, "a").value());
  EXPECT_EQ(tested->get("duka", table::conversation, "b").value(), "1");
  EXPECT_FALSE(tested->get("duka", table::conversation, "c").value());
}

TEST_P(store_contract, parts_of_one_shard_are_folded_one_after_the_other) {
  const auto epoch = open(0);
  const auto rows = share({commit(0, epoch, 1, {put(table::conversation, "a", "1")}),
                           commit(0, epoch, 2, {put(table::conversation, "a", "2")}),
                           commit(0, epoch, 3, {put(table::conversation, "a", "3")})});
  ASSERT_TRUE(tested->append(rows, {}));
  const auto reached =
      tested->fold({{0, epoch, {rows[0]}}, {0, epoch, {rows[0], rows[1]}}, {0, epoch, {}}, {0, epoch, {rows[2]}}});
  ASSERT_EQ(reached.size(), 4U);
  EXPECT_EQ(reached[0].value(), 1U);
  EXPECT_EQ(reached[1].value(), 2U);
  EXPECT_EQ(reached[2].value(), 2U);
  EXPECT_EQ(reached[3].value(), 3U);
  EXPECT_EQ(tested->get("duka", table::conversation, "a").value(), "3");
}

TEST_P(store_contract, a_row_erased_long_after_it_was_written_is_gone) {
  // However many others come and go meanwhile, also across a restart.
  std::vector<std::vector<record>> steps(1);
  for (int i = 0; i < 5'000; ++i)
    steps[0].push_back(put(table::outbox, "k" + std::to_string(i), "v", 5));
  fold_in(0, steps);
  EXPECT_EQ(tested->due(0, table::outbox, 10, 10'000).value().size(), 5'000U);
  fold_in(0, {{erase(table::outbox, "k7")}});
  EXPECT_FALSE(tested->get("duka", table::outbox, "k7").value());
  steps = {{}};
  for (int i = 0; i < 5'000; ++i)
    if (i != 4'321)
      steps[0].push_back(erase(table::outbox, "k" + std::to_string(i)));
  fold_in(0, steps);
  EXPECT_EQ(tested->due(0, table::outbox, 10, 10'000).value().size(), 1U);
  tested.reopen();
  fold_in(0, {{erase(table::outbox, "k4321"), erase(table::outbox, "never there")}});
  EXPECT_TRUE(tested->due(0, table::outbox, 10, 10'000).value().empty());
}

TEST_P(store_contract, only_some_tables_are_asked_by_due_time) {
  for (const table t : all_tables) {
    if (has_due_rows(t))
      EXPECT_TRUE(tested->due(0, t, 1, 1)) << table_name(t);
    else
      EXPECT_EQ(code_of(tested->due(0, t, 1, 1)), errc::invalid_argument) << table_name(t);
  }
}

TEST_P(store_contract, ranges_page_in_both_directions) {
  fold_in(0, {{put(table::transcript, "a1", "1"), put(table::transcript, "a2", "2"),
               put(table::transcript, "a3", "3"), put(table::transcript, "a", "0"), put(table::transcript, "b1", "9"),
               put(table::transcript, bytes("a\xff"), "4"), put(table::transcript, bytes("a\xff\x01"), "5"),
               put(table::transcript, bytes("\xff\xff"), "6")}});
  using list = std::vector<bytes>;
  range_query q{"duka", table::transcript, "a", "", 3, false};
  EXPECT_EQ(keys(q), (list{"a", "a1", "a2"}));
  q.after = "a2";
  EXPECT_EQ(keys(q), (list{"a3", "a\xff", "a\xff\x01"}));
  q.after = "a\xff\x01";
  EXPECT_EQ(keys(q), list{});
  q = {"duka", table::transcript, "a", "", 3, true};
  EXPECT_EQ(keys(q), (list{"a\xff\x01", "a\xff", "a3"}));
  q.after = "a3";
  EXPECT_EQ(keys(q), (list{"a2", "a1", "a"}));
  q.after = "a";
  EXPECT_EQ(keys(q), list{});
  q = {"duka", table::transcript, "", "", 100, false};
  EXPECT_EQ(keys(q).size(), 8U);
  EXPECT_EQ(keys(q).back(), "\xff\xff");
  q.after = "b1";
  EXPECT_EQ(keys(q), list{"\xff\xff"});
  q = {"duka", table::transcript, "", "", 2, true};
  EXPECT_EQ(keys(q), (list{"\xff\xff", "b1"}));
  q = {"duka", table::transcript, "\xff", "", 10, false};
  EXPECT_EQ(keys(q), list{"\xff\xff"});
  q = {"duka", table::transcript, "a", "Z", 1, false}; // a cursor before the prefix does not widen it
  EXPECT_EQ(keys(q), list{"a"});
  q = {"duka", table::transcript, "a", "z", 1, true};
  EXPECT_EQ(keys(q), list{"a\xff\x01"});
  q = {"duka", table::transcript, "a", "z", 10, false};
  EXPECT_EQ(keys(q), list{});
  q.limit = 0;
  EXPECT_EQ(keys(q), list{});
  q = {"other", table::transcript, "", "", 10, false};
  EXPECT_EQ(keys(q), list{});
}

TEST_P(store_contract, ranges_stay_within_their_tenant_and_bring_everything) {
  const auto epoch = open(0);
  std::vector<journal_row> rows;
  std::uint64_t seq = 0;
  for (const char* tenant : {"duka", "duka2", "duk"}) {
    rows.push_back(commit(0, epoch, ++seq, {put(table::timer, "k", tenant, 42)}));
    rows.back().tenant = tenant;
  }
  ASSERT_TRUE(tested->append(rows, {}));
  ASSERT_TRUE(tested->fold(0, epoch, rows));
  for (const bool backwards : {false, true})
    EXPECT_EQ(tested->range({"duka", table::timer, "", "", 10, backwards}).value(),
              (std::vector<stored_value>{{"duka", "k", "duka", 42}}));
}

TEST_P(store_contract, due_rows_come_earliest_first) {
  fold_in(0,
          {{put(table::timer, "c", "3", 300), put(table::timer, "a", "1", 100), put(table::timer, "none", "0"),
            put(table::timer, "b", "2", 200), put(table::timer, "b2", "2", 200), put(table::outbox, "x", "9", 50)}});
  fold_in(1, {{put(table::timer, "other shard", "1", 1)}});
  using list = std::vector<stored_value>;
  EXPECT_EQ(tested->due(0, table::timer, 250, 10).value(),
            (list{{"duka", "a", "1", 100}, {"duka", "b", "2", 200}, {"duka", "b2", "2", 200}}));
  EXPECT_EQ(tested->due(0, table::timer, 300, 1).value(), (list{{"duka", "a", "1", 100}}));
  EXPECT_EQ(tested->due(0, table::timer, 300, 10).value().size(), 4U);
  EXPECT_TRUE(tested->due(0, table::timer, 99, 10).value().empty());
  fold_in(0, {{put(table::timer, "a", "1", 400), put(table::timer, "b", "2"), erase(table::timer, "b2")}});
  EXPECT_EQ(tested->due(0, table::timer, 1000, 10).value(), (list{{"duka", "c", "3", 300}, {"duka", "a", "1", 400}}));
}

TEST_P(store_contract, event_keys_are_known_once_folded) {
  const auto epoch = open(0);
  auto row = commit(0, epoch, 1);
  row.key = key_of(473'000, 1);
  ASSERT_TRUE(tested->append({row}, {}));
  EXPECT_FALSE(tested->has_event_key(0, *row.key).value());
  ASSERT_TRUE(tested->fold(0, epoch, {row}));
  EXPECT_TRUE(tested->has_event_key(0, *row.key).value());
  EXPECT_FALSE(tested->has_event_key(1, *row.key).value());
  EXPECT_FALSE(tested->has_event_key(0, key_of(473'001, 1)).value());
  EXPECT_FALSE(tested->has_event_key(0, key_of(473'000, 2)).value());
}

TEST_P(store_contract, a_folded_event_key_knows_about_when_it_was_committed) {
  const auto epoch = open(0);
  auto row = commit(0, epoch, 1);
  row.key = key_of(1'700'000'012, 1);
  row.at = 1'700'000'012'345;
  auto old = commit(0, epoch, 2);
  old.key = key_of(0, 2);
  old.at = row.at + 7;
  ASSERT_TRUE(tested->append({row, old}, {}));
  EXPECT_FALSE(tested->event_time(0, *row.key).value());
  ASSERT_TRUE(tested->fold(0, epoch, {row, old}));
  EXPECT_GE(tested->event_time(0, *row.key).value(), 1'700'000'012'000);
  EXPECT_LE(tested->event_time(0, *row.key).value(), row.at);
  EXPECT_EQ(tested->event_time(0, *old.key).value(), old.at) << "which no bucket tells";
  EXPECT_FALSE(tested->event_time(1, *row.key).value());
  EXPECT_FALSE(tested->event_time(0, key_of(1'700'000'013, 1)).value());
}

TEST_P(store_contract, the_journal_is_found_by_time) {
  std::vector<std::uint64_t> epochs{open(0), open(1), open(2)};
  std::vector<std::uint64_t> seqs(3);
  const time_ms began = 1'700'000'000'000;
  time_ms now = began;
  for (int batch = 0; batch < 60; ++batch) {
    std::vector<journal_row> rows;
    for (int i = 0; i < 50; ++i) {
      const shard_id shard = i % 10 == 0 ? 2 : static_cast<shard_id>(i % 2);
      rows.push_back(commit(shard, epochs[shard], ++seqs[shard]));
      rows.back().at = now;
      now += 400;
    }
    ASSERT_TRUE(tested->append(rows, {}));
  }
  for (int round = 0; round < 2; ++round) {
    for (shard_id shard = 0; shard < 3; ++shard)
      for (const auto from : {time_ms{0}, began, began + 300'001, began + 611'111, now - 2'000, now + 1}) {
        const auto all = tested->journal(shard, 0, 100'000).value();
        std::vector<std::uint64_t> expected;
        for (const auto& row : all)
          if (row.at >= from && expected.size() < 40)
            expected.push_back(row.seq);
        std::vector<std::uint64_t> found;
        for (const auto& row : tested->journal_since(shard, from, 40).value())
          found.push_back(row.seq);
        EXPECT_EQ(found, expected) << "shard " << shard << " from " << from - began;
      }
    tested.reopen();
  }
  EXPECT_FALSE(tested->journal_since(99, 0, 1));
}

TEST_P(store_contract, two_shards_may_hold_the_same_event_key) {
  for (const shard_id shard : {0U, 1U}) {
    const auto epoch = open(shard);
    auto row = commit(shard, epoch, 1);
    row.key = key_of(473'000, 1);
    ASSERT_TRUE(tested->append({row}, {}));
    ASSERT_TRUE(tested->fold(shard, epoch, {row}));
  }
  EXPECT_TRUE(tested->has_event_key(0, key_of(473'000, 1)).value());
  EXPECT_TRUE(tested->has_event_key(1, key_of(473'000, 1)).value());
}

TEST_P(store_contract, event_keys_are_listed_newest_first_and_expire) {
  const auto epoch = open(0);
  std::vector<journal_row> rows;
  const std::pair<std::uint32_t, time_ms> kept[] = {{100, 1}, {102, 2}, {101, 3}, {0, 1000}, {0, 2000}};
  std::uint8_t number = 0;
  for (const auto& [bucket, at] : kept) {
    rows.push_back(commit(0, epoch, rows.size() + 1));
    rows.back().key = key_of(bucket, ++number);
    rows.back().at = at;
  }
  ASSERT_TRUE(tested->append(rows, {}));
  ASSERT_TRUE(tested->fold(0, epoch, rows));
  using list = std::vector<event_key>;
  EXPECT_EQ(tested->event_keys(0, newest, 3).value(), (list{key_of(102, 2), key_of(101, 3), key_of(100, 1)}));
  EXPECT_EQ(tested->event_keys(0, newest, 100).value().size(), 5U);
  EXPECT_EQ(tested->event_keys(0, 101, 2).value(), (list{key_of(101, 3), key_of(100, 1)}));
  EXPECT_EQ(tested->event_keys(0, 0, 100).value(), (list{key_of(0, 5), key_of(0, 4)}));
  EXPECT_TRUE(tested->event_keys(1, newest, 100).value().empty());

  EXPECT_EQ(tested->drop_event_keys(101, 2000).value(), 2U);
  EXPECT_EQ(tested->event_keys(0, newest, 100).value(), (list{key_of(102, 2), key_of(101, 3), key_of(0, 5)}));
  EXPECT_EQ(tested->drop_event_keys(101, 2000).value(), 0U);
}

TEST_P(store_contract, tenants_are_kept_replaced_and_erased) {
  const tenant_row a{"a", 1, bytes("\0key", 4), "sealed", 1};
  const tenant_row b{"b", 2, "key", "", 7};
  ASSERT_TRUE(tested->put_tenant(b));
  ASSERT_TRUE(tested->put_tenant(a));
  EXPECT_EQ(tested->tenants().value(), (std::vector<tenant_row>{a, b}));
  auto changed = a;
  changed.version = 2;
  changed.config = "new";
  ASSERT_TRUE(tested->put_tenant(changed));
  tested.reopen();
  EXPECT_EQ(tested->tenants().value(), (std::vector<tenant_row>{changed, b}));
  ASSERT_TRUE(tested->erase_tenant("a"));
  ASSERT_TRUE(tested->erase_tenant("never there"));
  tested.reopen();
  EXPECT_EQ(tested->tenants().value(), std::vector<tenant_row>{b});
}

TEST_P(store_contract, erasing_a_tenant_takes_its_conversation_keys) {
  const auto epoch = open(0);
  auto others = commit(0, epoch, 2);
  others.tenant = "other";
  ASSERT_TRUE(tested->append({commit(0, epoch, 1), others},
                             {{"duka", conversation(7), "mine"}, {"other", conversation(7), "theirs"}}));
  ASSERT_TRUE(tested->erase_tenant("duka"));
  EXPECT_FALSE(tested->conversation_key("duka", conversation(7)).value());
  EXPECT_EQ(tested->conversation_key("other", conversation(7)).value(), "theirs");
}

TEST_P(store_contract, meta_is_kept) {
  EXPECT_FALSE(tested->get_meta("x").value());
  ASSERT_TRUE(tested->put_meta("x", bytes("\0one", 4)));
  ASSERT_TRUE(tested->put_meta("y", "two"));
  EXPECT_EQ(tested->get_meta("x").value(), bytes("\0one", 4));
  ASSERT_TRUE(tested->put_meta("x", "three"));
  tested.reopen();
  EXPECT_EQ(tested->get_meta("x").value(), "three");
  EXPECT_EQ(tested->get_meta("y").value(), "two");
}

TEST_P(store_contract, appends_folds_and_reads_go_on_beside_each_other) {
  constexpr std::uint64_t steps = 150;
  std::atomic<int> wrong{0};
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  for (shard_id shard = 0; shard < 3; ++shard)
    threads.emplace_back([&, shard] {
      const auto epoch = open(shard);
      for (std::uint64_t seq = 1; seq <= steps; ++seq) {
        const auto row =
            commit(shard, epoch, seq, {put(table::conversation, "s" + std::to_string(shard), std::to_string(seq))});
        const std::string key = "s" + std::to_string(shard);
        if (value_or(tested->append({row}, {})) != committed(shard) ||
            value_or(tested->fold(shard, epoch, {row})) != seq ||
            value_or(tested->get("duka", table::conversation, key)) != std::to_string(seq))
          ++wrong;
      }
    });
  threads.emplace_back([&] {
    while (!done.load())
      if (!tested->range({"duka", table::conversation, "", "", 10, false}) || !tested->event_keys(0, newest, 10))
        ++wrong;
  });
  for (std::size_t i = 0; i < 3; ++i)
    threads[i].join();
  done.store(true);
  threads.back().join();
  EXPECT_EQ(wrong, 0);
  for (shard_id shard = 0; shard < 3; ++shard)
    EXPECT_EQ(tested->open_shard(shard).value().folded_seq, steps);
}

INSTANTIATE_TEST_SUITE_P(stores, store_contract, ::testing::ValuesIn(kinds_under_contract()),
                         [](const auto& one) { return name_of(one.param); });

} // namespace
} // namespace wakala::persistence::testing
