#include "actors/inspect/watched.hpp"

#include "runtime/core/encoding.hpp"

#include <algorithm>

namespace wakala::actors {

using nlohmann::json;

namespace {

constexpr std::string_view update_prefix = "update:";

std::optional<trace_wish> wish_from(const json& told) {
  trace_wish wish;
  if (told.contains("tenants"))
    wish.tenants = told.at("tenants").get<std::set<tenant_id>>();
  wish.share = told.value("share", 1.0);
  if (told.contains("conversation") && !told.at("conversation").is_null()) {
    wish.conversation = parse_conversation_id(told.at("conversation").get<std::string>());
    if (!wish.conversation)
      return std::nullopt;
  }
  return wish;
}

} // namespace

json watched_here(trace_watch& watch, const json& question, std::uint64_t now_us) {
  auto watches = json::object();
  for (const auto& each : question.value("watches", json::array())) {
    const auto wish = wish_from(each);
    const auto key = each.value("key", "");
    if (!wish || key.empty())
      continue;
    const auto passed = watch.take(key, *wish, now_us);
    auto seen = json::array();
    for (const auto& message : passed.messages)
      seen.push_back({{"event", to_string(conversation_id{message.event})}, {"tenant", message.tenant}});
    watches[key] = {{"seen", std::move(seen)}, {"left_out", passed.left_out}};
  }
  return {{"watches", std::move(watches)}};
}

json watch_json(const std::string& key, const trace_wish& wish) {
  return {{"key", key},
          {"tenants", wish.tenants},
          {"conversation", wish.conversation ? json(to_string(*wish.conversation)) : json(nullptr)},
          {"share", wish.share}};
}

std::string update_name(const tenant_id& tenant, const std::string& event) {
  return std::string(update_prefix) + tenant + ":" + event;
}

std::optional<std::pair<tenant_id, std::string>> update_name_from(std::string_view text) {
  if (!text.starts_with(update_prefix))
    return std::nullopt;
  text.remove_prefix(update_prefix.size());
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || !parse_conversation_id(text.substr(colon + 1)))
    return std::nullopt;
  return std::pair{tenant_id(text.substr(0, colon)), std::string(text.substr(colon + 1))};
}

watched_everywhere::watched_everywhere(const std::map<std::string, json>& parts) {
  for (const auto& [node, part] : parts) {
    const auto watches = part.value("watches", json::object());
    for (const auto& [key, told] : watches.items()) {
      auto& watch = watches_[key];
      watch.left_out += told.value("left_out", std::uint64_t{0});
      for (const auto& seen : told.value("seen", json::array())) {
        const auto event = seen.value("event", "");
        if (watch.events.size() >= of_one_watch_max || (tenants_.size() >= traces_max && !tenants_.contains(event))) {
          ++watch.left_out;
          continue;
        }
        watch.events.push_back(event);
        tenants_.emplace(event, seen.value("tenant", ""));
      }
    }
  }
}

json watched_everywhere::events() const {
  auto out = json::array();
  for (const auto& [event, tenant] : tenants_)
    out.push_back(event);
  return out;
}

const std::string& watched_everywhere::tenant_of(const std::string& event) const {
  static const std::string nobody;
  const auto at = tenants_.find(event);
  return at == tenants_.end() ? nobody : at->second;
}

void watched_everywhere::add(const std::string& event, json trace) {
  trace.erase("sends"); // none of them is on its way yet
  traces_[event] = std::move(trace);
}

json watched_everywhere::told() const {
  auto out = json::object();
  for (const auto& [key, watch] : watches_) {
    auto left_out = watch.left_out;
    std::vector<const json*> found;
    for (const auto& event : watch.events)
      if (const auto at = traces_.find(event); at != traces_.end())
        found.push_back(&at->second);
      else
        ++left_out;
    std::stable_sort(found.begin(), found.end(), [](const json* a, const json* b) {
      return a->value("committed_at", "") < b->value("committed_at", "");
    });
    auto traces = json::array();
    for (const auto* trace : found)
      traces.push_back(*trace);
    out[key] = {{"traces", std::move(traces)}, {"left_out", left_out}};
  }
  return {{"watches", std::move(out)}};
}

} // namespace wakala::actors
