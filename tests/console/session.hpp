/// \file
/// An app with a person in front of it and an API behind it that answers what a test says.
#pragma once

#include "console/app.hpp"

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::console::testing {

class session {
public:
  explicit session(const std::string& first = "overview") : what(first) {}

  /// What the API says to a path (a query is not looked at); others are 404.
  std::map<std::string, nlohmann::json> api;
  bool is_down = false;
  std::string url = "http://127.0.0.1:9090";
  std::size_t rows = 24;
  std::size_t columns = 80;

  app what;
  std::vector<call> asked; ///< since the test looked last
  moment_now now{1'000'000, 1'795'961'002'120};

  /// Lets time pass, and every question be answered.
  session& pass(std::int64_t ms = 100) {
    now.steady_ms += ms;
    now.wall_ms += ms;
    for (int round = 0; round < 5; ++round)
      for (const auto& each : what.due(now)) {
        asked.push_back(each);
        what.on_answer(answer_to(each), now);
      }
    return *this;
  }

  answer answer_to(const call& of) const {
    if (is_down)
      return {of.id, 0, nullptr, "127.0.0.1:9090: connection refused", url, of.method != "GET"};
    const auto path = of.target.substr(0, of.target.find('?'));
    const auto found = api.find(path);
    if (found == api.end())
      return {of.id, 404, nullptr, "there is no such thing", url, false};
    return {of.id, 200, found->second, "", url, false};
  }

  session& press(const key& pressed) {
    what.on_key(pressed, now);
    what.draw(rows, columns, now);
    return *this;
  }
  session& press(key_kind kind) { return press(key{kind, 0, 0, 0, 0}); }
  session& type(std::u32string_view text) {
    for (const auto c : text)
      press(of_character(c));
    return *this;
  }
  session& click(std::size_t row, std::size_t column) { return press(key{key_kind::click, 0, 0, row, column}); }

  std::string screen() { return what.draw(rows, columns, now).cells.text(); }
  std::string row(std::size_t number) { return what.draw(rows, columns, now).cells.text(number); }
  std::string message() { return row(rows - 2); }

  /// The targets of what was asked since the last time.
  std::vector<std::string> targets() {
    std::vector<std::string> out;
    for (const auto& each : asked)
      out.push_back(each.method + " " + each.target);
    asked.clear();
    return out;
  }
};

/// A cluster of two nodes with two shards, a tenant and a conversation with one message.
inline session small_cluster(const std::string& first = "overview") {
  using nlohmann::json;
  session all(first);
  const auto node = [](const char* name, int events) {
    return json{{"name", name},
                {"state", "serving"},
                {"version", "0.1.0"},
                {"link", "up"},
                {"shards", 1},
                {"conversations", 1},
                {"counters", {{"events_committed", events}}},
                {"gauges", {{"mailbox", 2}}}};
  };
  const auto shard = [](int number, const char* owner) {
    return json{{"id", "shard:" + std::to_string(number)},
                {"shard", "wakala-shard-" + std::to_string(number)},
                {"node", owner},
                {"epoch", 3},
                {"state", "open"},
                {"messages", 10 * number}};
  };
  all.api["/v1/overview"] = {{"node", "a"},
                             {"cluster", true},
                             {"nodes", {node("a", 100), node("b", 200)}},
                             {"shards", {shard(2, "a"), shard(10, "b")}},
                             {"unreachable", json::array()}};
  all.api["/v1/whoami"] = {{"name", "ops"},
                           {"operator", true},
                           {"tenants", json::array()},
                           {"may", {"read", "act", "act_tenant", "personal"}}};
  const json conversation{{"id", "conversation:duka:0af3"},
                          {"kind", "conversation"},
                          {"node", "a"},
                          {"tenant", "duka"},
                          {"state", "live"},
                          {"messages", 17},
                          {"waiting_us", 9},
                          {"children", 0}};
  const json tenant{{"id", "tenant:duka:2"}, {"kind", "tenant"}, {"node", "a"},
                    {"tenant", "duka"},      {"state", "live"},  {"children", 1}};
  all.api["/v1/actors"] = {{"actors", {conversation, tenant}}, {"total", 2}, {"next", nullptr}};
  all.api["/v1/actors/conversation%3Aduka%3A0af3"] = {
      {"actor", conversation}, {"state", {{"human", false}}}, {"redacted", true}, {"path", {tenant, conversation}}};
  all.api["/v1/actors/conversation%3Aduka%3A0af3/messages"] = {{"messages",
                                                                {{{"id", "wamid.X"},
                                                                  {"direction", "in"},
                                                                  {"type", "text"},
                                                                  {"text", "•••"},
                                                                  {"status", "received"},
                                                                  {"at", "2026-11-29T14:00:00Z"}}}},
                                                               {"next", nullptr}};
  all.api["/v1/trace/wamid.X"] = {
      {"wamid", "wamid.X"},
      {"conversation", "conversation:duka:0af3"},
      {"total_us", 1000},
      {"complete", true},
      {"redacted", true},
      {"hops",
       {{{"hop", "edge"}, {"node", "a"}, {"actor", "node:a"}, {"waiting_us", 0}, {"handling_us", 400}},
        {{"hop", "commit"},
         {"node", "a"},
         {"actor", "service:a:commit_writer"},
         {"waiting_us", 100},
         {"commit_us", 500}}}},
      {"decided", {{"outcome", "committed"}}},
      {"sends", {{{"id", "o1"}, {"type", "text"}, {"status", "delivered"}, {"attempts", 1}}}}};
  all.api["/v1/find"] = {
      {"found", {{{"by", "contact"}, {"tenant", "duka"}, {"actor", "conversation:duka:0af3"}, {"wamid", nullptr}}}}};
  all.api["/v1/tenants"] = {{"tenants", {{{"id", "duka"}}}}, {"next", nullptr}};
  all.api["/v1/tenants/duka/dead-letters"] = {{"items",
                                               {{{"id", "d1"},
                                                 {"kind", "message"},
                                                 {"reason", "handler_failed"},
                                                 {"why", "it threw"},
                                                 {"at", "2026-11-29T14:00:00Z"}}}},
                                              {"next", nullptr}};
  all.api["/v1/set-aside"] = {{"items", json::array()}, {"next", nullptr}};
  all.api["/v1/audit"] = {{"entries",
                           {{{"n", 1},
                             {"at", "2026-11-29T14:00:00Z"},
                             {"who", "ops"},
                             {"action", "pause"},
                             {"on", "conversation:duka:0af3"},
                             {"reason", "they argue"},
                             {"result", "done"}}}},
                          {"next", nullptr}};
  all.api["/v1/audit:verify"] = {{"ok", true}, {"entries", 1}};
  return all;
}

} // namespace wakala::console::testing
