#include "console/actors_view.hpp"

#include "console/cluster_tables.hpp"
#include "console/figures.hpp"
#include "console/rates.hpp"
#include "runtime/core/encoding.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace wakala::console {

namespace {

constexpr std::array<std::string_view, 5> kinds{"conversation", "tenant", "shard", "service", "node"};
constexpr std::size_t usual_limit = 200;

/// What the node itself can sort by; the rest is sorted here, among what was loaded.
bool is_sorted_there(std::string_view column) {
  static constexpr std::array<std::string_view, 8> known{"mailbox",  "waiting", "waiting_max",   "messages",
                                                         "handling", "bytes",   "last_activity", "id"};
  return std::find(known.begin(), known.end(), column) != known.end();
}

std::vector<column> actor_columns() {
  return {
      {"id", "ACTOR", alignment::left, 20, 9, true},
      {"kind", "KIND", alignment::left, 0, 1},
      {"node", "NODE", alignment::left, 0, 7},
      {"tenant", "TENANT", alignment::left, 6, 2},
      {"state", "STATE", alignment::left, 0, 9},
      {"children", "BELOW", alignment::right, 0, 5},
      {"mailbox", "QUEUE", alignment::right, 0, 8},
      {"messages", "MSGS", alignment::right, 0, 7},
      {"rate", "MSG/S", alignment::right, 0, 7},
      {"waiting", "WAIT", alignment::right, 0, 6},
      {"waiting_max", "WAIT MAX", alignment::right, 0, 5},
      {"handling", "WORK", alignment::right, 0, 6},
      {"bytes", "BYTES", alignment::right, 0, 5},
      {"last_activity", "IDLE", alignment::right, 0, 5},
  };
}

} // namespace

actors_view::actors_view(actors_query query) : query_(std::move(query)) {
  if (!query_.kind.empty())
    sorted = {"mailbox", true};
}

actors_query actors_view::query_for(const whoami& who) const {
  auto shown = query_;
  if (who.is_operator || who.tenants.empty() || !shown.under.empty())
    return shown;
  // A tenant's token sees what belongs to its tenant, and nothing flat over the cluster.
  if (shown.tenant.empty())
    shown.tenant = who.tenants.front();
  if (shown.kind != "conversation")
    shown.kind = "tenant";
  return shown;
}

std::string actors_view::command() const {
  if (!query_.kind.empty())
    return "top " + query_.kind + (query_.tenant.empty() ? "" : " " + query_.tenant);
  return query_.under.empty() ? "actors" : "actors " + query_.under;
}

std::string actors_view::title() const {
  if (!query_.kind.empty())
    return fmt::format("Top {}s{}", query_.kind, query_.tenant.empty() ? "" : " of " + query_.tenant);
  return query_.under.empty() ? "Actors" : query_.under;
}

std::vector<wish> actors_view::wishes(const surroundings& around) const {
  const auto shown = query_for(around.who);
  std::string target = "/v1/actors?limit=" + std::to_string(query_.limit > 0 ? query_.limit : usual_limit);
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty())
      target += fmt::format("&{}={}", name, url_encode(value));
  };
  add("under", shown.under);
  add("kind", shown.kind);
  add("tenant", shown.tenant);
  add("sort", is_sorted_there(sorted.column) ? sorted.column : "");
  // A list that is here as a whole is filtered here, by every column; of a longer one the node finds the ids.
  if (!list_.next.empty() || (list_.total && *list_.total > static_cast<double>(usual_limit)))
    add("q", filter);
  return {{"actors", std::move(target)}};
}

void actors_view::take(const std::string&, const nlohmann::json& body, std::int64_t at_ms) {
  messages_before_.clear();
  for (const auto& each : list_.actors)
    if (const auto messages = find_number(each.figures, "messages"))
      messages_before_[each.id] = *messages;
  before_ms_ = at_ms_;
  at_ms_ = at_ms;
  auto given = read_actors(body);
  // While a filter is at work the total is that of the filter; the list was long before, so it stays with the node.
  if (!filter.empty() && list_.total && given.total && *given.total < *list_.total)
    given.total = list_.total;
  list_ = std::move(given);
  has_answer_ = true;
}

