/// \file
/// Looks through a node's table of actors: sums, and the few that are the most of something. Pure but for the table,
/// which goes on changing meanwhile.
#pragma once

#include "runtime/actor_table.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::actors {

/// One actor, or many of them together.
struct actor_sums {
  std::uint64_t actors = 0; ///< conversations among them
  std::uint64_t messages = 0;
  std::uint64_t handling_us = 0;
  std::uint64_t waiting_us = 0;
  std::uint64_t waiting_max_us = 0;
  std::uint64_t mailbox = 0;
  std::uint64_t bytes = 0;
  std::uint64_t last_s = 0; ///< the latest, in seconds of `monotonic_us`

  void add(const runtime::actor_figures& one) noexcept;
};

struct seen_actor {
  runtime::actor_kind kind = runtime::actor_kind::none;
  shard_id shard = 0;
  std::uint32_t name = 0; ///< `actor_table::name_of`
  conversation_id conversation;
  bool is_paused = false;
  actor_sums figures;
};

enum class actor_order : std::uint8_t { id, mailbox, waiting, waiting_max, messages, handling, bytes, last_activity };
/// Nothing for another word.
std::optional<actor_order> actor_order_from(std::string_view word) noexcept;
/// What actors are sorted by, the largest first; not for `id`.
std::uint64_t figure_of(const actor_sums& figures, actor_order by) noexcept;

/// Everything of one pass.
struct node_sums {
  actor_sums all;
  std::map<shard_id, actor_sums> shards;                            ///< supervisors and what is below them
  std::map<std::pair<shard_id, std::uint32_t>, actor_sums> tenants; ///< by shard and name, with their conversations
  std::vector<seen_actor> services;
};
node_sums sum_up(const runtime::actor_table& table);

struct conversation_wish {
  std::optional<shard_id> shard;
  std::optional<std::uint32_t> tenant; ///< `actor_table::number_of`
  actor_order by = actor_order::id;
  std::size_t limit = 100;
  std::optional<conversation_id> only; ///< this one
  std::string part;                    ///< of the hexadecimal id; empty: any
  std::string after;                   ///< sorted by id: those after this hexadecimal id
  std::uint64_t mailbox_min = 0;
  std::uint64_t bytes_min = 0;
  std::uint64_t idle_s_min = 0;
};
struct conversations_seen {
  std::vector<seen_actor> first; ///< at most `limit`, in order
  std::uint64_t total = 0;       ///< of which
};
conversations_seen look_for(const runtime::actor_table& table, const conversation_wish& wish);

} // namespace wakala::actors
