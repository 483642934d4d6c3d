#include "actors/shards/shard_host.hpp"
#include "runtime/system_config.hpp"

#include <caf/all.hpp>
#include <gtest/gtest.h>

#include <thread>

namespace wakala::actors {
namespace {

caf::actor idle_actor(caf::actor_system& sys) {
  return sys.spawn([](caf::event_based_actor* self) -> caf::behavior {
    self->set_default_handler(caf::drop);
    return {[](int) {}};
  });
}

/// A host without shards, whose folder ends by itself.
[[noreturn]] void lose_the_folder() {
  runtime::system_config config{node_config{}};
  caf::actor_system sys{config};
  auto context = std::make_shared<node_context>();
  context->shard_count = 0;
  const store_handles store{idle_actor(sys), idle_actor(sys), {}};
  const auto host = spawn_shard_host(sys, shard_host_options{context, store, {idle_actor(sys)}, false});
  caf::anon_send_exit(store.folder, caf::exit_reason::kill);
  while (true) // the test's own limit ends this, should nothing else
    std::this_thread::yield();
}

TEST(shard_host_death_test, a_node_whose_store_actor_has_ended_ends_loudly) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(lose_the_folder(), "node.broken");
}

} // namespace
} // namespace wakala::actors
