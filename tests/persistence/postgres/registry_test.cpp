#include "persistence/postgres/postgres_store.hpp"
#include "persistence/postgres/registry.hpp"
#include "tests/persistence/postgres/shared_server.hpp"
#include "tests/persistence/support/samples.hpp"

#include <thread>

namespace wakala::persistence::testing {
namespace {

using namespace std::chrono_literals;

struct postgres_registry_test : ::testing::Test {
  std::string database = shared_server().new_database();
  std::string url = shared_server().url(database);
  std::unique_ptr<store> rows = open_postgres_store({url, 4, 2, "a"}).value();
  std::unique_ptr<cluster_registry> registry = open_postgres_registry(url, "test").value();

  /// Until the server's clock is past that time.
  void wait_beyond(time_ms time) {
    while (registry->view().value().now <= time)
      std::this_thread::yield();
  }
  static node_row node(const std::string& name, std::uint64_t incarnation = 1) {
    node_row me;
    me.name = name;
    me.incarnation = incarnation;
    me.address = name + ":7000";
    me.protocol = 3;
    me.version = "0.1.0";
    return me;
  }
};

TEST_F(postgres_registry_test, those_who_beat_are_known_to_all) {
  ASSERT_TRUE(registry->beat(node("b"), 1s));
  const auto view = registry->beat(node("a"), 1s).value();
  ASSERT_EQ(view.nodes.size(), 2U);
  auto wanted = node("a");
  wanted.started_at = view.nodes[0].started_at;
  wanted.beat_at = view.nodes[0].beat_at;
  EXPECT_EQ(view.nodes[0], wanted);
  EXPECT_EQ(view.nodes[1].name, "b");
  EXPECT_EQ(view.leases.size(), 4U);
  EXPECT_EQ(view.leases[2], (lease_row{2, 0, "", ""}));
  EXPECT_GE(view.now, view.nodes[0].beat_at);
  EXPECT_LT(view.now - view.nodes[1].beat_at, 60'000);
}

TEST_F(postgres_registry_test, a_heartbeat_moves_its_own_time_and_nothing_else) {
  const auto first = registry->beat(node("a"), 1s).value().nodes.at(0);
  ASSERT_TRUE(registry->set_draining("a", true));
  wait_beyond(first.beat_at);
  const auto second = registry->beat(node("a"), 1s).value().nodes.at(0);
  EXPECT_GT(second.beat_at, first.beat_at);
  EXPECT_EQ(second.started_at, first.started_at);
  EXPECT_TRUE(second.is_draining) << "only others end that";
}

TEST_F(postgres_registry_test, a_name_is_one_nodes_until_it_is_silent) {
  ASSERT_TRUE(registry->beat(node("a", 1), 1h));
  const auto second = registry->beat(node("a", 2), 1h);
  EXPECT_EQ(code_of(second), errc::conflict);
  EXPECT_EQ(second.error().field, "node.name");
  const auto first = registry->beat(node("a", 1), 1h).value().nodes.at(0); // is not disturbed
  wait_beyond(first.beat_at + 1);
  const auto heir = registry->beat(node("a", 2), 1ms).value();
  EXPECT_EQ(heir.nodes.at(0).incarnation, 2U);
}

TEST_F(postgres_registry_test, who_leaves_is_gone_but_only_by_its_own_word) {
  ASSERT_TRUE(registry->beat(node("a", 2), 1s));
  ASSERT_TRUE(registry->leave("a", 1));
  EXPECT_EQ(registry->view().value().nodes.size(), 1U);
  ASSERT_TRUE(registry->leave("a", 2));
  EXPECT_TRUE(registry->view().value().nodes.empty());
  EXPECT_EQ(code_of(registry->set_draining("a", true)), errc::not_found);
}

TEST_F(postgres_registry_test, a_released_shard_is_nobodys_and_its_owner_is_fenced) {
  const auto epoch = rows->open_shard(1).value().epoch;
  ASSERT_EQ(rows->append({commit(1, epoch, 1)}, {}).value(), committed(1));
  EXPECT_FALSE(registry->release(1, epoch + 7).value()) << "not under this epoch: nothing happens";
  EXPECT_EQ(registry->view().value().leases[1], (lease_row{1, epoch, "a", ""}));
  EXPECT_TRUE(registry->release(1, epoch).value());
  EXPECT_EQ(registry->view().value().leases[1], (lease_row{1, epoch + 1, "", ""}));
  EXPECT_EQ(rows->append({commit(1, epoch, 2)}, {}).value(), fenced(1));
  EXPECT_EQ(rows->open_shard(1).value().last_seq, 1U);
}

TEST_F(postgres_registry_test, a_shard_is_taken_only_by_who_has_seen_its_present_epoch) {
  ASSERT_TRUE(rows->open_shard(1, 0));
  EXPECT_EQ(registry->view().value().leases[1], (lease_row{1, 1, "a", ""}));
  const auto other = open_postgres_store({url, 4, 2, "b"}).value();
  EXPECT_EQ(code_of(other->open_shard(1, 0)), errc::fenced) << "somebody was quicker";
  EXPECT_EQ(registry->view().value().leases[1], (lease_row{1, 1, "a", ""})) << "and is not disturbed";
  ASSERT_TRUE(rows->open_shard(1, 0)) << "the node's own, from a take of which it has not heard";
  ASSERT_TRUE(other->open_shard(1, 2));
  EXPECT_EQ(registry->view().value().leases[1], (lease_row{1, 3, "b", ""}));
  EXPECT_EQ(code_of(rows->open_shard(1, 2)), errc::fenced);
}

TEST_F(postgres_registry_test, a_pin_stays_until_it_is_taken_away) {
  ASSERT_TRUE(registry->pin(2, "b"));
  EXPECT_EQ(registry->view().value().leases[2].pinned_to, "b");
  ASSERT_TRUE(rows->open_shard(2));
  EXPECT_EQ(registry->view().value().leases[2].pinned_to, "b");
  ASSERT_TRUE(registry->pin(2, ""));
  EXPECT_EQ(registry->view().value().leases[2].pinned_to, "");
  EXPECT_EQ(code_of(registry->pin(4, "b")), errc::not_found);
}

TEST_F(postgres_registry_test, every_change_of_a_tenant_is_counted_and_none_is_lost_to_another) {
  const auto before = registry->view().value().tenants_version;
  const tenant_row first{"t", 1, "key", "one", 1};
  ASSERT_TRUE(rows->put_tenant(first));
  ASSERT_TRUE(rows->put_tenant(first)) << "the same once more";
  const auto after = registry->view().value().tenants_version;
  EXPECT_GT(after, before);
  EXPECT_EQ(code_of(rows->put_tenant({"t", 1, "key", "two", 1})), errc::conflict);
  EXPECT_EQ(rows->tenants().value(), std::vector<tenant_row>{first});
  ASSERT_TRUE(rows->erase_tenant("t"));
  EXPECT_GT(registry->view().value().tenants_version, after);
}

} // namespace
} // namespace wakala::persistence::testing
