#include "http/inspect_view.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace wakala::http {

using nlohmann::json;

namespace {

constexpr const char* dots = "•••";

/// Words of ours, ids that say nothing, times and amounts.
constexpr auto harmless = std::to_array<std::string_view>({"action",
                                                           "actor",
                                                           "amount",
                                                           "at",
                                                           "cart_id",
                                                           "category",
                                                           "changes",
                                                           "code",
                                                           "committed_at",
                                                           "conversation",
                                                           "conversation_id",
                                                           "currency",
                                                           "direction",
                                                           "expires_at",
                                                           "form",
                                                           "hop",
                                                           "how",
                                                           "kind",
                                                           "last_activity",
                                                           "last_intent",
                                                           "method",
                                                           "next",
                                                           "node",
                                                           "on",
                                                           "order_code",
                                                           "phone_number_id",
                                                           "placed_at",
                                                           "product_id",
                                                           "provider",
                                                           "reason_code",
                                                           "received_at",
                                                           "result",
                                                           "session_id",
                                                           "shard",
                                                           "state",
                                                           "status",
                                                           "status_at",
                                                           "tenant",
                                                           "tenant_id",
                                                           "to",
                                                           "traceparent",
                                                           "type",
                                                           "until",
                                                           "under",
                                                           "unit",
                                                           "version",
                                                           "language",
                                                           "marketing",
                                                           "started_at"});

/// `o` and hexadecimal digits: an id of ours (an id of Meta's holds a phone number).
bool is_own_id(std::string_view text) {
  return text.size() > 34 && text.front() == 'o' && std::all_of(text.begin() + 1, text.begin() + 33, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

bool may_stay(const std::string& member, const json& value) {
  if (std::find(harmless.begin(), harmless.end(), member) != harmless.end())
    return true;
  const auto& text = value.get_ref<const std::string&>();
  return text.empty() || ((member == "id" || member == "callback_data") && is_own_id(text));
}

} // namespace

void redact(json& value) {
  if (value.is_object()) {
    for (auto& [member, inner] : value.items()) {
      if (inner.is_string()) {
        if (!may_stay(member, inner))
          inner = dots;
      } else if (inner.is_array() && std::find(harmless.begin(), harmless.end(), member) != harmless.end()) {
        for (auto& each : inner)
          if (!each.is_string())
            redact(each);
      } else if (member != "window_expires_at") { // times, by the shop's own numbers
        redact(inner);
      }
    }
  } else if (value.is_array()) {
    for (auto& each : value)
      if (each.is_string())
        each = dots;
      else
        redact(each);
  }
}

void show_trace(json& trace, bool reveals) {
  for (const auto* member : {"decided", "sends"})
    if (!reveals && trace.contains(member))
      redact(trace[member]);
  trace["redacted"] = !reveals;
}

void narrow_overview(json& overview, const std::function<bool(const std::string&)>& has_shard) {
  for (auto& node : overview.at("nodes"))
    for (const auto* member : {"counters", "gauges", "latency", "conversations", "tenants"})
      node.erase(member);
  auto shards = json::array();
  for (const auto& shard : overview.at("shards")) {
    if (!has_shard(shard.at("shard").get<std::string>()))
      continue;
    json shown = json::object();
    for (const auto* member : {"id", "shard", "node", "state"})
      shown[member] = shard.at(member);
    shards.push_back(std::move(shown));
  }
  overview["shards"] = std::move(shards);
}

json whoami_json(const principal& who) {
  auto may = json::array({"read"});
  if (who.is_operator)
    may.push_back("act");
  if (who.is_operator || !who.tenants.empty())
    may.push_back("act_tenant");
  if (!who.tenants.empty() || (who.is_operator && who.sees_personal))
    may.push_back("personal");
  return {{"name", who.name},
          {"operator", who.is_operator},
          {"personal", who.sees_personal},
          {"tenants", who.tenants},
          {"may", std::move(may)}};
}

} // namespace wakala::http
