#include "bench/store/backend.hpp"
#include "bench/store/drive.hpp"
#include "bench/store/prefill.hpp"
#include "bench/store/recording.hpp"
#include "bench/store/repeat.hpp"
#include "persistence/memory/memory_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
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
    std::size_t at = 0;
    std::size_t keys = 0;
    std::map<shard_id, std::uint64_t> last;
    while (at < r.rows.size()) { // in two parts
      const auto first = at;
      const auto plan = make_script(r, first, r.rows.size() / 2 + 1, size, size);
      for (const auto& batch : plan.batches) {
        EXPECT_LE(batch.rows.size(), size);
        for (const auto& row : batch.rows)
          EXPECT_EQ(row, r.rows[at++]);
        keys += batch.keys.size();
      }
      EXPECT_EQ(plan.rows, at - first);
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
      EXPECT_EQ(folded, plan.rows);
    }
    EXPECT_EQ(keys, r.keys.size());
  }
  EXPECT_EQ(make_script(r, 10, 100, 64, 500).rows, 100U);
  EXPECT_EQ(make_script(r, r.rows.size(), 100, 64, 500).rows, 0U);
}

/// The state of each conversation of the recording.
std::vector<std::optional<bytes>> states(persistence::store& in) {
  std::vector<std::optional<bytes>> all;
  for (const auto& k : small_recording().keys) {
    const bytes name(reinterpret_cast<const char*>(k.key.conversation.bytes.data()), 16);
    all.push_back(in.get(k.key.tenant, persistence::table::conversation, name).value());
    EXPECT_TRUE(all.back());
    EXPECT_EQ(in.conversation_key(k.key.tenant, k.key.conversation).value(), k.key.wrapped);
  }
  return all;
}

TEST(store_driver, leaves_the_same_tables_whether_folds_come_after_or_beside) {
  const auto& r = small_recording();
  std::vector<std::vector<std::optional<bytes>>> found;
  for (const bool beside : {false, true}) {
    const auto store = persistence::make_memory_store(r.shards);
    auto driver = store_driver::take(*store);
    ASSERT_TRUE(driver);
    const auto half = r.rows.size() / 2 + 1;
    for (std::size_t first = 0; first < r.rows.size(); first += half) {
      auto plan = make_script(r, first, half, 16, 50);
      driver->adopt(plan);
      if (beside) {
        const auto both = driver->append_and_fold(plan);
        ASSERT_TRUE(both) << both.error().what;
        EXPECT_EQ(both->appends.rows, plan.rows);
        EXPECT_EQ(both->appends.call_ns.count(), plan.batches.size());
        EXPECT_EQ(both->folds.call_ns.count(), plan.slices.size());
        EXPECT_LE(both->folds.rows, plan.rows);
      } else {
        const auto appends = driver->append_all(plan);
        ASSERT_TRUE(appends) << appends.error().what;
        EXPECT_GT(appends->rows_per_s(), 0);
        EXPECT_EQ(appends->call_ns.count(), plan.batches.size());
        const auto folds = driver->fold_all(plan);
        ASSERT_TRUE(folds) << folds.error().what;
        EXPECT_EQ(folds->call_ns.count(), plan.slices.size());
      }
    }
    EXPECT_TRUE(driver->is_complete().value());
    found.push_back(states(*store));
  }
  EXPECT_EQ(found[0], found[1]);
}

TEST(store_driver, sees_what_is_missing) {
  const auto& r = small_recording();
  const auto store = persistence::make_memory_store(r.shards);
  auto driver = store_driver::take(*store);
  ASSERT_TRUE(driver);
  auto plan = make_script(r, 0, r.rows.size(), 16, 50);
  driver->adopt(plan);
  ASSERT_TRUE(driver->append_all(plan));
  EXPECT_FALSE(driver->is_complete().value()); // nothing is folded
}

TEST(store_driver, a_shard_that_somebody_else_took_stops_it) {
  const auto& r = small_recording();
  for (const bool beside : {false, true}) {
    const auto store = persistence::make_memory_store(r.shards);
    auto driver = store_driver::take(*store);
    ASSERT_TRUE(driver);
    auto plan = make_script(r, 0, r.rows.size(), 16, 50);
    driver->adopt(plan);
    for (shard_id shard = 0; shard < r.shards; ++shard)
      ASSERT_TRUE(store->open_shard(shard));
    const auto code = beside ? driver->append_and_fold(plan).error().code : driver->append_all(plan).error().code;
    EXPECT_EQ(code, errc::fenced);
  }
}

TEST(store_prefill, makes_conversations_that_nobody_else_has) {
  const auto& r = small_recording();
  std::mt19937_64 random(1);
  const auto& before = r.rows[r.keys[3].row];
  const auto after = another_conversation(r, 3, random);
  EXPECT_NE(after.conversation, before.conversation);
  EXPECT_NE(after.key, before.key);
  EXPECT_EQ(after.tenant, before.tenant);
  ASSERT_EQ(after.personal.size(), before.personal.size());
  const std::string_view id(reinterpret_cast<const char*>(after.conversation.bytes.data()), 16);
  std::size_t of_the_conversation = 0;
  for (std::size_t i = 0; i < after.personal.size(); ++i) {
    EXPECT_EQ(after.personal[i].value, before.personal[i].value);
    EXPECT_NE(after.personal[i].key, before.personal[i].key);
    EXPECT_EQ(after.personal[i].key.size(), before.personal[i].key.size());
    of_the_conversation += after.personal[i].key.starts_with(id) ? 1 : 0;
  }
  EXPECT_GT(of_the_conversation, 0U);

  const auto store = persistence::make_memory_store(r.shards);
  auto driver = store_driver::take(*store);
  ASSERT_TRUE(driver);
  std::uint64_t told = 0;
  ASSERT_TRUE(prefill(*driver, r, 700, [&](std::uint64_t so_far) { told = so_far; }));
  EXPECT_EQ(told, 700U);
  std::set<conversation_id> there;
  for (shard_id shard = 0; shard < r.shards; ++shard)
    for (const auto& row : store->journal(shard, 0, 10'000).value()) {
      EXPECT_TRUE(there.insert(row.conversation).second);
      EXPECT_TRUE(store->conversation_key(row.tenant, row.conversation).value());
    }
  EXPECT_EQ(there.size(), 700U);
  EXPECT_TRUE(driver->is_complete().value());
}

TEST(store_backends, are_named_plainly) {
  ASSERT_TRUE(find_backend("sqlite"));
  const auto missing = find_backend("mysql");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, errc::not_found);
  EXPECT_EQ(missing.error().field, "--backend");
  EXPECT_TRUE(missing.error().what.starts_with("there is no store mysql here; there is: sqlite"))
      << missing.error().what;
}

TEST(store_repeat, measures_every_figure_and_finds_a_store_that_lies) {
  std::string directory = (std::filesystem::temp_directory_path() / "store-XXXXXX").string();
  ASSERT_NE(::mkdtemp(directory.data()), nullptr);
  store_plan plan;
  plan.directory = directory + "/store";
  plan.conversations = 100;
  auto honest = find_backend("sqlite").value();
  recording few = small_recording(); // a sync for each row is waited for in here
  few.rows.resize(150);
  std::erase_if(few.keys, [&](const auto& k) { return k.row >= few.rows.size(); });
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
  EXPECT_EQ(lying.void_because, (std::vector<std::string>{"torn"}));
  std::filesystem::remove_all(directory);
}

} // namespace
} // namespace wakala::bench
