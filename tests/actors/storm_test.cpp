#include "tests/actors/support/shop.hpp"

#include <random>

namespace wakala::actors::test {
namespace {

/// Everything at once, from a seed: posts, redeliveries, faults of the store, wrong answers of the Graph API,
/// restarts. What was acknowledged must be there once and in order at the end.
class storm : public shop_fixture, public ::testing::WithParamInterface<unsigned> {
protected:
  void TearDown() override { stop(); }

  struct letter {
    std::string id;
    nlohmann::json body;
    bool settled = false;
  };
  struct line {
    std::string tenant;
    std::string phone;
    std::deque<letter> all;
    std::vector<std::string> acknowledged; ///< in the order in which they were
  };
};

TEST_P(storm, loses_nothing_doubles_nothing_and_keeps_the_order) {
  std::mt19937 dice(GetParam());
  const auto below = [&](unsigned n) { return static_cast<unsigned>(dice() % n); };
  limits.conversation_idle = std::chrono::milliseconds{20};
  limits.live_conversations = 4;
  limits.graph_timeout = std::chrono::milliseconds{100};
  limits.ambiguous_grace = std::chrono::milliseconds{150};
  limits.webhook_deadline = std::chrono::milliseconds{1'500};
  std::atomic<unsigned> trouble{0};
  std::atomic<unsigned> turn{0};
  const auto stopped = stop_at_the_end();
  store->on_append([&](const auto&) {
    const auto n = turn++;
    if (n % 40 < trouble)
      return n % 2 == 0 ? fault::before : fault::after;
    return fault::none;
  });
  store->on_fold([&](shard_id) { return turn % 11 < trouble ? fault::after : fault::none; });
  graph->answer_with([&](const recorded_call& call, std::size_t number) -> std::optional<send_outcome> {
    switch (number % 9) {
    case 3:
      return of_kind(send_outcome::kind::unknown);
    case 5:
      return of_kind(send_outcome::kind::not_sent);
    case 7:
      return trouble > 0 ? std::nullopt : std::optional(accepted(call));
    default:
      return accepted(call);
    }
  });
  start();
  std::vector<line> lines;
  for (const auto* tenant : {"duka", "soko", "kiosk"}) {
    add_tenant(tenant);
    for (int i = 0; i < 3; ++i)
      lines.push_back({tenant, "25470000900" + std::to_string(i), {}, {}});
  }
  int made = 0;
  const auto deliver = [&](std::vector<std::pair<line*, std::size_t>> what, bool twice) {
    // One POST; its changes may be of several tenants and conversations. Each conversation's letters are in order.
    std::vector<change> changes;
    for (const auto& [where, index] : what) {
      change c{number_of(where->tenant), {}, {}, {}};
      c.messages.push_back(where->all[index].body);
      changes.push_back(std::move(c));
    }
    const auto body = webhook(changes);
    std::vector<std::future<outcomes>> answers;
    answers.push_back(post_later(body));
    if (twice)
      answers.push_back(post_later(body));
    for (auto& answer : answers) {
      ASSERT_EQ(answer.wait_for(patience), std::future_status::ready);
      const auto all = answer.get();
      ASSERT_EQ(all.size(), what.size());
      for (std::size_t i = 0; i < all.size(); ++i) {
        auto& [where, index] = what[i];
        if (is_settled(all[i]) && !std::exchange(where->all[index].settled, true))
          where->acknowledged.push_back(where->all[index].id);
      }
    }
  };
  for (int round = 0; round < 80; ++round) {
    trouble = round < 70 && round % 3 == 0 ? below(8) : 0;
    std::vector<std::pair<line*, std::size_t>> what;
    for (auto& l : lines) {
      // Like Meta, what was not acknowledged comes first, and the next is sent when the one before was acknowledged.
      std::size_t first_open = 0;
      while (first_open < l.all.size() && l.all[first_open].settled)
        ++first_open;
      if (first_open == l.all.size()) {
        if (below(3) != 0)
          continue;
        const auto id = "wamid." + std::to_string(made++);
        l.all.push_back({id, text_message(with_phone(l.phone), id, below(2) == 0 ? "hi" : "help", now()), false});
      }
      what.emplace_back(&l, first_open);
      if (below(4) == 0 && first_open > 0)
        what.emplace_back(&l, below(static_cast<unsigned>(first_open))); // an old copy
    }
    if (!what.empty())
      deliver(what, below(3) == 0);
    if (below(2) == 0) // a call always ends, if only by its timeout
      graph->release([](const recorded_call&) { return of_kind(send_outcome::kind::unknown); });
    if (HasFatalFailure())
      return;
    if (below(20) == 0) {
      stop();
      start();
    }
  }
  trouble = 0;
  graph->release([](const recorded_call&) { return of_kind(send_outcome::kind::unknown); });
  for (int again = 0; again < 200; ++again) {
    std::vector<std::pair<line*, std::size_t>> what;
    for (auto& l : lines)
      for (std::size_t i = 0; i < l.all.size(); ++i)
        if (!l.all[i].settled) {
          what.emplace_back(&l, i);
          break;
        }
    if (what.empty())
      break;
    deliver(what, false);
  }
  for (auto& l : lines) {
    for (const auto& x : l.all)
      EXPECT_TRUE(x.settled) << x.id;
    EXPECT_EQ(inbound_ids(l.tenant, l.phone), l.acknowledged) << l.tenant << " " << l.phone;
  }
  // Nothing went out twice unless its outcome had been unknown; nothing stays behind. Who got more messages than Meta
  // allows in a burst gets the rest by one in six seconds.
  for (auto& l : lines)
    EXPECT_TRUE(l.all.empty() || eventually([&] {
                  clock->advance(std::chrono::seconds{6});
                  return conversation_of(l.tenant, l.phone).at("outbox") == 0;
                }))
        << l.tenant;
  std::map<std::string, int> sent;
  for (const auto& call : graph->messages())
    ++sent[call.callback()];
  std::size_t replies = 0;
  for (auto& l : lines)
    for (const auto& m : transcript_of(l.tenant, l.phone))
      if (m.at("direction") == "out") {
        ++replies;
        const auto id = m.at("id").get<std::string>();
        EXPECT_GE(sent[id], 1) << id << " was never sent";
        EXPECT_LE(sent[id], m.at("attempts").get<int>()) << id;
      }
  EXPECT_EQ(sent.size(), replies) << "something left that no transcript knows";
}

INSTANTIATE_TEST_SUITE_P(seeds, storm, ::testing::Values(1U, 2U, 3U, 4U));

} // namespace
} // namespace wakala::actors::test
