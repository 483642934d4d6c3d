#include "console/commands.hpp"

#include "console/actor_view.hpp"
#include "console/actors_view.hpp"
#include "console/audit_view.hpp"
#include "console/cluster_views.hpp"
#include "console/find_view.hpp"
#include "console/help_view.hpp"
#include "console/letters_view.hpp"
#include "console/live_view.hpp"
#include "console/trace_view.hpp"

#include <algorithm>
#include <array>

namespace wakala::console {

namespace {

std::unique_ptr<view> make_top(const std::string& rest, std::string& problem) {
  static constexpr std::array<std::string_view, 5> kinds{"conversation", "tenant", "shard", "service", "node"};
  auto [kind, tenant] = first_word(rest);
  if (kind.ends_with('s'))
    kind.pop_back();
  if (kind.empty())
    kind = kinds[0];
  if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) {
    problem = "top of what? conversations, tenants, shards, services or nodes";
    return nullptr;
  }
  return std::make_unique<actors_view>(actors_query{"", kind, tenant, 0});
}

} // namespace

std::unique_ptr<view> make_view(std::string_view command, std::string& problem) {
  const auto [name, rest] = first_word(command);
  problem.clear();
  const auto is = [&](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  const auto needs = [&](std::string_view what) {
    if (rest.empty())
      problem = name + " needs " + std::string(what);
    return !rest.empty();
  };
  if (is({"overview", "o"}))
    return std::make_unique<overview_view>();
  if (is({"nodes", "n"}))
    return std::make_unique<nodes_view>();
  if (is({"shards", "s"}))
    return std::make_unique<shards_view>();
  if (is({"actors", "a"}))
    return std::make_unique<actors_view>(actors_query{rest, "", "", 0});
  if (is({"top"}))
    return make_top(rest, problem);
  if (is({"actor", "conversation"}))
    return needs("an actor's id") ? std::make_unique<actor_view>(rest) : nullptr;
  if (is({"trace", "t"}))
    return needs("a wamid") ? std::make_unique<trace_view>(rest, "") : nullptr;
  if (is({"find", "f"}))
    return needs("a text") ? std::make_unique<find_view>(rest, "") : nullptr;
  if (is({"dead-letters", "letters", "dl"}))
    return std::make_unique<letters_view>(rest);
  if (is({"live", "watch", "w"})) {
    if (!rest.empty() && watch_for(rest).is_null()) {
      problem = "watch what? a conversation's id, a tenant, or a share like 5%";
      return nullptr;
    }
    return std::make_unique<live_view>(rest);
  }
  if (is({"audit"}))
    return std::make_unique<audit_view>();
  if (is({"help", "?"}))
    return std::make_unique<help_view>();
  problem = "there is no command “" + name + "”; F1 shows them";
  return nullptr;
}

const std::vector<numbered_view>& numbered_views() {
  static const std::vector<numbered_view> all{
      {U'1', "overview", "Overview"}, {U'2', "nodes", "Nodes"}, {U'3', "shards", "Shards"},
      {U'4', "actors", "Actors"},     {U'5', "top", "Top"},     {U'6', "dead-letters", "Dead letters"},
      {U'7', "audit", "Audit"},       {U'8', "live", "Live"},
  };
  return all;
}

} // namespace wakala::console
