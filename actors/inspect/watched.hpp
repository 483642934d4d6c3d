/// \file
/// Questions about watches, and what nodes answer to them. Pure, but for the watch itself.
#pragma once

#include "actors/tracing/trace_watch.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wakala::actors {

/// Answers `{"watches":[{"key","tenants":[…],"conversation":"32 hexadecimal digits"|null,"share":0.01}]}` of one
/// node:
/// `{"watches":{KEY:{"seen":[{"event","tenant"}],"left_out":n}}}`. A watch that cannot be read is left out.
nlohmann::json watched_here(trace_watch& watch, const nlohmann::json& question, std::uint64_t now_us);
/// A watch as such a question holds it.
nlohmann::json watch_json(const std::string& key, const trace_wish& wish);

/// How a trace that is watched is called: message ids hold phone numbers. `trace` takes it as such an id while a node
/// remembers the update.
std::string update_name(const tenant_id& tenant, const std::string& event);
/// Tenant and event; nothing when it is no such name.
std::optional<std::pair<tenant_id, std::string>> update_name_from(std::string_view text);

/// What all nodes have seen, on its way to being traces.
class watched_everywhere {
public:
  static constexpr std::size_t of_one_watch_max = 50;
  static constexpr std::size_t traces_max = 200; ///< of all watches of one question together

  /// `parts`: the answers by node.
  explicit watched_everywhere(const std::map<std::string, nlohmann::json>& parts);

  nlohmann::json events() const; ///< the hexadecimal hashes of which traces are wanted
  const std::string& tenant_of(const std::string& event) const;
  void add(const std::string& event, nlohmann::json trace);
  /// `{"watches":{KEY:{"traces":[…],"left_out":n}}}`; what has no trace counts as left out.
  nlohmann::json told() const;

private:
  struct one_watch {
    std::vector<std::string> events;
    std::uint64_t left_out = 0;
  };
  std::map<std::string, one_watch> watches_;
  std::map<std::string, std::string> tenants_; ///< by event
  std::map<std::string, nlohmann::json> traces_;
};

} // namespace wakala::actors
