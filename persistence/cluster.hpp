/// \file
/// Who is there and who owns what, as the store of a cluster has it. Clocks of nodes may be wrong by minutes, so
/// every time here is the store's.
#pragma once

#include "persistence/store.hpp"

namespace wakala::persistence {

/// A daemon that has announced itself and not said goodbye.
struct node_row {
  std::string name;              ///< unique among those that live
  std::uint64_t incarnation = 0; ///< random, of one process's life
  std::string address;           ///< where other nodes reach it: `host:port`
  std::uint32_t protocol = 0;    ///< of the links between nodes
  std::string version;           ///< of the program, for people
  bool is_draining = false;      ///< is to own nothing
  time_ms started_at = 0;
  time_ms beat_at = 0; ///< its last heartbeat

  bool operator==(const node_row&) const = default;
};

struct lease_row {
  shard_id shard = 0;
  std::uint64_t epoch = 0;
  std::string node;      ///< empty: nobody's
  std::string pinned_to; ///< the node that an operator wants it on; empty: none

  bool operator==(const lease_row&) const = default;
};

/// One moment.
struct cluster_view {
  time_ms now = 0;
  std::uint64_t cluster_id = 0;      ///< random, of this database
  std::vector<node_row> nodes;       ///< by name
  std::vector<lease_row> leases;     ///< by shard
  std::uint64_t tenants_version = 0; ///< grows with every change of a tenant
};

/// The part of a store that only a cluster needs. Thread-safe. Errors as of `store`.
class cluster_registry {
public:
  virtual ~cluster_registry() = default;

  /// Announces the node, or says that it still lives; what it says of itself replaces what it said before, except
  /// `is_draining`, which others may set. `started_at` and `beat_at` are the store's to give. `conflict` while
  /// another incarnation under this name has been heard of within `stale_after`.
  virtual result<cluster_view> beat(const node_row& me, std::chrono::milliseconds stale_after) = 0;
  virtual result<cluster_view> view() = 0;

  /// Whether the node is to own shards. `not_found` when there is none of that name.
  virtual result<void> set_draining(const std::string& node, bool is_draining) = 0;
  /// The node's last word: it owns nothing any more and is not heard of again. Of another incarnation it is ignored.
  virtual result<void> leave(const std::string& node, std::uint64_t incarnation) = 0;

  /// Gives a shard up, if it is owned under this epoch: it is nobody's under the next one. What its owner has not
  /// written by then, it cannot write. False when it was not.
  virtual result<bool> release(shard_id shard, std::uint64_t epoch) = 0;

  /// Where an operator wants the shard to be, whenever that node can have it; empty: wherever it belongs.
  virtual result<void> pin(shard_id shard, const std::string& node) = 0;
};

} // namespace wakala::persistence
