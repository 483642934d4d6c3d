#include "runtime/membership.hpp"
#include "runtime/system_config.hpp"

#include <caf/all.hpp>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

namespace wakala::runtime {
namespace {

using namespace std::chrono_literals;
using persistence::cluster_registry;
using persistence::cluster_view;
using persistence::node_row;

constexpr auto patience = 20s;
constexpr std::uint32_t shards = 8;

/// A store's registry in memory, whose clock the test moves and which it can take away.
class fake_registry final : public cluster_registry {
public:
  fake_registry() {
    view_.now = 1'700'000'000'000;
    for (shard_id shard = 0; shard < shards; ++shard)
      view_.leases.push_back({shard, 1, "", ""});
  }

  result<cluster_view> beat(const node_row& me, std::chrono::milliseconds) override {
    const std::lock_guard lock(mutex);
    if (failure)
      return *failure;
    ++beats;
    changed.notify_all();
    auto& row = node(me.name);
    const auto was_draining = row.is_draining;
    row = me;
    row.is_draining = was_draining || me.is_draining;
    row.beat_at = view_.now;
    return view_;
  }
  result<cluster_view> view() override {
    const std::lock_guard lock(mutex);
    return view_;
  }
  result<void> set_draining(const std::string& name, bool is_draining) override {
    const std::lock_guard lock(mutex);
    node(name).is_draining = is_draining;
    return {};
  }
  result<void> leave(const std::string& name, std::uint64_t) override {
    const std::lock_guard lock(mutex);
    std::erase_if(view_.nodes, [&](const node_row& row) { return row.name == name; });
    ++goodbyes;
    changed.notify_all();
    return {};
  }
  result<bool> release(shard_id shard, std::uint64_t epoch) override {
    const std::lock_guard lock(mutex);
    if (failure)
      return *failure;
    auto& lease = view_.leases.at(shard);
    const bool is_it = lease.epoch == epoch;
    if (is_it)
      lease = {shard, epoch + 1, "", lease.pinned_to};
    ++releases;
    changed.notify_all();
    return is_it;
  }
  result<void> pin(shard_id shard, const std::string& name) override {
    const std::lock_guard lock(mutex);
    view_.leases.at(shard).pinned_to = name;
    return {};
  }

  /// As a store would when a host opens a shard.
  void take(shard_id shard, const std::string& name) {
    const std::lock_guard lock(mutex);
    auto& lease = view_.leases.at(shard);
    lease = {shard, lease.epoch + 1, name, lease.pinned_to};
  }
  void pass(std::chrono::milliseconds time) {
    const std::lock_guard lock(mutex);
    view_.now += time.count();
  }
  void announce(const std::string& name) {
    const std::lock_guard lock(mutex);
    auto& row = node(name);
    row.beat_at = view_.now;
    row.address = ":0"; // nobody who could be reached, nor who refuses
  }
  template <class Condition>
  bool wait(Condition condition) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, patience, condition);
  }
  /// Two heartbeats that began after this.
  bool wait_beats() {
    const auto goal = [&] {
      const std::lock_guard lock(mutex);
      return beats + 2;
    }();
    return wait([&] { return beats >= goal; });
  }

  std::mutex mutex;
  std::condition_variable changed;
  std::optional<error> failure;
  int beats = 0;
  int goodbyes = 0;
  int releases = 0;
  cluster_view view_;

private:
  node_row& node(const std::string& name) {
    for (auto& row : view_.nodes)
      if (row.name == name)
        return row;
    view_.nodes.emplace_back().name = name;
    return view_.nodes.back();
  }
};

struct membership_test : ::testing::Test {
  system_config config{node_config{}};
  caf::actor_system system{config};
  std::shared_ptr<fake_registry> registry = std::make_shared<fake_registry>();
  std::shared_ptr<standing> may_act = std::make_shared<standing>();
  std::mutex mutex;
  std::condition_variable changed;
  std::set<shard_id> served;
  std::vector<shard_id> dropped;
  std::map<shard_id, std::uint64_t> epochs;
  bool feels = true;
  caf::actor host;
  caf::actor membership;

