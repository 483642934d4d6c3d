#include "bench/failover/cluster_process.hpp"

#include "bench/process/sandbox_process.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <set>
#include <thread>

namespace wakala::bench {

using namespace std::chrono_literals;
using nlohmann::json;

namespace {

constexpr auto look_pause = 5ms;

/// What the node says of the cluster; nothing when it does not answer.
std::optional<json> view_of(const admin_access& node) {
  auto admin = admin_client::connect_to(node);
  if (!admin)
    return std::nullopt;
  const auto text = admin->get("/v1/cluster");
  if (!text)
    return std::nullopt;
  return json::parse(*text);
}

std::string text_at(const json& object, const char* key) {
  const auto& value = object.at(key);
  return value.is_string() ? value.get<std::string>() : std::string{};
}

} // namespace

result<cluster_process> cluster_process::start(const cluster_plan& plan) {
  std::filesystem::create_directories(plan.directory + "/postgres");
  auto server = postgres_process::start(plan.directory + "/postgres");
  if (!server)
    return server.error();
  cluster_process all(std::move(*server));
  for (unsigned i = 0; i < plan.nodes; ++i) {
    daemon_options node;
    node.program = plan.program;
    node.directory = plan.directory + "/node-" + std::to_string(i + 1);
    node.node_name = "node-" + std::to_string(i + 1);
    node.store_url = all.server_.url();
    node.kek_file = plan.directory + "/kek";
    node.cluster_listen = "127.0.0.1:" + std::to_string(free_port());
    node.public_port = free_port();
    node.shards = plan.shards;
    node.limits = {{"ambiguous_grace", "2s"}, {"webhook_deadline", "2500ms"}, {"drain_timeout", "10s"}};
    all.ports_.push_back(node.public_port);
    all.options_.push_back(std::move(node));
    all.nodes_.emplace_back();
    if (auto started = all.restart(i); !started)
      return started.error();
  }
  if (auto whole = all.wait_whole(); !whole)
    return whole.error();
  return all;
}

const admin_access& cluster_process::admin() {
  const auto running = std::find_if(nodes_.begin(), nodes_.end(), [](const auto& node) { return node.has_value(); });
  return (*running)->admin();
}

void cluster_process::kill(std::size_t node) {
  nodes_[node]->signal(SIGKILL);
  nodes_[node].reset();
}

result<void> cluster_process::restart(std::size_t node) {
  auto started = daemon_process::start(options_[node]);
  if (!started)
    return started.error();
  nodes_[node].emplace(std::move(*started));
  return {};
}

result<void> cluster_process::move(std::uint32_t shard, const std::string& node) {
  auto client = admin_client::connect_to(admin());
  if (!client)
    return client.error();
  const auto done = client->post("/v1/cluster/shards/" + std::to_string(shard) + ":move",
                                 json{{"node", node.empty() ? json() : json(node)}}.dump());
  if (!done)
    return done.error();
  return {};
}

result<std::vector<std::string>> cluster_process::owners() {
  const auto view = view_of(admin());
  if (!view)
    return make_error(errc::unavailable, "the node does not say who serves what");
  std::vector<std::string> out;
  for (const auto& shard : view->at("shards"))
    out.push_back(text_at(shard, "node"));
  return out;
}

result<void> cluster_process::wait_whole(std::chrono::milliseconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  std::set<std::string> names;
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    if (nodes_[i])
      names.insert(name(i));
  const auto is_whole = [&](const json& view) {
    std::set<std::string> there;
    for (const auto& node : view.at("nodes"))
      if (text_at(node, "state") == "serving" && text_at(node, "link") != "down")
        there.insert(text_at(node, "name"));
    std::set<std::string> owners;
    for (const auto& shard : view.at("shards"))
      owners.insert(text_at(shard, "state") == "owned" ? text_at(shard, "node") : std::string{});
    return there == names && owners == names;
  };
  const auto all_say_so = [&] {
    return std::all_of(nodes_.begin(), nodes_.end(), [&](const auto& node) {
      if (!node)
        return true;
      const auto view = view_of(node->admin());
      return view && is_whole(*view);
    });
  };
  while (!all_say_so()) {
    if (std::chrono::steady_clock::now() > until)
      return make_error(errc::unavailable, "the cluster did not become whole");
    std::this_thread::sleep_for(look_pause);
  }
  return {};
}

result<void> cluster_process::wait_owner(std::uint32_t shard, const std::string& node,
                                         std::chrono::milliseconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (true) {
    const auto found = owners();
    if (found && shard < found->size() && (*found)[shard] == node)
      return {};
    if (std::chrono::steady_clock::now() > until)
      return make_error(errc::unavailable, "shard " + std::to_string(shard) + " did not come to " + node);
    std::this_thread::sleep_for(look_pause);
  }
}

} // namespace wakala::bench
