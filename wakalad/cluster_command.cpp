#include "wakalad/cluster_command.hpp"

#include "http/core/client.hpp"
#include "runtime/config/config_file.hpp"
#include "runtime/core/encoding.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>

namespace wakala::daemon {

using nlohmann::json;

namespace {

struct access {
  std::string url;
  std::string token;
};

result<access> find_access(const cluster_command_options& how) {
  access to{how.url, how.token};
  if (!to.url.empty() && !to.token.empty())
    return to;
  const auto config = load_config(how.config_file, process_environment());
  if (!config)
    return config.error();
  if (to.url.empty()) {
    const auto& listener = config->admin_listener;
    const auto is_v6 = listener.address.host.find(':') != std::string::npos;
    to.url = fmt::format("{}://{}:{}", listener.tls_certificate_file.empty() ? "http" : "https",
                         is_v6 ? "[" + listener.address.host + "]" : listener.address.host, listener.address.port);
  }
  for (const auto& each : config->admin_tokens)
    if (to.token.empty() && std::find(each.scopes.begin(), each.scopes.end(), "operator") != each.scopes.end())
      to.token = each.token;
  if (to.token.empty())
    return make_error(errc::invalid_argument,
                      "needs --token, or a token with the scope operator in the configuration");
  return to;
}

/// The answer's text, which is JSON.
result<std::string> call(const cluster_command_options& how, const std::string& method, const std::string& path,
                         const std::string& body = {}) {
  const auto to = find_access(how);
  if (!to)
    return to.error();
  http::client_request request;
  request.method = method;
  request.url = to->url + path;
  request.headers = {{"Authorization", "Bearer " + to->token}, {"Content-Type", "application/json"}};
  request.body = body;
  const auto answer = http::fetch(std::move(request));
  if (!answer)
    return make_error(answer.error().code, to->url + ": " + answer.error().what);
  const auto given = json::parse(answer->body, nullptr, false);
  if (answer->status >= 200 && answer->status < 300 && given.is_object())
    return answer->body;
  const auto why = given.is_object() ? given.value("detail", given.value("title", "")) : std::string{};
  return make_error(errc::unavailable, fmt::format("{}: {}", answer->status, why.empty() ? "no answer" : why));
}

int failed(const cluster_command_options& how, const error& why) {
  if (how.json)
    std::cout << json{{"ok", false}, {"problems", {why.what}}}.dump() << '\n';
  else
    std::cerr << "wakalad: " << why.what << '\n';
  return 1;
}

int report(const cluster_command_options& how, const result<std::string>& done, const std::string& line) {
  if (!done)
    return failed(how, done.error());
  if (how.json)
    std::cout << json{{"ok", true}, {"problems", json::array()}}.dump() << '\n';
  else
    std::cout << line << '\n';
  return 0;
}

} // namespace

int cluster_status_command(const cluster_command_options& how) {
  const auto text = call(how, "GET", "/v1/cluster");
  if (!text)
    return failed(how, text.error());
  if (how.json) {
    std::cout << *text << '\n';
    return 0;
  }
  const auto given = json::parse(*text);
  fmt::print("{:<20} {:<9} {:>9} {:>7}  {:<8} {}\n", "node", "state", "heard ms", "shards", "link", "version");
  for (const auto& node : given.at("nodes"))
    fmt::print("{:<20} {:<9} {:>9} {:>7}  {:<8} {}\n", node.value("name", ""), node.value("state", ""),
               node.value("heartbeat_age_ms", 0), node.value("shards", given.at("shards").size()),
               node.value("link", "self"), node.value("version", ""));
  fmt::print("\n{:<20} {:<20} {:>7}  {}\n", "shard", "node", "epoch", "state");
  for (const auto& shard : given.at("shards")) {
    const auto& owner = shard.at("node");
    const auto pinned = shard.value("pinned_to", json());
    fmt::print("{:<20} {:<20} {:>7}  {}{}\n", shard.value("shard", ""),
               owner.is_string() ? owner.get<std::string>() : "nobody", shard.value("epoch", 0),
               shard.value("state", ""), pinned.is_string() ? ", pinned to " + pinned.get<std::string>() : "");
  }
  return 0;
}

int cluster_drain_command(const cluster_command_options& how, const std::string& node, bool is_draining) {
  const auto path = "/v1/cluster/nodes/" + url_encode(node) + (is_draining ? ":drain" : ":undrain");
  return report(how, call(how, "POST", path),
                node + (is_draining ? ": gives its shards to the others" : ": may have shards again"));
}

int cluster_move_command(const cluster_command_options& how, const std::string& shard, const std::string& node) {
  const json form{{"node", node.empty() ? json() : json(node)}};
  return report(how, call(how, "POST", "/v1/cluster/shards/" + url_encode(shard) + ":move", form.dump()),
                shard + (node.empty() ? ": goes where it belongs" : ": goes to " + node));
}

} // namespace wakala::daemon
