#include "console/actions.hpp"

#include "console/text.hpp"
#include "runtime/core/encoding.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace wakala::console {

using nlohmann::json;

namespace {

constexpr int most_minutes = 1440;
constexpr int most_in_bulk = 1000; ///< at a time

bool may_act_on_tenant(const whoami& who, const std::string& tenant) {
  return who.has_right("act") || (who.has_right("act_tenant") &&
                                  std::find(who.tenants.begin(), who.tenants.end(), tenant) != who.tenants.end());
}

action on_actor(action_kind kind, char32_t key, std::string name, const std::string& id, std::vector<field> fields) {
  auto target = "/v1/actors/" + url_encode(id) + ":" + name;
  return {kind, key, std::move(name), std::move(target), id, std::move(fields)};
}

json bulk_body(const action& what, const filled_fields& with, bool is_rehearsal) {
  auto filter = what.filter;
  if (with.idle_seconds > 0)
    filter["idle_seconds"] = with.idle_seconds;
  if (with.min_mailbox > 0)
    filter["min_mailbox"] = with.min_mailbox;
  return {{"action", what.name},
          {"filter", filter},
          {"dry_run", is_rehearsal},
          {"reason", with.reason},
          {"limit", most_in_bulk}};
}

} // namespace

std::vector<action> actions_for_actor(const whoami& who, const actor& on) {
  std::vector<action> found;
  if (on.kind == "conversation") {
    if (who.has_right("act")) {
      found.push_back(on_actor(action_kind::passivate, U'p', "passivate", on.id, {field::reason}));
      found.push_back(on_actor(action_kind::restart, U'R', "restart", on.id, {field::reason}));
    }
    if (may_act_on_tenant(who, on.tenant)) {
      if (on.state == "paused")
        found.push_back(on_actor(action_kind::resume, U'U', "resume", on.id, {field::reason}));
      else
        found.push_back(on_actor(action_kind::pause, U'P', "pause", on.id, {field::minutes, field::reason}));
    }
    if (who.has_right("personal"))
      found.push_back({action_kind::reveal, U'v', "reveal", "", on.id, {field::reason}});
  } else if (on.kind == "node") {
    return actions_for_node(who, on.name.empty() ? on.node : on.name, false);
  } else if (on.kind == "shard") {
    return actions_for_shard(who, on.shard.empty() ? on.name : on.shard, false);
  }
  return found;
}

std::vector<action> actions_for_node(const whoami& who, const std::string& node, bool is_alone) {
  if (!who.has_right("act") || is_alone || node.empty())
    return {};
  const auto path = "/v1/cluster/nodes/" + url_encode(node);
  return {{action_kind::drain, U'd', "drain", path + ":drain", "node " + node, {field::reason}},
          {action_kind::undrain, U'D', "undrain", path + ":undrain", "node " + node, {field::reason}}};
}

std::vector<action> actions_for_shard(const whoami& who, const std::string& shard, bool is_alone) {
  if (!who.has_right("act") || is_alone || shard.empty())
    return {};
  return {{action_kind::move,
           U'm',
           "move",
           "/v1/cluster/shards/" + url_encode(shard) + ":move",
           shard,
           {field::node, field::reason}}};
}

std::vector<action> actions_for_letter(const whoami& who, const std::string& tenant, const std::string& id) {
  if (tenant.empty()) {
    if (!who.has_right("act"))
      return {};
    return {{action_kind::drop,
             U'x',
             "drop",
             "/v1/set-aside/" + url_encode(id) + ":drop",
             "what was set aside, " + id,
             {field::reason}}};
  }
  if (!may_act_on_tenant(who, tenant))
    return {};
  const auto path = "/v1/tenants/" + url_encode(tenant) + "/dead-letters/" + url_encode(id);
  const auto subject = fmt::format("dead letter {} of {}", id, tenant);
  return {{action_kind::replay, U'y', "replay", path + ":replay", subject, {field::reason}},
          {action_kind::drop, U'x', "drop", path + ":drop", subject, {field::reason}}};
}

