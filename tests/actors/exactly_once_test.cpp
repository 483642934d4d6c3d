#include "runtime/shard_map.hpp"
#include "tests/actors/support/shop.hpp"

namespace wakala::actors::test {
namespace {

using std::chrono::hours;

std::size_t count_of(const outcomes& all, event_outcome what) {
  return static_cast<std::size_t>(std::count(all.begin(), all.end(), what));
}

class exactly_once : public shop_fixture {
protected:
  void SetUp() override {
    start();
    add_tenant("duka");
  }

  outcomes all_of(std::vector<std::future<outcomes>>& posts) {
    outcomes all;
    for (auto& p : posts) {
      if (p.wait_for(patience) != std::future_status::ready) {
        ADD_FAILURE() << "a POST was never answered";
        continue;
      }
      for (const auto o : p.get())
        all.push_back(o);
    }
    return all;
  }
};

TEST_F(exactly_once, ten_concurrent_copies_change_state_once) {
  const auto body = text_webhook("n-duka", amina, "wamid.1", "hi", now());
  std::vector<std::future<outcomes>> posts;
  for (int i = 0; i < 10; ++i)
    posts.push_back(post_later(body));
  const auto all = all_of(posts);
  EXPECT_EQ(count_of(all, event_outcome::committed), 1U);
  EXPECT_EQ(count_of(all, event_outcome::repeated), 9U);
  EXPECT_EQ(inbound_ids("duka", amina.phone), std::vector<std::string>{"wamid.1"});
  ASSERT_TRUE(graph->wait_for_messages(1));
  say("duka", amina, "wamid.2", "help");
  ASSERT_TRUE(graph->wait_for_messages(2));
  EXPECT_EQ(graph->messages().size(), 2U);
}

TEST_F(exactly_once, copies_inside_one_post_change_state_once) {
  change c{"n-duka", {}, {}, {}};
  for (int i = 0; i < 3; ++i)
    c.messages.push_back(text_message(amina, "wamid.1", "hi", now()));
  const auto all = post(webhook({c, c}));
  EXPECT_EQ(count_of(all, event_outcome::committed), 1U);
  EXPECT_EQ(count_of(all, event_outcome::repeated), 5U);
  EXPECT_EQ(inbound_ids("duka", amina.phone).size(), 1U);
}

TEST_F(exactly_once, a_copy_in_flight_waits_for_the_outcome_and_shares_it) {
  std::promise<void> reached;
  std::promise<void> let_go;
  auto gate = let_go.get_future().share();
  std::atomic<int> appends{0};
  const auto stopped = stop_at_the_end();
  store->on_append([&](const auto&) {
    if (appends++ == 0) {
      reached.set_value();
      gate.wait();
    }
    return fault::none;
  });
  const auto body = text_webhook("n-duka", amina, "wamid.1", "hi", now());
  auto first = post_later(body);
  reached.get_future().wait();
  auto second = post_later(body);
  shard_state("duka"); // answered after the copy was taken in
  EXPECT_EQ(second.wait_for(std::chrono::seconds{0}), std::future_status::timeout);
  let_go.set_value();
  ASSERT_EQ(second.wait_for(patience), std::future_status::ready);
  EXPECT_EQ(first.get(), outcomes{event_outcome::committed});
  EXPECT_EQ(second.get(), outcomes{event_outcome::repeated});
}

TEST_F(exactly_once, a_copy_in_flight_shares_the_failure_too) {
  std::promise<void> reached;
  std::promise<void> let_go;
  auto gate = let_go.get_future().share();
  std::atomic<int> appends{0};
  const auto stopped = stop_at_the_end();
  store->on_append([&](const auto&) {
    if (appends++ > 0)
      return fault::none;
    reached.set_value();
    gate.wait();
    return fault::before;
  });
  const auto body = text_webhook("n-duka", amina, "wamid.1", "hi", now());
  auto first = post_later(body);
  reached.get_future().wait();
  auto second = post_later(body);
  shard_state("duka");
  let_go.set_value();
  ASSERT_EQ(second.wait_for(patience), std::future_status::ready);
  EXPECT_EQ(first.get(), outcomes{event_outcome::retry});
  EXPECT_EQ(second.get(), outcomes{event_outcome::retry});
  EXPECT_EQ(insist(body), outcomes{event_outcome::committed});
}

TEST_F(exactly_once, a_copy_after_the_commit_and_after_a_restart_is_a_repeat) {
  const auto body = text_webhook("n-duka", amina, "wamid.1", "hi", now());
  EXPECT_EQ(post(body), outcomes{event_outcome::committed});
  EXPECT_EQ(post(body), outcomes{event_outcome::repeated});
  restart();
  EXPECT_EQ(insist(body), outcomes{event_outcome::repeated});
  EXPECT_TRUE(eventually([&] { return shard_state("duka").at("unfolded_rows") == 0; }));
  restart();
  EXPECT_EQ(insist(body), outcomes{event_outcome::repeated});
  EXPECT_EQ(inbound_ids("duka", amina.phone).size(), 1U);
}

TEST_F(exactly_once, a_copy_is_known_after_its_event_has_become_old) {
  const auto body = text_webhook("n-duka", amina, "wamid.1", "hi", now() - 23 * ms_per_hour);
  EXPECT_EQ(post(body), outcomes{event_outcome::committed});
  clock->advance(hours{2});
  EXPECT_EQ(routed(body).at(0).key.bucket, 0U);
  EXPECT_EQ(post(body), outcomes{event_outcome::repeated});
  clock->advance(hours{24 * 7});
  EXPECT_EQ(post(body), outcomes{event_outcome::repeated});
  restart();
  EXPECT_EQ(insist(body), outcomes{event_outcome::repeated});
}

TEST_F(exactly_once, a_copy_that_gives_another_time_is_a_repeat) {
  const auto said_at = [&](time_ms at) { return text_webhook("n-duka", amina, "wamid.1", "hi", at); };
  EXPECT_EQ(post(said_at(now())), outcomes{event_outcome::committed});
  for (const time_ms apart : {ms_per_second, 5 * ms_per_hour, 30 * ms_per_hour})
    EXPECT_EQ(post(said_at(now() - apart)), outcomes{event_outcome::repeated}) << apart;
  EXPECT_TRUE(eventually([&] { return shard_state("duka").at("unfolded_rows") == 0; }));
  EXPECT_EQ(post(said_at(now() - ms_per_hour)), outcomes{event_outcome::repeated}) << "only the tables hold it";
  restart();
  EXPECT_EQ(insist(said_at(now() - 60 * ms_per_second)), outcomes{event_outcome::repeated});
  EXPECT_EQ(inbound_ids("duka", amina.phone).size(), 1U);
}

TEST_F(exactly_once, a_copy_that_only_the_disk_remembers_is_a_repeat) {
  const auto body = text_webhook("n-duka", amina, "wamid.1", "hi", now() - 20 * ms_per_hour);
  EXPECT_EQ(post(body), outcomes{event_outcome::committed});
  ASSERT_TRUE(graph->wait_for_messages(1));
  stop();
  const auto shard = runtime::shard_of("duka", shard_count);
  const auto opened = store->open_shard(shard).value();
  std::vector<persistence::journal_row> rows(200'001);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].shard = shard;
    rows[i].epoch = opened.epoch;
    rows[i].seq = opened.last_seq + 1 + i;
    rows[i].tenant = "duka";
    event_key key{bucket_at(now()), {}};
    random->fill(key.hash);
    rows[i].key = key;
  }
  ASSERT_EQ(store->append(rows, {}).value().at(0).outcome, persistence::append_outcome::committed);
  std::vector<persistence::journal_row> all;
  for (const auto& row : opened.tail)
    all.push_back(*row);
  all.insert(all.end(), rows.begin(), rows.end());
  ASSERT_EQ(store->fold(shard, opened.epoch, all).value(), rows.back().seq);
  start();
  change c{"n-duka", {}, {}, {}};
  c.messages.push_back(text_message(amina, "wamid.2", "one", now()));
  auto old = body.at("/entry/0/changes/0/value/messages/0"_json_pointer);
  c.messages.push_back(old);
  c.messages.push_back(text_message(amina, "wamid.3", "two", now()));
  EXPECT_TRUE(eventually([&] { return shard_state("duka").at("state") == "open"; }));
  EXPECT_EQ(post(webhook({c})),
            (outcomes{event_outcome::committed, event_outcome::repeated, event_outcome::committed}));
  EXPECT_EQ(inbound_ids("duka", amina.phone), (std::vector<std::string>{"wamid.1", "wamid.2", "wamid.3"}));
}

// -- order
// -------------------------------------------------------------------------------------------------------------

TEST_F(exactly_once, a_hundred_messages_of_one_post_keep_their_order) {
  change c{"n-duka", {}, {}, {}};
  std::vector<std::string> sent;
  for (int i = 0; i < 100; ++i) {
    sent.push_back("wamid." + std::to_string(i));
    c.messages.push_back(text_message(amina, sent.back(), "message " + std::to_string(i), now()));
  }
  EXPECT_EQ(post(webhook({c})), outcomes(100, event_outcome::committed));
  EXPECT_EQ(inbound_ids("duka", amina.phone), sent);
}

TEST_F(exactly_once, many_conversations_of_one_post_each_keep_their_order) {
  for (const auto* id : {"soko", "kiosk", "duka2"})
    add_tenant(id);
  std::vector<change> changes;
  std::map<std::string, std::vector<std::string>> sent;
  for (int i = 0; i < 400; ++i) {
    const std::string tenant = std::array{"duka", "soko", "kiosk", "duka2"}[static_cast<std::size_t>(i % 4)];
    const auto phone = "2547000001" + std::to_string(10 + i % 20);
    change c{number_of(tenant), {}, {}, {}};
    const auto id = "wamid." + std::to_string(i);
    c.messages.push_back(text_message(with_phone(phone), id, "hi", now()));
    changes.push_back(std::move(c));
    sent[tenant + "/" + phone].push_back(id);
  }
  EXPECT_EQ(post(webhook(changes)), outcomes(400, event_outcome::committed));
  for (const auto& [where, ids] : sent) {
    const auto slash = where.find('/');
    EXPECT_EQ(inbound_ids(where.substr(0, slash), where.substr(slash + 1)), ids) << where;
  }
}

TEST_F(exactly_once, posts_sent_after_an_acknowledgement_step_after_it) {
  std::vector<std::string> sent;
  for (int i = 0; i < 30; ++i) {
    sent.push_back("wamid." + std::to_string(i));
    EXPECT_EQ(say("duka", amina, sent.back(), "message"), event_outcome::committed);
  }
  EXPECT_EQ(inbound_ids("duka", amina.phone), sent);
  const auto lines = transcript_of("duka", amina.phone, 7);
  EXPECT_EQ(lines.size(), transcript_of("duka", amina.phone).size()) << "paging loses or repeats lines";
}

} // namespace
} // namespace wakala::actors::test
