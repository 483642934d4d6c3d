#include "actors/node.hpp"

#include "runtime/core/log.hpp"
#include "runtime/shard_map.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <atomic>

namespace wakala::actors {

struct node::table_holder {
  shard_table_ptr current;

  shard_table_ptr get() const { return std::atomic_load(&current); }
  void set(shard_table_ptr next) { std::atomic_store(&current, std::move(next)); }
};

namespace {

struct restart_shard {
  shard_id shard = 0;
};

} // namespace

} // namespace wakala::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::restart_shard)

namespace wakala::actors {

namespace {

struct root_state {
  root_state() = default;
  static inline const char* name = "wakala.node";
  std::map<shard_id, unsigned> failures;
};

/// As many as the store has connections for.
constexpr std::size_t readers_of_node = 2;

/// A shard keeps to one reader, so that what it asks is answered in order.
store_handles of_shard(store_handles all, const std::vector<caf::actor>& readers, shard_id shard) {
  all.reader = readers[shard % readers.size()];
  return all;
}

} // namespace

node::node(caf::actor_system& sys, node_context_ptr context, std::shared_ptr<persistence::store> store,
           std::map<std::string, std::string, std::less<>> environment)
    : sys_(sys), context_(std::move(context)), table_(std::make_shared<table_holder>()) {
  store_.writer = runtime::spawn_commit_writer(sys_, store, context_->count);
  store_.folder = runtime::spawn_folder(sys_, store, context_->count);
  for (std::size_t i = 0; i < readers_of_node; ++i)
    readers_.push_back(runtime::spawn_reader(sys_, store));
  store_.reader = readers_.front();
  auto table = std::make_shared<shard_table>();
  for (shard_id shard = 0; shard < context_->shard_count; ++shard)
    table->push_back(spawn_shard_supervisor(sys_, shard, context_, of_shard(store_, readers_, shard)));
  table_->set(table);
  root_ = sys_.spawn([holder = table_, node = context_, handles = store_, readers = readers_,
                      table](caf::stateful_actor<root_state>* self) -> caf::behavior {
    for (const auto& supervisor : *table)
      self->monitor(supervisor);
    self->set_down_handler([self, holder, node](const caf::down_msg& down) {
      const auto now = holder->get();
      for (shard_id shard = 0; shard < now->size(); ++shard) {
        if ((*now)[shard].address() != down.source)
          continue;
        const runtime::backoff_policy policy{std::chrono::milliseconds{50}, std::chrono::milliseconds{5'000}};
        const auto wait = policy.wait(++self->state.failures[shard], *node->random);
        log::error("shard.down", {{"shard", runtime::shard_name(shard)}, {"restart_in_ms", wait.count()}});
        self->delayed_send(self, wait, restart_shard{shard});
      }
    });
    return {
        [self, holder, node, handles, readers](restart_shard restart) {
          auto next = std::make_shared<shard_table>(*holder->get());
          (*next)[restart.shard] =
              spawn_shard_supervisor(self->system(), restart.shard, node, of_shard(handles, readers, restart.shard));
          self->monitor((*next)[restart.shard]);
          holder->set(std::move(next));
        },
    };
  });
  registry_ =
      spawn_registry(sys_, registry_options{context_, std::move(store), [holder = table_] { return holder->get(); },
                                            std::move(environment)});
}

node::~node() {
  caf::scoped_actor self{sys_};
  const auto end = [&](const caf::actor& actor) {
    self->monitor(actor);
    caf::anon_send_exit(actor, caf::exit_reason::kill);
    self->receive([](const caf::down_msg&) {});
  };
  end(root_);
  end(registry_);
  for (const auto& supervisor : *table_->get())
    caf::anon_send(supervisor, stop_shard{});
  for (const auto& supervisor : *table_->get()) {
    self->monitor(supervisor);
    self->receive([](const caf::down_msg&) {});
  }
  end(store_.writer); // after the supervisors: what they had handed over is still written
  end(store_.folder);
  for (const auto& reader : readers_)
    end(reader);
}

shard_table_ptr node::shards() const { return table_->get(); }

caf::actor node::shard_of(const tenant_id& tenant) const {
  return (*table_->get())[runtime::shard_of(tenant, context_->shard_count)];
}

} // namespace wakala::actors
