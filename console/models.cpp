#include "console/models.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace wakala::console {

using nlohmann::json;

namespace {

std::vector<std::string> texts_at(const json& from, std::string_view key) {
  std::vector<std::string> found;
  for (const auto& each : list_at(from, key))
    if (each.is_string())
      found.push_back(each.get<std::string>());
  return found;
}

/// Every member that is a number.
numbers numbers_of(const json& from) {
  numbers found;
  if (from.is_object())
    for (const auto& [key, value] : from.items())
      if (value.is_number())
        found.emplace(key, value.get<double>());
  return found;
}

std::vector<double> numbers_at(const json& from, std::string_view key) {
  std::vector<double> found;
  for (const auto& each : list_at(from, key))
    found.push_back(each.is_number() ? each.get<double>() : 0);
  return found;
}

node_view read_node(const json& from) {
  node_view node;
  node.name = text_at(from, "name");
  node.state = text_at(from, "state");
  node.version = text_at(from, "version");
  node.link = text_at(from, "link");
  node.is_self = flag_at(from, "self");
  node.figures = numbers_of(from);
  node.counters = numbers_of(member_of(from, "counters"));
  node.gauges = numbers_of(member_of(from, "gauges"));
  const auto& latency = member_of(from, "latency");
  node.latency = {numbers_at(latency, "le_us"), numbers_at(latency, "count")};
  if (node.latency.count.size() != node.latency.le_us.size() + 1)
    node.latency = {};
  return node;
}

} // namespace

const json& member_of(const json& from, std::string_view key) {
  static const json null;
  if (!from.is_object())
    return null;
  const auto found = from.find(key);
  return found == from.end() ? null : *found;
}

const json& list_at(const json& from, std::string_view key) {
  static const json none = json::array();
  const auto& found = member_of(from, key);
  return found.is_array() ? found : none;
}

std::string text_at(const json& from, std::string_view key) {
  const auto& found = member_of(from, key);
  return found.is_string() ? found.get<std::string>() : std::string{};
}

std::optional<double> number_at(const json& from, std::string_view key) {
  const auto& found = member_of(from, key);
  return found.is_number() ? std::optional(found.get<double>()) : std::nullopt;
}

bool flag_at(const json& from, std::string_view key) {
  const auto& found = member_of(from, key);
  return found.is_boolean() && found.get<bool>();
}

std::optional<double> find_number(const numbers& in, std::string_view name) {
  const auto found = in.find(name);
  return found == in.end() ? std::nullopt : std::optional(found->second);
}

bool whoami::has_right(std::string_view right) const { return std::find(may.begin(), may.end(), right) != may.end(); }

whoami read_whoami(const json& from) {
  return {text_at(from, "name"), flag_at(from, "operator"), texts_at(from, "tenants"), texts_at(from, "may")};
}

overview read_overview(const json& from) {
  overview whole;
  whole.at = text_at(from, "at");
  whole.node = text_at(from, "node");
  whole.is_cluster = flag_at(from, "cluster");
  for (const auto& each : list_at(from, "nodes"))
    whole.nodes.push_back(read_node(each));
  for (const auto& each : list_at(from, "shards"))
    whole.shards.push_back({text_at(each, "id"), text_at(each, "shard"), text_at(each, "node"),
                            text_at(each, "state"), text_at(each, "pinned_to"), numbers_of(each)});
  whole.unreachable = texts_at(from, "unreachable");
  return whole;
}

actor read_actor(const json& from) {
  return {text_at(from, "id"),     text_at(from, "kind"),  text_at(from, "name"),
          text_at(from, "under"),  text_at(from, "node"),  text_at(from, "shard"),
          text_at(from, "tenant"), text_at(from, "state"), text_at(from, "last_activity"),
          numbers_of(from)};
}

actor_list read_actors(const json& from) {
  actor_list list;
  for (const auto& each : list_at(from, "actors"))
    list.actors.push_back(read_actor(each));
  list.total = number_at(from, "total");
  list.next = text_at(from, "next");
  list.unreachable = texts_at(from, "unreachable");
  return list;
}

std::vector<hop> read_hops(const json& trace) {
  std::vector<hop> hops;
  for (const auto& each : list_at(trace, "hops")) {
    hop one{text_at(each, "hop"), text_at(each, "node"), text_at(each, "to"), text_at(each, "actor")};
    one.waiting_us = number_at(each, "waiting_us").value_or(0);
    one.is_timed = number_at(each, "waiting_us").has_value();
    for (const auto* key : {"handling_us", "commit_us", "transit_us"})
      if (const auto us = number_at(each, key)) {
        one.working_us += *us;
        one.is_timed = true;
      }
    hops.push_back(std::move(one));
  }
  return hops;
}

} // namespace wakala::console
