#include "actors/inspect/hop_view.hpp"

#include "actors/inspect/actor_ids.hpp"
#include "runtime/core/encoding.hpp"
#include "runtime/core/time_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace wakala::actors {

using nlohmann::json;

namespace {

std::uint32_t less(std::uint32_t from, std::uint32_t what) noexcept { return from > what ? from - what : 0; }

json hop(const char* name, std::string node, std::string actor, std::uint32_t waiting, std::uint32_t handling) {
  return {{"hop", name},
          {"node", std::move(node)},
          {"actor", std::move(actor)},
          {"waiting_us", waiting},
          {"handling_us", handling}};
}

} // namespace

json hops_json(const persistence::journal_row& row, const tenant_id& tenant, const std::optional<hop_stamps>& stamps,
               const std::function<std::string(std::uint32_t)>& node_of, const std::optional<recent_hop>& at_edge,
               const std::optional<recent_hop>& at_owner) {
  if (!stamps || stamps->received_at == 0)
    return {{"received_at", nullptr},
            {"node", stamps ? json(node_of(stamps->owner)) : json(nullptr)},
            {"total_us", nullptr},
            {"complete", false},
            {"hops", json::array()}};
  const auto& s = *stamps;
  const bool knows_end = at_edge && at_edge->was_edge_here && at_owner && at_owner->was_committed_here;
  const auto origin = node_of(s.origin);
  const auto owner = node_of(s.owner);
  auto hops = json::array();
  hops.push_back(hop("edge", origin, node_name_id(origin), 0, s.edge_us));
  if (s.before_us > 0) // at the home of a spread tenant: everything until it was handed to its place
    hops.push_back(hop("home", owner, "", 0, s.before_us));
  if (s.has_crossed || s.origin != s.owner) {
    // Both ways: the round trip less the time at the other side. Afterwards only the way there is known, by clocks.
    const auto us = knows_end ? less(less(at_edge->away_us, at_owner->here_us), s.before_us) : s.crossing_ms * 1'000;
    hops.push_back(
        {{"hop", "transit"}, {"node", origin}, {"to", owner}, {"transit_us", us}, {"approximate", !knows_end}});
  }
  hops.push_back(hop("shard", owner, shard_actor_id(row.shard), s.shard_waiting_us, s.shard_us));
  hops.push_back(hop("tenant", owner, tenant_actor_id(tenant, row.shard), s.tenant_waiting_us, s.tenant_us));
  hops.push_back(hop("conversation", owner, conversation_actor_id(tenant, row.conversation),
                     s.conversation_waiting_us, s.conversation_us));
  json commit{{"hop", "commit"},
              {"node", owner},
              {"actor", service_id(owner, "commit_writer")},
              {"waiting_us", s.commit_waiting_us},
              {"commit_us", knows_end ? json(at_owner->commit_us) : json(nullptr)}};
  hops.push_back(std::move(commit));
  json total = nullptr;
  if (knows_end) {
    const auto known = s.shard_waiting_us + s.shard_us + s.tenant_waiting_us + s.tenant_us +
                       s.conversation_waiting_us + s.conversation_us + s.commit_waiting_us + at_owner->commit_us;
    const bool is_local = !s.has_crossed && s.origin == s.owner;
    // On one node what is left of the time away is the outcome's way back.
    const auto back = is_local ? less(less(at_edge->away_us, s.before_us), known) : less(at_owner->here_us, known);
    hops.push_back(hop("answer", origin, node_name_id(origin), back, at_edge->answer_us));
    total = at_edge->total_us;
  }
  return {{"received_at", to_rfc3339(s.received_at)},
          {"node", owner},
          {"total_us", std::move(total)},
          {"complete", knows_end},
          {"hops", std::move(hops)}};
}

std::string traceparent_of(const conversation_id& conversation, std::uint64_t ordinal) {
  // Neither may be all zeros: the conversation's id is random, ordinals begin with 1.
  return fmt::format("00-{}-{:016x}-01", to_string(conversation), ordinal);
}

} // namespace wakala::actors
