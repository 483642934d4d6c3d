/// \file
/// What a node says of itself and its actors to the consoles, as JSON (docs/openapi.json: `Actor`, `Overview`). Reads
/// the node's own memory only.
#pragma once

#include "actors/inspect/actor_ids.hpp"
#include "actors/inspect/figures_scan.hpp"
#include "actors/node_context.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace wakala::actors {

/// Knows the names that figures go by.
class node_part {
public:
  explicit node_part(node_context_ptr node);

  /// `{name, conversations, tenants, counters, gauges, latency}` of this node.
  nlohmann::json node_json(const node_sums& sums) const;
  /// Sums of one shard: `{conversations, messages, handling_us, waiting_us, mailbox, bytes}`.
  static nlohmann::json shard_figures(const node_sums& sums, shard_id shard);

  /// The actors here that stand under `under` (`node:…`, `shard:…` or `tenant:…`), all of them but conversations.
  std::vector<nlohmann::json> children(const node_sums& sums, const actor_name& under) const;
  /// `{actors, total}` of conversations.
  nlohmann::json conversations(const conversation_wish& wish) const;
  /// One actor that is here; null when it is not.
  nlohmann::json one(const node_sums& sums, const actor_name& name) const;

  const std::string& node_name() const { return node_->node_name; }

private:
  nlohmann::json actor_json(std::string id, std::string_view kind, std::string name, std::string under,
                            const actor_sums& figures) const;
  nlohmann::json conversation_json(const seen_actor& one) const;
  nlohmann::json shard_json(const node_sums& sums, shard_id shard) const;
  nlohmann::json tenant_json(shard_id shard, std::uint32_t name, const actor_sums& figures) const;
  nlohmann::json time_of(std::uint64_t second) const;

  node_context_ptr node_;
  std::uint64_t began_us_;
};

} // namespace wakala::actors
