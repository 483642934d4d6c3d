#include "bench/store/backend.hpp"
#include "bench/store/drive.hpp"
#include "bench/store/recording.hpp"
#include "bench/store/repeat.hpp"
#include "persistence/memory/memory_store.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>

namespace wakala::bench {
namespace {

/// What 600 updates leave behind: made once, as it takes a node.
const recording& small_recording() {
  static const recording made = [] {
    recording_options options;
    options.who = {8, 50, 0.99, 5};
    options.updates = 600;
    options.shards = 4;
    return record(options).value();
  }();
  return made;
}

TEST(store_recording, holds_whole_shards_in_order_and_each_key_once) {
  const auto& r = small_recording();
  EXPECT_EQ(r.updates, 600U);
  EXPECT_GE(r.rows.size(), 600U - 12); // 1 % of updates are repeats
  EXPECT_GT(r.records_per_row(), 1);
  EXPECT_GT(r.bytes_per_row(), 100);
  std::map<shard_id, std::uint64_t> last;
  std::set<event_key> events;
  for (const auto& row : r.rows) {
    EXPECT_EQ(row.seq, ++last[row.shard]);
    if (row.key) {
      EXPECT_TRUE(events.insert(*row.key).second);
    }
  }
  EXPECT_GT(last.size(), 1U);
  EXPECT_GT(events.size(), 500U);
  std::set<std::pair<tenant_id, conversation_id>> keys;
  std::size_t before = 0;
  for (const auto& k : r.keys) {
    EXPECT_TRUE(keys.emplace(k.key.tenant, k.key.conversation).second);
    EXPECT_EQ(r.rows[k.row].conversation, k.key.conversation);
    EXPECT_GE(k.row, before);
    EXPECT_FALSE(k.key.wrapped.empty());
    before = k.row;
  }
  EXPECT_GT(keys.size(), 20U);
}

TEST(store_script, gives_every_row_once_to_appends_and_folds) {
  const auto& r = small_recording();
  for (const std::size_t size : {1U, 7U, 64U, 100'000U}) {
    const auto plan = make_script(r, size, size);
    std::size_t at = 0;
    std::size_t keys = 0;
    for (const auto& batch : plan.batches) {
      EXPECT_LE(batch.rows.size(), size);
      for (const auto& row : batch.rows)
        EXPECT_EQ(row, r.rows[at++]);
      keys += batch.keys.size();
    }
    EXPECT_EQ(at, r.rows.size());
    EXPECT_EQ(keys, r.keys.size());
    std::map<shard_id, std::uint64_t> last;
    std::size_t folded = 0;
    for (const auto& slice : plan.slices) {
      EXPECT_LE(slice.rows.size(), size);
      for (const auto& row : slice.rows) {
        EXPECT_EQ(row.shard, slice.shard);
        EXPECT_EQ(row.seq, ++last[row.shard]);
        ++folded;
      }
      const auto& batch = plan.batches.at(slice.after - 1).rows; // the one that makes it complete
      EXPECT_NE(std::find(batch.begin(), batch.end(), slice.rows.back()), batch.end());
    }
    EXPECT_EQ(folded, r.rows.size());
  }
  EXPECT_EQ(make_script(r, 64, 500, 100).rows, 100U);
}

TEST(store_driver, leaves_the_same_tables_whether_folds_come_after_or_beside) {
  const auto& r = small_recording();
  std::vector<std::unique_ptr<persistence::store>> stores;
  for (const bool beside : {false, true}) {
    stores.push_back(persistence::make_memory_store(r.shards));
    auto plan = make_script(r, 16, 50);
    EXPECT_FALSE(store_driver::take(*stores.back(), plan)->is_complete().value());
    auto driver = store_driver::take(*stores.back(), plan); // anew: asking took the shards away
    ASSERT_TRUE(driver);
    if (beside) {
      const auto both = driver->append_and_fold();
      ASSERT_TRUE(both) << both.error().what;
      EXPECT_EQ(both->appends.rows, r.rows.size());
      EXPECT_EQ(both->appends.call_ns.count(), plan.batches.size());
      EXPECT_EQ(both->folds.call_ns.count(), plan.slices.size());
      EXPECT_LE(both->folds.rows, r.rows.size());
    } else {
      const auto appends = driver->append_all();
      ASSERT_TRUE(appends) << appends.error().what;
      EXPECT_GT(appends->rows_per_s(), 0);
      EXPECT_EQ(appends->call_ns.count(), plan.batches.size());
      const auto folds = driver->fold_all();
      ASSERT_TRUE(folds) << folds.error().what;
      EXPECT_EQ(folds->call_ns.count(), plan.slices.size());
    }
    EXPECT_TRUE(driver->is_complete().value());
  }
  for (const auto& k : r.keys) {
    const bytes name(reinterpret_cast<const char*>(k.key.conversation.bytes.data()), 16);
    const auto first = stores[0]->get(k.key.tenant, persistence::table::conversation, name).value();
    EXPECT_TRUE(first);
    EXPECT_EQ(first, stores[1]->get(k.key.tenant, persistence::table::conversation, name).value());
    EXPECT_EQ(stores[1]->conversation_key(k.key.tenant, k.key.conversation).value(), k.key.wrapped);
  }
}

TEST(store_driver, a_shard_that_somebody_else_took_stops_it) {
  const auto& r = small_recording();
  for (const bool beside : {false, true}) {
    const auto store = persistence::make_memory_store(r.shards);
    auto plan = make_script(r, 16, 50);
    auto driver = store_driver::take(*store, plan);
    ASSERT_TRUE(driver);
    for (shard_id shard = 0; shard < r.shards; ++shard)
      ASSERT_TRUE(store->open_shard(shard));
    const auto code = beside ? driver->append_and_fold().error().code : driver->append_all().error().code;
    EXPECT_EQ(code, errc::fenced);
  }
}

TEST(store_backends, are_named_plainly) {
  ASSERT_TRUE(find_backend("sqlite"));
  const auto missing = find_backend("postgresql");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, errc::not_found);
  EXPECT_EQ(missing.error().field, "--backend");
  EXPECT_EQ(missing.error().what, "this build has no postgresql store; it has: sqlite");
}

TEST(store_repeat, measures_every_figure_and_finds_a_store_that_lies) {
  std::string directory = (std::filesystem::temp_directory_path() / "store-XXXXXX").string();
  ASSERT_NE(::mkdtemp(directory.data()), nullptr);
  store_plan plan;
  plan.directory = directory + "/store";
  auto honest = find_backend("sqlite").value();
  recording few = small_recording(); // a sync for each row is waited for in here
  few.rows.resize(150);
  report r;
  for (int repeat = 0; repeat < 2; ++repeat) {
    const auto done = measure_store(
        honest, plan, few, [](const std::string&) {}, r);
    ASSERT_TRUE(done) << done.error().what;
  }
  EXPECT_TRUE(r.void_because.empty()) << r.void_because.front();
  EXPECT_EQ(r.curves.size(), 2U);
  EXPECT_GT(r.figures.size(), 20U);
  for (const auto& f : r.figures) {
    EXPECT_EQ(f.values.size(), 2U) << f.name;
    if (f.name.find("rows_per_s") != std::string::npos && f.name != "beside_fold_rows_per_s") {
      EXPECT_GT(f.values.front(), 0) << f.name;
    }
  }
  EXPECT_FALSE(std::filesystem::exists(plan.directory));

  honest.verify = [](const std::string&) {
    return result<std::vector<std::string>>(std::vector<std::string>{"torn"});
  };
  report lying;
  ASSERT_TRUE(measure_store(
      honest, plan, few, [](const std::string&) {}, lying));
  EXPECT_EQ(lying.void_because, (std::vector<std::string>{"torn", "torn"}));
  std::filesystem::remove_all(directory);
}

} // namespace
} // namespace wakala::bench
