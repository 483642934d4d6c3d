#include "actors/node.hpp"

#include "actors/inspect/inspector.hpp"
#include "actors/visitors.hpp"
#include "runtime/core/log.hpp"
#include "runtime/shard_map.hpp"

#include <caf/scoped_actor.hpp>

#include <thread>

namespace wakala::actors {

namespace {

/// As many as the store has connections for.
constexpr std::size_t readers_of_node = 2;
constexpr std::chrono::milliseconds linger{300};

} // namespace

node::node(caf::actor_system& sys, node_context_ptr context, std::shared_ptr<persistence::store> store,
           std::map<std::string, std::string, std::less<>> environment)
    : sys_(sys), context_(std::move(context)) {
  start_actors(store, std::move(environment), false);
  caf::anon_send(host_, meet_others{registry_, {}, {}, {}});
}

node::node(caf::actor_system& sys, node_context_ptr context, std::shared_ptr<persistence::store> store,
           std::map<std::string, std::string, std::less<>> environment, cluster_options cluster)
    : sys_(sys), context_(std::move(context)) {
  start_actors(store, std::move(environment), true);
  join(std::move(cluster));
}

void node::start_actors(const std::shared_ptr<persistence::store>& store,
                        std::map<std::string, std::string, std::less<>> environment, bool is_in_cluster) {
  const auto row = [this](const std::string& name) {
    return runtime::own_figures(context_->figures, runtime::actor_kind::service, context_->figures->number_of(name),
                                0);
  };
  store_.writer = runtime::spawn_commit_writer(sys_, store, context_->count, row("commit_writer"));
  store_.folder = runtime::spawn_folder(sys_, store, context_->count, row("folder"));
  for (std::size_t i = 0; i < readers_of_node; ++i)
    readers_.push_back(runtime::spawn_reader(sys_, store, row("reader_" + std::to_string(i + 1))));
  host_ = spawn_shard_host(sys_, shard_host_options{context_, store_, readers_, is_in_cluster});
  registry_ =
      spawn_registry(sys_, registry_options{context_, store, [holder = context_->shards] { return holder->get(); },
                                            std::move(environment), is_in_cluster});
  inspector_ = spawn_inspector(sys_, inspector_options{context_, store});
}

void node::join(cluster_options cluster) {
  persistence::node_row me;
  me.name = cluster.name;
  me.incarnation = cluster.incarnation;
  me.protocol = cluster.protocol;
  me.version = cluster.version;
  runtime::link_hello hello;
  hello.protocol = cluster.protocol;
  hello.cluster_id = cluster.cluster_id;
  hello.node = me.name;
  hello.incarnation = me.incarnation;
  hello.version = me.version;
  const auto visitors = std::make_shared<link_visitors>(sys_, context_, registry_);
  door_ = runtime::spawn_door(
      sys_, hello,
      [visitors](const std::string& from, bytes what, auto answer) {
        visitors->asked(from, std::move(what), std::move(answer));
      },
      [visitors](const runtime::link_hello& who, caf::actor door) { visitors->greeted(who, std::move(door)); });
  const auto port = runtime::publish_door(sys_, door_, cluster.listen, cluster.with_tls);
  if (!port)
    throw result_error(make_error(port.error().code, "cluster.listen: " + port.error().what));
  const auto& host = cluster.listen.host;
  me.address = !cluster.advertise.empty()
                   ? cluster.advertise
                   : (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + std::to_string(*port);
  say_goodbye_ = [registry = cluster.registry, me] {
    if (const auto left = registry->leave(me.name, me.incarnation); !left)
      log::warn("node.goodbye_not_heard", {{"why", left.error().what}});
  };
  runtime::membership_options options;
  options.registry = cluster.registry;
  options.me = me;
  options.hello = hello;
  options.with_tls = cluster.with_tls;
  options.timing = cluster.timing;
  options.may_act = cluster.may_act;
  options.clock = cluster.clock;
  options.host = host_;
  options.door = door_;
  membership_ = runtime::spawn_membership(sys_, std::move(options));
  visitors->meet(membership_);
  visitors->meet_inspector(inspector_);
  caf::anon_send(inspector_, meet_membership{membership_});
  caf::anon_send(host_, meet_others{registry_, membership_, door_, inspector_});
  log::info("node.joining", {{"node", me.name}, {"address", me.address}});
}

void node::begin() {
  if (membership_)
    caf::anon_send(membership_, runtime::join_cluster{});
}

bool node::leave(std::chrono::milliseconds patience) {
  if (!membership_)
    return true;
  bool has_left = false;
  caf::scoped_actor self{sys_};
  self->request(membership_, patience, runtime::leave_cluster{})
      .receive([&](const runtime::done_answer&) { has_left = true; }, [](const caf::error&) {});
  if (has_left) // what other nodes have sent here before they heard of it is still handed on, and answered
    std::this_thread::sleep_for(linger);
  return has_left;
}

node::~node() {
  caf::scoped_actor self{sys_};
  const auto end = [&](const caf::actor& actor) {
    if (!actor)
      return;
    self->monitor(actor);
    caf::anon_send_exit(actor, caf::exit_reason::kill);
    self->receive([](const caf::down_msg&) {});
  };
  self->request(host_, caf::infinite, end_shards{}).receive([](shards_have_ended) {}, [](const caf::error&) {});
  end(registry_);
  end(inspector_);
  end(membership_);
  if (say_goodbye_)
    say_goodbye_();
  end(door_);
  end(host_);
  const auto table = context_->shards->get();
  for (const auto& remote : *table)
    end(remote);
  end(store_.writer); // after the supervisors: what they had handed over is still written
  end(store_.folder);
  for (const auto& reader : readers_)
    end(reader);
}

caf::actor node::shard_of(const tenant_id& tenant) const {
  return (*context_->shards->get())[runtime::shard_of(tenant, context_->shard_count)];
}

} // namespace wakala::actors
