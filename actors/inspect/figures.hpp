/// \file
/// What is known of actors by their rows in the table, and which of them a list is to hold.
#pragma once

#include "runtime/actor_table.hpp"

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

  void add(const actor_sums& what) noexcept;
};

struct seen_actor {
  runtime::actor_kind kind = runtime::actor_kind::none;
  shard_id shard = 0;
  std::uint32_t name = 0; ///< `actor_table::name_of`
  conversation_id conversation;
  bool is_paused = false;
  actor_sums figures;
};

seen_actor seen(const runtime::actor_figures& row) noexcept;

enum class actor_order : std::uint8_t { id, mailbox, waiting, waiting_max, messages, handling, bytes, last_activity };
/// Nothing for another word.
std::optional<actor_order> actor_order_from(std::string_view word) noexcept;
/// What actors are sorted by, the largest first; not for `id`.
std::uint64_t figure_of(const actor_sums& figures, actor_order by) noexcept;

/// True when `a` stands before `b` in a list sorted by `by`.
bool comes_first(const seen_actor& a, const seen_actor& b, actor_order by) noexcept;

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

  /// No conversation is left out.
  bool wants_all() const noexcept {
    return !shard && !tenant && !only && part.empty() && after.empty() && mailbox_min == 0 && bytes_min == 0 &&
           idle_s_min == 0;
  }
};
struct conversations_seen {
  std::vector<seen_actor> first; ///< at most `limit`, in order
  std::uint64_t total = 0;       ///< of which
};
/// Is it a conversation that the list is about? One that stands before the list's first counts, too (`after`).
bool fits(const runtime::actor_figures& row, const conversation_wish& wish, std::uint64_t now_s);
/// Of one that fits: does it stand before the list's first?
bool is_before_list(const runtime::actor_figures& row, const conversation_wish& wish);

} // namespace wakala::actors
