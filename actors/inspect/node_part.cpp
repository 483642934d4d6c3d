#include "actors/inspect/node_part.hpp"

#include "runtime/core/encoding.hpp"
#include "runtime/core/monotonic.hpp"
#include "runtime/core/time_text.hpp"
#include "runtime/shard_map.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <unistd.h>

namespace wakala::actors {

using nlohmann::json;

namespace {

constexpr std::uint64_t fresh_us = 400'000;   ///< sums
constexpr std::uint64_t kept_us = 60'000'000; ///< the index, after the last look

/// Memory of this process that is in use, by the system's count; 0 where it does not say.
std::uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t all = 0;
  std::uint64_t resident = 0;
  statm >> all >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

} // namespace

node_part::node_part(node_context_ptr node) : node_(std::move(node)), began_us_(monotonic_us()) {}

figures_index& node_part::index() {
  looked_at_us_ = monotonic_us();
  if (!index_)
    index_ = std::make_unique<figures_index>(node_->figures);
  return *index_;
}

bool node_part::tidy() {
  if (!index_)
    return false;
  if (monotonic_us() - looked_at_us_ < kept_us)
    return true;
  index_.reset();
  sums_ = {};
  summed_at_us_ = 0;
  return false;
}

const node_sums& node_part::sums() {
  if (const auto now = monotonic_us(); summed_at_us_ == 0 || now - summed_at_us_ > fresh_us) {
    sums_ = index().sums();
    // A supervisor whose shard is another node's by now may still be known to somebody, and so keep its row.
    const auto table = node_->shards->get();
    const auto is_elsewhere = [&](shard_id shard) { return shard < table->size() && !table->is_here(shard); };
    std::erase_if(sums_.shards, [&](const auto& each) { return is_elsewhere(each.first); });
    std::erase_if(sums_.tenants, [&](const auto& each) { return is_elsewhere(each.first.first); });
    summed_at_us_ = monotonic_us();
  }
  return sums_;
}

json node_part::time_of(std::uint64_t second) const {
  if (second == 0)
    return nullptr;
  const auto ago = static_cast<time_ms>(monotonic_us() / 1'000'000 - second);
  return to_rfc3339(node_->clock->now() - ago * ms_per_second);
}

json node_part::node_json() {
  const auto& all = sums().all;
  const auto& c = *node_->count;
  const auto of = [](const auto& counter) { return counter.load(std::memory_order_relaxed); };
  const auto tenants = node_->tenants->get();
  const auto hidden = tenants->find(system_tenant) ? std::size_t{1} : std::size_t{0};
  return {{"name", node_->node_name},
          {"conversations", std::max<std::int64_t>(of(c.conversations_live), 0)},
          {"tenants", tenants->all().size() - hidden},
          {"counters",
           {{"events_committed", of(c.events_committed)},
            {"events_repeated", of(c.events_repeated)},
            {"events_refused", of(c.events_refused)},
            {"events_dead_lettered", of(c.events_dead_lettered)},
            {"events_set_aside", of(c.events_set_aside)},
            {"sends_attempted", of(c.sends_attempted)},
            {"sends_accepted", of(c.sends_accepted)},
            {"sends_failed", of(c.sends_failed)},
            {"sends_retried", of(c.sends_retried)},
            {"sends_ambiguous", of(c.sends_ambiguous)},
            {"journal_rows", of(c.journal_rows)},
            {"journal_batches", of(c.journal_batches)},
            {"folded_rows", of(c.folded_rows)},
            {"conversations_activated", of(c.conversations_activated)},
            {"conversations_passivated", of(c.conversations_passivated)},
            {"messages_handled", all.messages},
            {"handling_us", all.handling_us},
            {"waiting_us", all.waiting_us}}},
          {"gauges",
           {{"mailbox", all.mailbox},
            {"state_bytes", all.bytes},
            {"unfolded_rows", node_->backlog->rows.load(std::memory_order_relaxed)},
            {"uptime_s", (monotonic_us() - began_us_) / 1'000'000},
            {"rss_bytes", resident_bytes()}}},
          {"latency",
           {{"le_us", post_latency::bounds_us},
            {"count", node_->memory ? json(node_->memory->latency.counts()) : json(json::array())}}}};
}

json node_part::shard_figures(shard_id shard) {
  const auto at = sums().shards.find(shard);
  const auto figures = at == sums_.shards.end() ? actor_sums{} : at->second;
  return {{"conversations", figures.actors},  {"messages", figures.messages}, {"handling_us", figures.handling_us},
          {"waiting_us", figures.waiting_us}, {"mailbox", figures.mailbox},   {"bytes", figures.bytes}};
}

json node_part::actor_json(std::string id, std::string_view kind, std::string name, std::string under,
                           const actor_sums& f) const {
  return {{"id", std::move(id)},
          {"kind", kind},
          {"name", std::move(name)},
          {"under", under.empty() ? json(nullptr) : json(std::move(under))},
          {"node", node_->node_name},
          {"shard", nullptr},
          {"tenant", nullptr},
          {"state", "live"},
          {"children", 0},
          {"mailbox", f.mailbox},
          {"messages", f.messages},
          {"handling_us", f.handling_us},
          {"waiting_us", f.waiting_us},
          {"waiting_max_us", f.waiting_max_us},
          {"bytes", f.bytes},
          {"last_activity", time_of(f.last_s)}};
}

json node_part::conversation_json(const seen_actor& one) const {
  const auto tenant = node_->figures->name_of(one.name);
  const auto hex = to_string(one.conversation);
  auto out = actor_json(conversation_actor_id(tenant, one.conversation), "conversation", "…" + hex.substr(24),
                        tenant_actor_id(tenant, one.shard), one.figures);
  out["shard"] = runtime::shard_name(one.shard);
  out["tenant"] = tenant;
  if (one.is_paused)
    out["state"] = "paused";
  return out;
}

json node_part::tenant_json(shard_id shard, std::uint32_t name, const actor_sums& figures) const {
  const auto tenant = node_->figures->name_of(name);
  auto out = actor_json(tenant_actor_id(tenant, shard), "tenant", tenant, shard_actor_id(shard), figures);
  out["shard"] = runtime::shard_name(shard);
  out["tenant"] = tenant;
  out["children"] = figures.actors;
  return out;
}

json node_part::shard_json(shard_id shard) const {
  const auto at = sums_.shards.find(shard);
  auto out = actor_json(shard_actor_id(shard), "shard", runtime::shard_name(shard), node_name_id(node_->node_name),
                        at == sums_.shards.end() ? actor_sums{} : at->second);
  out["shard"] = runtime::shard_name(shard);
  out["children"] = std::count_if(sums_.tenants.begin(), sums_.tenants.end(),
                                  [shard](const auto& each) { return each.first.first == shard; });
  return out;
}

std::vector<json> node_part::children(const actor_name& under) {
  std::vector<json> out;
  const auto& all = sums();
  if (under.kind == actor_name::sort::node && under.node == node_->node_name) {
    for (const auto& [shard, figures] : all.shards)
      out.push_back(shard_json(shard));
    for (const auto& service : all.services) {
      const auto name = node_->figures->name_of(service.name);
      out.push_back(actor_json(service_id(node_->node_name, name), "service", name, node_name_id(node_->node_name),
                               service.figures));
    }
  } else if (under.kind == actor_name::sort::shard) {
    for (const auto& [place, figures] : all.tenants)
      if (place.first == under.shard)
        out.push_back(tenant_json(place.first, place.second, figures));
  }
  return out;
}

json node_part::conversations(const conversation_wish& wish) {
  const auto found = index().find(wish);
  auto actors = json::array();
  for (const auto& one : found.first)
    actors.push_back(conversation_json(one));
  return {{"actors", std::move(actors)}, {"total", found.total}};
}

json node_part::one(const actor_name& name) {
  switch (name.kind) {
  case actor_name::sort::node: {
    if (name.node != node_->node_name)
      return nullptr;
    auto out = actor_json(node_name_id(name.node), "node", name.node, "", sums().all);
    out["children"] = sums_.shards.size() + sums_.services.size();
    return out;
  }
  case actor_name::sort::service:
    for (auto& each : children(actor_name{actor_name::sort::node, name.node, {}, {}, 0, {}}))
      if (each.at("id") == to_string(name))
        return each;
    return nullptr;
  case actor_name::sort::shard:
    return sums().shards.contains(name.shard) ? shard_json(name.shard) : json(nullptr);
  case actor_name::sort::tenant: {
    const auto at = sums().tenants.find({name.shard, node_->figures->known(name.tenant).value_or(0)});
    return at == sums_.tenants.end() ? json(nullptr) : tenant_json(name.shard, at->first.second, at->second);
  }
  case actor_name::sort::conversation: {
    conversation_wish wish;
    wish.only = name.conversation;
    wish.tenant = node_->figures->known(name.tenant).value_or(0);
    wish.limit = 1;
    const auto found = index().find(wish);
    return found.first.empty() ? json(nullptr) : conversation_json(found.first.front());
  }
  }
  return nullptr;
}

} // namespace wakala::actors