  void start(std::chrono::milliseconds stale_after = 60'000ms) {
    host = system.spawn([this](caf::event_based_actor* self) -> caf::behavior {
      self->set_default_handler(caf::drop);
      return {
          [this, self](const serve_shard& order) {
            registry->take(order.shard, "a");
            const std::lock_guard lock(mutex);
            served.insert(order.shard);
            epochs[order.shard] = order.seen + 1;
            self->send(membership, shard_opened{order.shard, order.seen + 1});
            changed.notify_all();
          },
          [this, self](const hand_over_shard& order) {
            const std::lock_guard lock(mutex);
            served.erase(order.shard);
            self->send(membership, shard_ended{order.shard, epochs[order.shard], false});
            changed.notify_all();
          },
          [this](const drop_shard& order) {
            const std::lock_guard lock(mutex);
            served.erase(order.shard);
            dropped.push_back(order.shard);
            changed.notify_all();
          },
          [this, self](const pulse& p) {
            const std::lock_guard lock(mutex);
            if (feels)
              self->send(membership, pulse_felt{p.number});
          },
          [](const route_table_ptr&) {},
      };
    });
    membership_options options;
    options.registry = registry;
    options.me.name = "a";
    options.me.incarnation = 3;
    options.hello.node = "a";
    options.with_tls = false;
    options.timing = {10ms, stale_after};
    options.wedged_after = 300ms;
    options.may_act = may_act;
    options.clock = std::make_shared<store_clock>();
    options.host = host;
    membership = spawn_membership(system, options);
    caf::anon_send(membership, join_cluster{});
  }
  ~membership_test() override {
    caf::scoped_actor self{system};
    for (const auto& each : {membership, host}) { // both know what is of this fixture
      self->monitor(each);
      caf::anon_send_exit(each, caf::exit_reason::kill);
      self->receive([](const caf::down_msg&) {});
    }
  }
  template <class Condition>
  bool wait(Condition condition) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, patience, condition);
  }
  bool serves_all() {
    return wait([&] { return served.size() == shards; });
  }
};

TEST_F(membership_test, the_first_node_takes_every_shard) {
  start();
  EXPECT_TRUE(serves_all());
  EXPECT_TRUE(may_act->holds());
}

TEST_F(membership_test, what_the_store_says_is_anothers_is_dropped_and_not_taken_back_while_it_lives) {
  start();
  ASSERT_TRUE(serves_all());
  registry->announce("b");
  registry->take(2, "b");
  ASSERT_TRUE(wait([&] { return dropped == std::vector<shard_id>{2}; }));
  ASSERT_TRUE(registry->wait_beats());
  const std::lock_guard lock(mutex);
  EXPECT_FALSE(served.contains(2));
}

TEST_F(membership_test, a_silent_nodes_shards_are_taken) {
  registry->announce("b");
  for (shard_id shard = 0; shard < shards; ++shard)
    registry->take(shard, "b");
  start(1'100ms);
  ASSERT_TRUE(registry->wait_beats());
  {
    const std::lock_guard lock(mutex);
    EXPECT_TRUE(served.empty()) << "it lives";
  }
  registry->pass(1'101ms);
  EXPECT_TRUE(serves_all());
}

TEST_F(membership_test, a_node_that_the_store_does_not_hear_loses_its_standing_by_itself) {
  start(100ms);
  ASSERT_TRUE(serves_all());
  {
    const std::lock_guard lock(registry->mutex);
    registry->failure = make_error(errc::unavailable, "away");
  }
  const auto until = std::chrono::steady_clock::now() + patience;
  while (may_act->holds() && std::chrono::steady_clock::now() < until)
    std::this_thread::yield();
  EXPECT_FALSE(may_act->holds());
  {
    const std::lock_guard lock(registry->mutex);
    registry->failure.reset();
  }
  ASSERT_TRUE(registry->wait_beats());
  EXPECT_TRUE(serves_all()) << "nobody took them: they are still its own";
}

TEST_F(membership_test, another_life_under_its_name_ends_it) {
  start();
  ASSERT_TRUE(serves_all());
  {
    const std::lock_guard lock(registry->mutex);
    registry->failure = make_error(errc::conflict, "another node of the cluster has the name a", "node.name");
  }
  EXPECT_TRUE(wait([&] { return dropped.size() == shards; }));
  EXPECT_FALSE(may_act->holds());
}

TEST_F(membership_test, a_node_whose_actors_stand_still_says_goodbye_until_they_move) {
  start();
  ASSERT_TRUE(serves_all());
  {
    const std::lock_guard lock(mutex);
    feels = false;
  }
  ASSERT_TRUE(registry->wait([&] { return registry->goodbyes == 1; }));
  EXPECT_FALSE(may_act->holds());
}

TEST_F(membership_test, a_shard_that_could_not_be_released_is_released_later) {
  start();
  ASSERT_TRUE(serves_all());
  {
    const std::lock_guard lock(registry->mutex);
    registry->failure = make_error(errc::unavailable, "away");
  }
  caf::anon_send(membership, shard_ended{5, epochs[5], false});
  {
    const std::lock_guard lock(registry->mutex);
    registry->failure.reset();
  }
  EXPECT_TRUE(registry->wait([&] { return registry->releases == 1; }));
}

TEST_F(membership_test, the_last_node_keeps_its_shards_when_it_leaves) {
  start();
  ASSERT_TRUE(serves_all());
  caf::scoped_actor self{system};
  bool has_left = false;
  self->request(membership, patience, leave_cluster{})
      .receive([&](const done_answer&) { has_left = true; }, [](const caf::error&) {});
  EXPECT_TRUE(has_left);
  EXPECT_EQ(registry->releases, 0);
}

} // namespace
} // namespace wakala::runtime
