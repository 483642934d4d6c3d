#include "actors/inspect/cluster_merge.hpp"

#include "actors/inspect/actor_ids.hpp"
#include "runtime/core/encoding.hpp"
#include "runtime/core/time_text.hpp"
#include "runtime/shard_map.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace wakala::actors {

using nlohmann::json;

namespace {

constexpr std::string_view rank_prefix = "rank:";
constexpr std::size_t rank_max = 4'500;

json node_of_view(const persistence::node_row& node, const runtime::cluster_report& report) {
  const auto link = std::find_if(report.links.begin(), report.links.end(),
                                 [&](const auto& each) { return each.first == node.name; });
  std::size_t shards = 0;
  for (const auto& lease : report.view.leases)
    shards += lease.node == node.name ? 1U : 0U;
  return {{"name", node.name},
          {"state", runtime::to_string(runtime::standing_of(node, report.view.now, report.timing))},
          {"version", node.version},
          {"heartbeat_age_ms", std::max<time_ms>(report.view.now - node.beat_at, 0)},
          {"shards", shards},
          {"self", node.name == report.me},
          {"link", node.name == report.me       ? "self"
                   : link == report.links.end() ? "none"
                                                : std::string(runtime::to_string(link->second))}};
}

const char* figure_member(actor_order by) noexcept {
  switch (by) {
  case actor_order::id:
    return "id";
  case actor_order::mailbox:
    return "mailbox";
  case actor_order::waiting:
    return "waiting_us";
  case actor_order::waiting_max:
    return "waiting_max_us";
  case actor_order::messages:
    return "messages";
  case actor_order::handling:
    return "handling_us";
  case actor_order::bytes:
    return "bytes";
  case actor_order::last_activity:
    return "last_activity";
  }
  return "id";
}

/// `shard:10` stands behind `shard:9`.
bool id_before(const json& a, const json& b) {
  const auto& left = a.at("id").get_ref<const std::string&>();
  const auto& right = b.at("id").get_ref<const std::string&>();
  if (left.size() != right.size() && left.starts_with("shard:") && right.starts_with("shard:"))
    return left.size() < right.size();
  return left < right;
}

bool figure_before(const json& a, const json& b, const char* member) {
  const auto& left = a.at(member);
  const auto& right = b.at(member);
  if (left == right)
    return id_before(a, b);
  if (left.is_null() || right.is_null())
    return right.is_null();
  return left > right;
}

} // namespace

result<page_cursor> page_cursor_from(const std::string& text) {
  page_cursor out;
  if (text.empty())
    return out;
  if (text.starts_with(rank_prefix)) {
    const auto digits = std::string_view(text).substr(rank_prefix.size());
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), out.rank);
    if (failed == std::errc{} && end == digits.data() + digits.size() && out.rank <= rank_max)
      return out;
  } else if (parse_conversation_id(text)) {
    out.id = text;
    return out;
  }
  return make_error(errc::invalid_argument, "is not a cursor of this list; take it from `next`", "after");
}

json overview_json(const std::string& me, bool is_in_cluster, std::uint32_t shard_count, time_ms now,
                   const std::map<std::string, json>& parts, const runtime::cluster_report* report) {
  auto nodes = json::array();
  auto unreachable = json::array();
  std::map<std::string, json> listed;
  if (report != nullptr)
    for (const auto& node : report->view.nodes)
      listed[node.name] = node_of_view(node, *report);
  for (const auto& [name, part] : parts) {
    auto& node = listed[name];
    if (!node.is_object())
      node = {{"name", name}, {"state", "serving"}, {"self", name == me}, {"link", name == me ? "self" : "up"}};
    for (const auto* member : {"conversations", "tenants", "counters", "gauges", "latency"})
      if (part.contains(member))
        node[member] = part.at(member);
    if (!node.contains("shards"))
      node["shards"] = part.at("shards").size();
  }
  for (auto& [name, node] : listed) {
    if (!parts.contains(name))
      unreachable.push_back(name);
    nodes.push_back(std::move(node));
  }
  std::vector<json> shards(shard_count);
  for (shard_id shard = 0; shard < shard_count; ++shard)
    shards[shard] = {{"id", shard_actor_id(shard)},
                     {"shard", runtime::shard_name(shard)},
                     {"node", nullptr},
                     {"epoch", 0},
                     {"state", "free"},
                     {"pinned_to", nullptr}};
  if (report != nullptr)
    for (const auto& lease : report->view.leases) {
      if (lease.shard >= shard_count)
        continue;
      auto& shard = shards[lease.shard];
      shard["node"] = lease.node.empty() ? json(nullptr) : json(lease.node);
      shard["epoch"] = lease.epoch;
      shard["pinned_to"] = lease.pinned_to.empty() ? json(nullptr) : json(lease.pinned_to);
      shard["state"] = lease.node.empty() ? "free" : "down"; // until its owner says otherwise
    }
  for (const auto& [name, part] : parts)
    for (const auto& told : part.at("shards")) {
      const auto id = actor_name_from(told.value("id", ""));
      if (!id || id->shard >= shard_count ||
          told.value("epoch", std::uint64_t{0}) < shards[id->shard].value("epoch", std::uint64_t{0}))
        continue; // of an owner that does not know yet that it is none
      const auto pinned = shards[id->shard].at("pinned_to");
      shards[id->shard].update(told);
      shards[id->shard]["pinned_to"] = pinned;
    }
  return {{"at", to_rfc3339(now)}, {"node", me},       {"cluster", is_in_cluster},
          {"nodes", nodes},        {"shards", shards}, {"unreachable", unreachable}};
}

json actors_json(std::map<std::string, json>& parts, const std::vector<std::string>& unreachable, actor_order by,
                 std::size_t limit, const page_cursor& from, time_ms now) {
  std::vector<json> all;
  std::uint64_t total = 0;
  for (auto& [name, part] : parts) {
    total += part.value("total", std::uint64_t{0});
    if (part.contains("actors"))
      for (auto& each : part.at("actors"))
        all.push_back(std::move(each));
  }
  const auto* member = figure_member(by);
  std::sort(all.begin(), all.end(), [&](const json& a, const json& b) {
    return by == actor_order::id ? id_before(a, b) : figure_before(a, b, member);
  });
  const auto first = std::min(from.rank, all.size());
  const auto last = std::min(first + limit, all.size());
  json page(json::array());
  for (auto i = first; i < last; ++i)
    page.push_back(std::move(all[i]));
  json next = nullptr;
  if (last < all.size() && !page.empty()) {
    const auto& id = page.back().at("id").get_ref<const std::string&>();
    const bool by_id = by == actor_order::id && id.starts_with("conversation:");
    if (by_id)
      next = id.substr(id.rfind(':') + 1);
    else if (last <= rank_max)
      next = std::string(rank_prefix) + std::to_string(last);
  }
  return {{"at", to_rfc3339(now)},
          {"actors", std::move(page)},
          {"total", total},
          {"next", next},
          {"unreachable", unreachable}};
}

} // namespace wakala::actors