std::optional<double> actors_view::rate_of_actor(const actor& each) const {
  return rate_of(find_number(messages_before_, each.id), find_number(each.figures, "messages"),
                 static_cast<double>(at_ms_ - before_ms_) / 1000);
}

page actors_view::show(const surroundings& around, std::size_t width) const {
  page out;
  if (!has_answer_)
    return out;
  table rows{actor_columns(), {}};
  bool has_children = false;
  for (const auto& each : list_.actors) {
    const auto figure = [&](std::string_view name) { return find_number(each.figures, name); };
    const auto active = parse_time(each.last_activity);
    has_children = has_children || figure("children").value_or(0) > 0;
    rows.rows.push_back(
        {each.id,
         {{each.kind == "conversation" ? after_colon(each.id) : each.id, look::strong},
          {each.kind, look::dim},
          {each.node},
          {each.tenant},
          {each.state, look_of_state(each.state)},
          count_cell(figure("children")),
          count_cell(figure("mailbox")),
          count_cell(figure("messages")),
          rate_cell(rate_of_actor(each)),
          micros_cell(figure("waiting_us")),
          micros_cell(figure("waiting_max_us")),
          micros_cell(figure("handling_us")),
          bytes_cell(figure("bytes")),
          {active ? ago_text(each.last_activity, around.now_ms) : std::string(nothing),
           active ? look::plain : look::dim, active ? std::optional(static_cast<double>(*active)) : std::nullopt}}});
  }
  if (!has_children && !rows.rows.empty())
    drop_column(rows, "children");
  out.body = table_lines(std::move(rows), width);
  out.note = note_of(out.body.size() - 1, list_.actors.size(), list_.total);
  if (!list_.unreachable.empty()) {
    std::string names;
    for (const auto& each : list_.unreachable)
      names += " " + each;
    out.panel.push_back(plain_line(" not reached, and missing here:" + names, look::bad));
  }
  if (list_.actors.empty())
    out.body.push_back(plain_line(" nothing here", look::dim));
  return out;
}

std::string actors_view::open(const std::string& key) const {
  const auto found =
      std::find_if(list_.actors.begin(), list_.actors.end(), [&](const auto& each) { return each.id == key; });
  if (found == list_.actors.end())
    return {};
  const bool has_children = found->kind == "node" || find_number(found->figures, "children").value_or(0) > 0;
  return (found->kind == "conversation" || !has_children ? "actor " : "actors ") + key;
}

std::vector<action> actors_view::actions(const surroundings& around, const std::string& key) const {
  const auto found =
      std::find_if(list_.actors.begin(), list_.actors.end(), [&](const auto& each) { return each.id == key; });
  std::vector<action> all;
  if (found != list_.actors.end())
    all = actions_for_actor(around.who, *found);
  std::erase_if(all, [](const action& each) { return each.kind == action_kind::reveal; }); // nothing to see here
  if (!query_.under.empty() || query_.kind == "conversation")
    for (auto& each : actions_for_all(around.who, bulk_filter()))
      all.push_back(std::move(each));
  return all;
}

nlohmann::json actors_view::bulk_filter() const {
  auto limits = nlohmann::json::object();
  if (!query_.tenant.empty())
    limits["tenant"] = query_.tenant;
  const auto& under = query_.under;
  if (under.starts_with("node:"))
    limits["node"] = after_colon(under);
  if (under.starts_with("tenant:")) {
    const auto rest = after_colon(under);
    limits["tenant"] = rest.substr(0, rest.find(':'));
  }
  // A shard's name is what its actors say.
  if (under.starts_with("tenant:") || under.starts_with("shard:"))
    for (const auto& each : list_.actors)
      if (!each.shard.empty())
        limits["shard"] = each.shard;
  return limits;
}

void actors_view::turn() {
  if (query_.kind.empty())
    return;
  const auto now = std::find(kinds.begin(), kinds.end(), query_.kind);
  const auto next = now == kinds.end() || now + 1 == kinds.end() ? kinds.begin() : now + 1;
  query_.kind = *next;
  list_ = {};
  has_answer_ = false;
}

std::vector<column> actors_view::sort_columns() const { return actor_columns(); }

} // namespace wakala::console
