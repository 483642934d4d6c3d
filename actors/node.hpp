/// \file
/// The actors of a node, from the root down.
#pragma once

#include "actors/registry.hpp"
#include "actors/shards/edge.hpp"
#include "actors/shards/shard_host.hpp"
#include "runtime/membership.hpp"

#include <caf/actor_system.hpp>

#include <map>
#include <memory>
#include <string>

namespace wakala::actors {

/// What a node needs to be one of several. Its actor system has CAF's middleman, and with TLS its OpenSSL manager.
struct cluster_options {
  std::shared_ptr<persistence::cluster_registry> registry;
  std::string name;              ///< of this node, unique in the cluster
  std::uint64_t incarnation = 0; ///< random
  std::uint64_t cluster_id = 0;  ///< of the registry's view
  std::string version;           ///< of the program
  listen_address listen;
  std::string advertise; ///< `host:port` where others find us; empty: where we listen
  bool with_tls = true;
  runtime::cluster_timing timing;
  std::uint32_t protocol = runtime::link_protocol; ///< tests say that they are newer
  std::shared_ptr<runtime::standing> may_act = std::make_shared<runtime::standing>();
  std::shared_ptr<runtime::store_clock> clock = std::make_shared<runtime::store_clock>();
};

/// Starts the store's actors, a host for the supervisors of shards, and the registry; in a cluster also the door for
/// other nodes and the node's membership. Thread-safe but for construction and destruction.
class node {
public:
  /// A node that is alone and serves all shards.
  node(caf::actor_system& sys, node_context_ptr context, std::shared_ptr<persistence::store> store,
       std::map<std::string, std::string, std::less<>> environment);
  /// One of several. Throws `result_error` when it cannot listen.
  node(caf::actor_system& sys, node_context_ptr context, std::shared_ptr<persistence::store> store,
       std::map<std::string, std::string, std::less<>> environment, cluster_options cluster);
  /// Ends all actors and waits until they are gone.
  ~node();
  node(const node&) = delete;
  node& operator=(const node&) = delete;

  caf::actor_system& system() noexcept { return sys_; }
  const node_context_ptr& context() const noexcept { return context_; }
  shard_table_ptr shards() const { return context_->shards->get(); }
  caf::actor shard_of(const tenant_id& tenant) const;
  caf::actor registry() const { return registry_; }
  caf::actor inspector() const { return inspector_; }
  /// Null of a node that is alone.
  caf::actor membership() const { return membership_; }

  /// In a cluster: takes part in it from now on. Until then nobody gives it anything.
  void begin();
  /// Gives all shards to the other nodes, if there are any, within `patience`. From then on this node still takes
  /// webhooks, for others. False when it did not get that far.
  bool leave(std::chrono::milliseconds patience);

private:
  void start_actors(const std::shared_ptr<persistence::store>& store,
                    std::map<std::string, std::string, std::less<>> environment, bool is_in_cluster);
  void join(cluster_options cluster);

  caf::actor_system& sys_;
  node_context_ptr context_;
  store_handles store_; ///< its reader is nobody's
  std::vector<caf::actor> readers_;
  caf::actor host_;
  caf::actor registry_;
  caf::actor inspector_;
  caf::actor door_;
  caf::actor membership_;
  std::function<void()> say_goodbye_;
};

} // namespace wakala::actors
