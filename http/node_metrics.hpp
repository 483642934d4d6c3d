/// \file
/// What /metrics shows of a node. Pure.
#pragma once

#include "http/core/server.hpp"
#include "http/shard_status.hpp"
#include "runtime/counters.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace wakala::http {

struct node_metrics {
  const runtime::counters& count;
  const std::vector<shard_status>& shards;
  const server_counters* public_listener = nullptr;
  std::size_t tenants = 0;
  std::string_view node_name;
  std::string_view version;
};

/// Prometheus text; no label holds a tenant's or shopper's name.
std::string render(const node_metrics& node);

} // namespace wakala::http