std::vector<action> actions_for_all(const whoami& who, const json& filter) {
  std::vector<action> found;
  if (!who.has_right("act"))
    return found;
  std::string where = "all conversations";
  for (const auto& [name, value] : filter.items())
    where += " of " + (name == "tenant" ? std::string{} : name + " ") + value.get<std::string>();
  for (const auto* name : {"passivate", "restart", "pause", "resume"})
    found.push_back(
        {action_kind::bulk, 0, name, "/v1/actors:bulk", where, {field::idle, field::mailbox, field::reason}, filter});
  return found;
}

call rehearsal_for(const action& what, const filled_fields& with) {
  return {0, "POST", what.target, bulk_body(what, with, true).dump()};
}

call call_for(const action& what, const filled_fields& with) {
  if (what.kind == action_kind::bulk)
    return {0, "POST", what.target, bulk_body(what, with, false).dump()};
  json body{{"reason", with.reason}};
  for (const auto each : what.fields) {
    if (each == field::minutes)
      body["minutes"] = with.minutes;
    if (each == field::node)
      body["node"] = with.node.empty() ? json() : json(with.node);
  }
  return {0, "POST", what.target, body.dump()};
}

std::string question_for(const action& what, const filled_fields& with) {
  std::string how;
  for (const auto each : what.fields) {
    if (each == field::minutes)
      how += fmt::format(" for {} min", with.minutes);
    if (each == field::node)
      how += with.node.empty() ? " to where it belongs" : " to " + with.node;
  }
  if (what.kind == action_kind::reveal)
    return fmt::format("Show personal data of {}? It is recorded, with “{}”.", what.subject, with.reason);
  return fmt::format("{} {}{}, because “{}”?", what.name, what.subject, how, with.reason);
}

std::string question_for(const action& what, const filled_fields& with, const answer& rehearsal) {
  const auto matched = number_at(rehearsal.body, "matched").value_or(0);
  if (matched <= 0)
    return {};
  std::string which = what.subject;
  if (with.idle_seconds > 0)
    which += fmt::format(", idle for {} s", with.idle_seconds);
  if (with.min_mailbox > 0)
    which += fmt::format(", with {} waiting", with.min_mailbox);
  return fmt::format("{} {:.0f} ({}), because “{}”?", what.name, std::min<double>(matched, most_in_bulk), which,
                     with.reason);
}

std::optional<int> parse_count(const std::string& text) {
  if (text.empty())
    return 0;
  int count = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), count);
  return failed == std::errc{} && end == text.data() + text.size() && count >= 0 ? std::optional(count)
                                                                                 : std::nullopt;
}

std::string problem_of(field which, const std::string& text) {
  switch (which) {
  case field::reason:
    if (text.find_first_not_of(' ') == std::string::npos)
      return "a reason is needed: it is kept in the audit trail";
    return code_points(text) > 200 ? "at most 200 characters" : "";
  case field::minutes: {
    const auto minutes = parse_count(text).value_or(0);
    return minutes < 1 || minutes > most_minutes ? "a number from 1 to 1440" : "";
  }
  case field::idle:
  case field::mailbox:
    return parse_count(text) ? "" : "a number, or nothing";
  case field::node:
    return "";
  }
  return "";
}

std::string prompt_for(field which) {
  switch (which) {
  case field::reason:
    return "Reason: ";
  case field::minutes:
    return "For how many minutes: ";
  case field::node:
    return "To which node (nothing: where it belongs): ";
  case field::idle:
    return "Idle for how many seconds at least (nothing: any): ";
  case field::mailbox:
    return "With how many messages waiting at least (nothing: any): ";
  }
  return "";
}

std::string outcome_text(const action& what, const answer& came) {
  const auto about = ": " + what.name + " " + what.subject;
  if (came.is_good()) {
    const auto result = text_at(came.body, "result");
    std::string text = result == "stays"      ? "it stays, it has work to do"
                       : result == "not_live" ? "it was not live"
                                              : "done";
    if (what.kind == action_kind::bulk)
      text = fmt::format("done with {:.0f}, failed with {:.0f}", number_at(came.body, "done").value_or(0),
                         number_at(came.body, "failed").value_or(0));
    if (const auto audit = number_at(came.body, "audit"))
      text += fmt::format(" (audit {:.0f})", *audit);
    return text + about;
  }
  if (came.status == 0)
    return (came.is_unknown ? "no answer came, whether it was done is unknown" : "not done, " + came.why) + about;
  return fmt::format("refused, {} {}{}", came.status, came.why, about);
}

} // namespace wakala::console
