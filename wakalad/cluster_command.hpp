/// \file
/// `wakalad cluster …`: asks the admin API of a running node.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace wakala::daemon {

struct cluster_command_options {
  std::string config_file; ///< whose admin listener and operator token are used where the next two say nothing
  std::string url;         ///< `http://host:port` of an admin listener
  std::string token;
  bool json = false;
};

/// Each returns the exit code: 0 good, 1 bad.
int cluster_status_command(const cluster_command_options& how);
int cluster_drain_command(const cluster_command_options& how, const std::string& node, bool is_draining);
/// `node` empty: back to where the shard belongs.
int cluster_move_command(const cluster_command_options& how, const std::string& shard, const std::string& node);

} // namespace wakala::daemon
