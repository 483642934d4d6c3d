// The pure parts of the inspection: names, stamps, merges, the chain.
#include "actors/inspect/actor_ids.hpp"
#include "actors/inspect/cluster_merge.hpp"
#include "actors/inspect/hop_view.hpp"
#include "actors/records/audit_chain.hpp"
#include "actors/tracing/hop_stamps.hpp"
#include "actors/tracing/recent_hops.hpp"
#include "runtime/core/random.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace wakala::actors {
namespace {

using nlohmann::json;

conversation_id id_of(std::uint8_t n) {
  conversation_id id;
  id.bytes[0] = n;
  id.bytes[15] = 7;
  return id;
}

TEST(actor_ids, are_read_back_as_they_were_written) {
  for (const auto& name : {actor_name{actor_name::sort::node, "a:b", {}, {}, 0, {}},
                           actor_name{actor_name::sort::service, "a:b", "reader_1", {}, 0, {}},
                           actor_name{actor_name::sort::shard, {}, {}, {}, 31, {}},
                           actor_name{actor_name::sort::tenant, {}, {}, "~system", 5, {}},
                           actor_name{actor_name::sort::conversation, {}, {}, "duka_1", 0, id_of(9)}})
    EXPECT_EQ(actor_name_from(to_string(name)).value(), name) << to_string(name);
  for (const auto* bad : {"", "node", "node:", "shard:x", "shard:", "tenant:duka", "tenant::5", "tenant:duka:x",
                          "conversation:duka:12", "conversation:duka", "service:a", "planet:a:b"})
    EXPECT_EQ(actor_name_from(bad).error().field, "id") << bad;
}

TEST(hop_stamps, fit_into_a_row_and_are_read_back) {
  seeded_random dice(7);
  for (int i = 0; i < 2'000; ++i) {
    hop_stamps s;
    const auto some = [&] {
      return static_cast<std::uint32_t>(dice.next_u64() >> (40U + dice.next_u64() % 24U)) % (1U << 21U);
    };
    s.origin = static_cast<std::uint32_t>(dice.next_u64());
    s.owner = static_cast<std::uint32_t>(dice.next_u64());
    s.received_at = 1'790'000'000'000 + static_cast<time_ms>(dice.next_u64() % 1'000'000);
    s.has_crossed = dice.next_u64() % 2 == 0;
    if (s.has_crossed)
      s.crossing_ms = some();
    for (auto* each : {&s.edge_us, &s.before_us, &s.shard_waiting_us, &s.shard_us, &s.tenant_waiting_us, &s.tenant_us,
                       &s.conversation_waiting_us, &s.conversation_us, &s.commit_waiting_us})
      *each = some();
    const auto text = to_bytes(s);
    EXPECT_LE(text.size(), hop_bytes_max);
    EXPECT_EQ(hop_stamps_from(text), s);
    EXPECT_FALSE(hop_stamps_from(std::string_view(text).substr(0, text.size() - 1)));
  }
  EXPECT_FALSE(hop_stamps_from(""));
  EXPECT_FALSE(hop_stamps_from(std::string(16, '\0'))) << "the form before";
}

TEST(hop_stamps, are_the_times_between_moments) {
  hop_times t;
  t.origin = node_mark("a");
  t.edge_us = 60;
  t.arrived = 1'000;
  t.shard_began = 1'030;
  t.shard_ended = 1'042;
  t.tenant_began = 1'050;
  t.tenant_ended = 1'070;
  t.conversation_began = 1'075;
  t.conversation_ended = 1'175;
  const auto s = stamps_of(t, 5, node_mark("b"), 1'200);
  EXPECT_EQ(s.shard_waiting_us, 30U);
  EXPECT_EQ(s.shard_us, 12U);
  EXPECT_EQ(s.tenant_waiting_us, 8U);
  EXPECT_EQ(s.tenant_us, 20U);
  EXPECT_EQ(s.conversation_waiting_us, 5U);
  EXPECT_EQ(s.conversation_us, 100U);
  EXPECT_EQ(s.commit_waiting_us, 25U);
  EXPECT_EQ(stamps_of({}, 0, node_mark("b"), 1'200).shard_us, 0U) << "of what no update has caused";
  t.conversation_began = t.arrived + 3'600'000'000ULL;
  EXPECT_LE(to_bytes(stamps_of(t, 5, 1, t.conversation_began + 1)).size(), hop_bytes_max) << "cut, not wrong";
}

TEST(hop_view, transit_is_the_round_trip_less_the_time_at_the_other_side) {
  persistence::journal_row row;
  row.shard = 3;
  row.conversation = id_of(1);
  hop_stamps s;
  s.origin = 1;
  s.owner = 2;
  s.received_at = 1'790'000'000'000;
  s.has_crossed = true;
  s.crossing_ms = 1;
  s.edge_us = 60;
  s.shard_us = 10;
  s.conversation_us = 100;
  const auto name = [](std::uint32_t mark) { return mark == 1 ? std::string("a") : std::string("b"); };
  recent_hop edge;
  edge.was_edge_here = true;
  edge.total_us = 1'500;
  edge.edge_us = 60;
  edge.away_us = 1'400;
  edge.answer_us = 40;
  recent_hop owner;
  owner.was_committed_here = true;
  owner.here_us = 1'000;
  owner.commit_us = 880;
  const auto told = hops_json(row, "duka", s, name, edge, owner);
  const auto& hops = told.at("hops");
  EXPECT_EQ(hops.at(1).at("hop"), "transit");
  EXPECT_EQ(hops.at(1).at("transit_us"), 400);
  EXPECT_EQ(hops.at(1).at("node"), "a");
  EXPECT_EQ(hops.at(1).at("to"), "b");
  std::int64_t sum = 0;
  for (const auto& hop : hops)
    for (const auto* part : {"waiting_us", "handling_us", "transit_us", "commit_us"})
      if (hop.contains(part))
        sum += hop.at(part).get<std::int64_t>();
  EXPECT_EQ(sum, told.at("total_us").get<std::int64_t>());
  const auto later = hops_json(row, "duka", s, name, std::nullopt, std::nullopt);
  EXPECT_EQ(later.at("complete"), false);
  EXPECT_EQ(later.at("hops").at(1).at("transit_us"), 1'000) << "by the clocks";
  EXPECT_EQ(later.at("hops").at(1).at("approximate"), true);
  EXPECT_EQ(hops_json(row, "duka", std::nullopt, name, edge, owner).at("hops"), json::array()) << "an older row";
}

TEST(recent_hops, remembers_both_ends_until_another_takes_the_place) {
  recent_hops memory(4);
  event_hash one{};
  one[0] = 1;
  memory.at_edge(one, 100, 10, 80, 10);
  memory.committed(one, 3, 17, 2, 70, 50);
  const auto both = memory.find(one);
  ASSERT_TRUE(both && both->was_edge_here && both->was_committed_here);
  EXPECT_EQ(both->seq, 17U);
  EXPECT_EQ(both->away_us, 80U);
  event_hash other = one;
  other[8] = 9; // the same place
  EXPECT_FALSE(memory.find(other));
  memory.at_edge(other, 1, 1, 1, 1);
  EXPECT_FALSE(memory.find(one));
  EXPECT_FALSE(memory.find(other)->was_committed_here) << "nothing of the one before";
}

TEST(post_latency, counts_each_post_once) {
  post_latency latency;
  for (const std::uint64_t us : {0U, 100U, 101U, 2'500'000U, 99'000'000U})
    latency.add(us);
  const auto counts = latency.counts();
  EXPECT_EQ(counts.front(), 2U);
  EXPECT_EQ(counts[1], 1U);
  EXPECT_EQ(counts[post_latency::bounds_us.size() - 1], 1U);
  EXPECT_EQ(counts.back(), 1U);
}

TEST(cluster_merge, pages_of_many_nodes_are_one_list) {
  std::map<std::string, json> parts;
  for (const auto* node : {"a", "b"})
    for (int n = 0; n < 5; ++n)
      parts[node]["actors"].push_back({{"id", "conversation:duka:" + std::string(31, 'a') + std::to_string(n)},
                                       {"messages", n * 2 + (node[0] == 'b' ? 1 : 0)}});
  for (auto& [node, part] : parts)
    part["total"] = 5;
  auto copy = parts;
  const auto first = actors_json(copy, {"c"}, actor_order::messages, 4, {}, 0);
  EXPECT_EQ(first.at("total"), 10);
  EXPECT_EQ(first.at("actors").at(0).at("messages"), 9);
  EXPECT_EQ(first.at("actors").at(3).at("messages"), 6);
  EXPECT_EQ(first.at("unreachable"), (json{"c"}));
  const auto next = page_cursor_from(first.at("next")).value();
  copy = parts;
  EXPECT_EQ(actors_json(copy, {}, actor_order::messages, 4, next, 0).at("actors").at(0).at("messages"), 5);
  for (const auto* bad : {"rank:", "rank:x", "rank:99999999", "x"})
    EXPECT_EQ(page_cursor_from(bad).error().field, "after") << bad;
}

TEST(audit_chain, breaks_where_it_was_touched) {
  std::vector<audit_entry> all;
  for (int i = 0; i < 5; ++i)
    all.push_back(next_entry(all.empty() ? nullptr : &all.back(), {{"who", "ops"}, {"n", i}}, 1'000 + i));
  const auto check = [](const std::vector<audit_entry>& entries) {
    audit_check c;
    for (const auto& entry : entries)
      if (!c.follows(audit_entry_from(to_text(entry)).value()))
        break;
    return c;
  };
  EXPECT_EQ(check(all).entries, 5U);
  EXPECT_FALSE(check(all).broken_at);
  auto changed = all;
  changed[2].what["who"] = "somebody else";
  EXPECT_EQ(check(changed).broken_at, 3U);
  changed[2].hash = hash_of(changed[2]);
  EXPECT_EQ(check(changed).broken_at, 4U) << "the next one knows";
  auto shorter = all;
  shorter.erase(shorter.begin() + 1);
  EXPECT_EQ(check(shorter).broken_at, 2U);
  EXPECT_FALSE(audit_entry_from("{}"));
}

} // namespace
} // namespace wakala::actors
