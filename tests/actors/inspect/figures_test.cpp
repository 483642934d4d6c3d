// Sums and top lists of a table of actors that goes on changing.
#include "actors/inspect/figures_index.hpp"
#include "runtime/core/encoding.hpp"
#include "runtime/core/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>

namespace wakala::actors {
namespace {

using runtime::actor_kind;
using runtime::actor_table;

conversation_id id_of(std::uint64_t n) {
  conversation_id id;
  for (int i = 0; i < 8; ++i)
    id.bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>((n * 0x9E37'79B9'7F4A'7C15U) >> (8 * i));
  id.bytes[15] = 7;
  return id;
}

struct a_table : ::testing::Test {
  std::shared_ptr<actor_table> table = std::make_shared<actor_table>();
  figures_index index{table};
  std::vector<runtime::own_figures> rows;

  runtime::actor_figures& add(const char* tenant, shard_id shard, std::uint64_t n) {
    rows.emplace_back(table, actor_kind::conversation, table->number_of(tenant), shard, id_of(n));
    return *rows.back().get();
  }
  void add(const char* tenant, shard_id shard, std::uint64_t n, std::uint32_t messages, std::uint32_t bytes) {
    auto& row = add(tenant, shard, n);
    row.admitted_one();
    const auto now = monotonic_us();
    for (std::uint32_t i = 0; i < messages; ++i) {
      row.admitted_one();
      row.handled_one(now - 8, now - 3, now);
    }
    row.keeps(bytes);
  }
  /// Calls `each` with every row in use.
  template <class Each>
  void for_each_row(Each each) const {
    table->for_each_block([&](runtime::actor_chunk&, std::size_t, std::span<const runtime::actor_figures> block) {
      for (const auto& row : block)
        if (row.kind.load() != actor_kind::none)
          each(row);
    });
  }
  /// Every row, one by one.
  node_sums recounted() const {
    node_sums out;
    for_each_row([&](const runtime::actor_figures& row) {
      const auto one = seen(row);
      if (one.kind == actor_kind::service)
        out.services.push_back(one);
      else
        out.shards[one.shard].add(one.figures);
      if (one.kind == actor_kind::conversation || one.kind == actor_kind::tenant)
        out.tenants[{one.shard, one.name}].add(one.figures);
      out.all.add(one.figures);
    });
    return out;
  }
  /// Every row, one by one.
  conversations_seen looked_through(const conversation_wish& wish) const {
    conversations_seen out;
    for_each_row([&](const runtime::actor_figures& row) {
      if (!fits(row, wish, monotonic_us() / 1'000'000))
        return;
      ++out.total;
      if (!is_before_list(row, wish))
        out.first.push_back(seen(row));
    });
    std::sort(out.first.begin(), out.first.end(),
              [&](const seen_actor& a, const seen_actor& b) { return comes_first(a, b, wish.by); });
    out.first.resize(std::min(out.first.size(), wish.limit));
    return out;
  }
  static void expect_same(const actor_sums& a, const actor_sums& b) {
    EXPECT_EQ(a.actors, b.actors);
    EXPECT_EQ(a.messages, b.messages);
    EXPECT_EQ(a.handling_us, b.handling_us);
    EXPECT_EQ(a.waiting_us, b.waiting_us);
    EXPECT_EQ(a.mailbox, b.mailbox);
    EXPECT_EQ(a.bytes, b.bytes);
    EXPECT_GE(a.waiting_max_us, b.waiting_max_us) << "those that are gone count, too";
    EXPECT_GE(a.last_s, b.last_s);
  }
  template <class Key>
  static void expect_same(const std::map<Key, actor_sums>& a, const std::map<Key, actor_sums>& b) {
    ASSERT_EQ(a.size(), b.size());
    for (auto x = a.begin(), y = b.begin(); x != a.end(); ++x, ++y) {
      EXPECT_EQ(x->first, y->first);
      expect_same(x->second, y->second);
    }
  }
  void expect_true() {
    const auto sums = index.sums();
    const auto again = recounted();
    expect_same(sums.all, again.all);
    expect_same(sums.shards, again.shards);
    expect_same(sums.tenants, again.tenants);
    EXPECT_EQ(sums.services.size(), again.services.size());
    for (int order = 0; order <= static_cast<int>(actor_order::last_activity); ++order)
      for (const std::size_t limit : {0U, 1U, 20U, 5'000U})
        for (int filter = 0; filter < 6; ++filter) {
          conversation_wish wish;
          wish.by = static_cast<actor_order>(order);
          wish.limit = limit;
          if (filter == 1 || filter == 2)
            wish.tenant = table->number_of("duka");
          if (filter == 2 || filter == 3)
            wish.shard = 3;
          if (filter == 4)
            wish.mailbox_min = 2;
          if (filter == 5)
            wish.after = "8";
          const auto found = index.find(wish);
          const auto all = looked_through(wish);
          EXPECT_EQ(found.total, all.total);
          ASSERT_EQ(found.first.size(), all.first.size()) << order << " " << limit << " " << filter;
          for (std::size_t i = 0; i < found.first.size(); ++i)
            ASSERT_EQ(found.first[i].conversation, all.first[i].conversation)
                << order << " " << limit << " " << filter << " " << i;
        }
  }
};

TEST_F(a_table, is_summed_up_by_shard_and_tenant) {
  add("duka", 1, 1, 2, 100);
  add("duka", 1, 2, 3, 200);
  add("bidii", 2, 3, 5, 50);
  rows.emplace_back(table, actor_kind::shard, 0, 1);
  rows.back()->admitted_one();
  rows.emplace_back(table, actor_kind::tenant, table->number_of("duka"), 1);
  rows.emplace_back(table, actor_kind::service, table->number_of("folder"), 0);
  const auto sums = index.sums();
  EXPECT_EQ(sums.all.messages, 10U);
  EXPECT_EQ(sums.all.actors, 3U);
  EXPECT_EQ(sums.all.handling_us, 30U);
  EXPECT_EQ(sums.all.waiting_us, 50U);
  EXPECT_EQ(sums.all.waiting_max_us, 5U);
  EXPECT_EQ(sums.shards.at(1).mailbox, 3U);
  EXPECT_EQ(sums.shards.at(1).bytes, 300U);
  EXPECT_EQ((sums.tenants.at({1, *table->known("duka")}).messages), 5U);
  EXPECT_EQ((sums.tenants.at({1, *table->known("duka")}).actors), 2U);
  EXPECT_EQ(sums.services.size(), 1U);
  rows.clear();
  EXPECT_EQ(index.sums().all.messages, 0U) << "rows are given back";
  EXPECT_TRUE(index.sums().shards.empty());
  add("soko", 3, 9, 1, 1);
  EXPECT_EQ(table->rows(), 6U) << "and used again";
  EXPECT_EQ(index.sums().all.actors, 1U);
}

TEST_F(a_table, gives_the_most_of_something) {
  for (std::uint8_t n = 0; n < 100; ++n)
    add(n % 2 == 0 ? "duka" : "bidii", n % 4, n, (n * 37U) % 101U, 1'000U - n);
  conversation_wish wish;
  EXPECT_TRUE(wish.wants_all());
  wish.by = actor_order::messages;
  wish.limit = 5;
  const auto top = index.find(wish);
  EXPECT_EQ(top.total, 100U);
  ASSERT_EQ(top.first.size(), 5U);
  for (std::size_t i = 1; i < top.first.size(); ++i)
    EXPECT_GE(top.first[i - 1].figures.messages, top.first[i].figures.messages);
  EXPECT_EQ(top.first.front().figures.messages, 100U);
  wish.by = actor_order::bytes;
  wish.tenant = table->known("bidii");
  EXPECT_FALSE(wish.wants_all());
  EXPECT_EQ(index.find(wish).first.front().figures.bytes, 999U);
  EXPECT_EQ(index.find(wish).total, 50U);
  auto one = wish;
  one.only = id_of(7);
  EXPECT_EQ(index.find(one).total, 1U);
  EXPECT_EQ(index.find(one).first.front().conversation, id_of(7));
  one.only = id_of(8); // of another tenant
  EXPECT_EQ(index.find(one).total, 0U);
  one.only.reset();
  one.part = to_string(id_of(7)).substr(3, 20);
  EXPECT_EQ(index.find(one).total, 1U);
  wish.bytes_min = 950;
  EXPECT_EQ(index.find(wish).total, 25U);
  wish.idle_s_min = 1'000;
  EXPECT_EQ(index.find(wish).total, 0U);
}

TEST_F(a_table, is_kept_track_of_whatever_happens_to_it) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 dice(seed);
  const auto below = [&](std::size_t n) { return static_cast<std::uint32_t>(dice() % n); };
  const char* const tenants[] = {"duka", "bidii", "soko"};
  std::uint64_t ids = 0;
  for (int look = 0; look < 40; ++look) {
    for (auto steps = below(look % 4 == 0 ? 1'500 : 30); steps > 0; --steps) {
      const auto what = below(10);
      if (what < 4 || rows.empty()) {
        const auto kind = below(20);
        if (kind < 17)
          add(tenants[below(3)], below(4), ++ids, below(4), below(3'000));
        else
          rows.emplace_back(table,
                            kind == 17   ? actor_kind::service
                            : kind == 18 ? actor_kind::tenant
                                         : actor_kind::shard,
                            table->number_of(tenants[below(3)]), below(4));
        continue;
      }
      const auto at = below(rows.size());
      auto& row = *rows[at].get();
      if (what < 6) {
        std::swap(rows[at], rows.back());
        rows.pop_back();
      } else if (what == 6) {
        row.admitted_one();
      } else if (what == 7) {
        row.keeps(below(3'000));
      } else if (row.mailbox() > 0) {
        const auto now = monotonic_us();
        row.handled_one(now - 300 - below(500), now - below(300), now);
      }
    }
    expect_true();
    if (HasFailure())
      return;
  }
  EXPECT_GT(ids, 1'023U) << "more than a chunk";
}

TEST_F(a_table, a_second_index_begins_anew) {
  add("duka", 1, 1, 2, 100);
  EXPECT_EQ(index.sums().all.messages, 2U);
  index = figures_index(table);
  EXPECT_EQ(index.sums().all.messages, 2U);
}

TEST_F(a_table, nothing_that_is_written_while_somebody_looks_is_missed) {
  constexpr std::size_t actors = 3'000;
  for (std::size_t n = 0; n < actors; ++n)
    add("duka", static_cast<shard_id>(n % 4), n);
  std::atomic<bool> is_done{false};
  std::vector<std::thread> writers;
  for (std::size_t writer = 0; writer < 2; ++writer)
    writers.emplace_back([&, writer] {
      std::mt19937 dice(static_cast<unsigned>(writer));
      while (!is_done) {
        auto& row = *rows[(dice() % (actors / 2)) * 2 + writer].get();
        row.admitted_one();
        const auto now = monotonic_us();
        row.handled_one(now - 2, now - 1, now);
      }
    });
  for (int look = 0; look < 300; ++look)
    index.sums();
  is_done = true;
  for (auto& each : writers)
    each.join();
  index.sums(); // what was written during the last look is seen by the next but one at the latest
  expect_true();
}

} // namespace
} // namespace wakala::actors
