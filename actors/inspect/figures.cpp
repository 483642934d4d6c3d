#include "actors/inspect/figures.hpp"

#include "runtime/core/encoding.hpp"

#include <algorithm>
#include <array>

namespace wakala::actors {

using runtime::actor_figures;
using runtime::actor_kind;

void actor_sums::add(const actor_sums& what) noexcept {
  actors += what.actors;
  messages += what.messages;
  handling_us += what.handling_us;
  waiting_us += what.waiting_us;
  waiting_max_us = std::max(waiting_max_us, what.waiting_max_us);
  mailbox += what.mailbox;
  bytes += what.bytes;
  last_s = std::max(last_s, what.last_s);
}

seen_actor seen(const actor_figures& row) noexcept {
  constexpr auto relaxed = std::memory_order_relaxed;
  seen_actor out;
  out.kind = row.kind.load(relaxed);
  out.shard = row.shard.load(relaxed);
  out.name = row.name.load(relaxed);
  out.conversation = row.whose();
  out.is_paused = row.is_paused.load(relaxed);
  out.figures = {out.kind == actor_kind::conversation ? 1U : 0U,
                 row.handled.load(relaxed),
                 row.handling_us.load(relaxed),
                 row.waiting_us.load(relaxed),
                 row.waiting_max_us.load(relaxed),
                 row.mailbox(),
                 row.state_bytes.load(relaxed),
                 row.last_s.load(relaxed)};
  return out;
}

bool comes_first(const seen_actor& a, const seen_actor& b, actor_order by) noexcept {
  const auto left = figure_of(a.figures, by);
  const auto right = figure_of(b.figures, by);
  return left != right ? left > right : a.conversation < b.conversation;
}

std::optional<actor_order> actor_order_from(std::string_view word) noexcept {
  constexpr std::array<std::pair<std::string_view, actor_order>, 8> words{
      {{"id", actor_order::id},
       {"mailbox", actor_order::mailbox},
       {"waiting", actor_order::waiting},
       {"waiting_max", actor_order::waiting_max},
       {"messages", actor_order::messages},
       {"handling", actor_order::handling},
       {"bytes", actor_order::bytes},
       {"last_activity", actor_order::last_activity}}};
  for (const auto& [each, order] : words)
    if (each == word)
      return order;
  return std::nullopt;
}

std::uint64_t figure_of(const actor_sums& f, actor_order by) noexcept {
  switch (by) {
  case actor_order::id:
    return 0;
  case actor_order::mailbox:
    return f.mailbox;
  case actor_order::waiting:
    return f.waiting_us;
  case actor_order::waiting_max:
    return f.waiting_max_us;
  case actor_order::messages:
    return f.messages;
  case actor_order::handling:
    return f.handling_us;
  case actor_order::bytes:
    return f.bytes;
  case actor_order::last_activity:
    return f.last_s;
  }
  return 0;
}

bool fits(const actor_figures& row, const conversation_wish& wish, std::uint64_t now_s) {
  constexpr auto relaxed = std::memory_order_relaxed;
  return row.kind.load(std::memory_order_acquire) == actor_kind::conversation &&
         (!wish.tenant || row.name.load(relaxed) == *wish.tenant) &&
         (!wish.shard || row.shard.load(relaxed) == *wish.shard) && (!wish.only || row.whose() == *wish.only) &&
         (wish.mailbox_min == 0 || row.mailbox() >= wish.mailbox_min) &&
         (wish.bytes_min == 0 || row.state_bytes.load(relaxed) >= wish.bytes_min) &&
         (wish.idle_s_min == 0 || now_s - row.last_s.load(relaxed) >= wish.idle_s_min) &&
         (wish.part.empty() || to_string(row.whose()).find(wish.part) != std::string::npos);
}

bool is_before_list(const actor_figures& row, const conversation_wish& wish) {
  return !wish.after.empty() && to_string(row.whose()) <= wish.after;
}

} // namespace wakala::actors
