/// \file
/// Several wakalads on one PostgreSQL server, for a benchmark that breaks them.
#pragma once

#include "bench/process/daemon.hpp"
#include "bench/process/postgres_process.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace wakala::bench {

struct cluster_plan {
  std::string program; ///< path of wakalad
  std::string directory;
  unsigned nodes = 3;
  std::uint32_t shards = 32;
};

/// Not thread-safe; see `child` about threads.
class cluster_process {
public:
  /// All nodes, until each shard has its owner.
  static result<cluster_process> start(const cluster_plan& plan);

  std::size_t size() const noexcept { return nodes_.size(); }
  /// `127.0.0.1:port` of each public listener; the same after a restart.
  std::vector<std::uint16_t> ports() const { return ports_; }
  const std::string& name(std::size_t node) const { return options_[node].node_name; }
  bool is_running(std::size_t node) { return nodes_[node].has_value(); }
  /// Of a node that runs.
  const admin_access& admin();
  std::string store_url() const { return server_.url(); }

  void kill(std::size_t node);
  void freeze(std::size_t node) { nodes_[node]->signal(19); }
  void thaw(std::size_t node) { nodes_[node]->signal(18); }
  result<void> restart(std::size_t node);
  /// `node` empty: back to where it belongs.
  result<void> move(std::uint32_t shard, const std::string& node);

  /// Shard → name of its node; empty: nobody's. Error while no node answers.
  result<std::vector<std::string>> owners();
  /// Until every node that runs is heard of and has shards, and each shard is with one of them.
  result<void> wait_whole(std::chrono::milliseconds patience = std::chrono::seconds{30});
  /// Until the shard is there.
  result<void> wait_owner(std::uint32_t shard, const std::string& node, std::chrono::milliseconds patience);

private:
  cluster_process(postgres_process server) : server_(std::move(server)) {}

  postgres_process server_;
  std::vector<daemon_options> options_;
  std::vector<std::uint16_t> ports_;
  std::vector<std::optional<daemon_process>> nodes_;
};

} // namespace wakala::bench
