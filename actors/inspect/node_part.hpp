/// \file
/// What a node says of itself and its actors to the consoles, as JSON (docs/openapi.json: `Actor`, `Overview`). Reads
/// the node's own memory only.
#pragma once

#include "actors/inspect/actor_ids.hpp"
#include "actors/inspect/figures_index.hpp"
#include "actors/protocol/node_context.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace wakala::actors {

/// Knows the figures, and the names that they go by.
class node_part {
public:
  explicit node_part(node_context_ptr node);

  /// Of all actors here. They are summed up at most so often, however many look.
  const node_sums& sums();
  /// What is kept to answer the next look sooner is given up when there was none for a minute. False when there is
  /// nothing to give up.
  bool tidy();

  /// `{name, conversations, tenants, counters, gauges, latency}` of this node.
  nlohmann::json node_json();
  /// Sums of one shard: `{conversations, messages, handling_us, waiting_us, mailbox, bytes}`.
  nlohmann::json shard_figures(shard_id shard);

  /// The actors here that stand under `under` (`node:…`, `shard:…` or `tenant:…`), all of them but conversations.
  std::vector<nlohmann::json> children(const actor_name& under);
  /// `{actors, total}` of conversations.
  nlohmann::json conversations(const conversation_wish& wish);
  /// One actor that is here; null when it is not.
  nlohmann::json one(const actor_name& name);

  const std::string& node_name() const { return node_->node_name; }

private:
  nlohmann::json actor_json(std::string id, std::string_view kind, std::string name, std::string under,
                            const actor_sums& figures) const;
  nlohmann::json conversation_json(const seen_actor& one) const;
  nlohmann::json shard_json(shard_id shard) const;
  nlohmann::json tenant_json(shard_id shard, std::uint32_t name, const actor_sums& figures) const;
  nlohmann::json time_of(std::uint64_t second) const;

  figures_index& index();

  node_context_ptr node_;
  std::uint64_t began_us_;
  std::unique_ptr<figures_index> index_; ///< while somebody looks
  std::uint64_t looked_at_us_ = 0;       ///< last
  node_sums sums_;
  std::uint64_t summed_at_us_ = 0; ///< 0: `sums_` are of no time
};

} // namespace wakala::actors
