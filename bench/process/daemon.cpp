#include "bench/process/daemon.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <thread>

namespace wakala::bench {

using namespace std::chrono_literals;
using nlohmann::json;

namespace {

/// What a benchmark does not want to meet: it measures the path, not the guards.
const std::map<std::string, std::string> far_limits{
    {"connections", "20000"},
    {"in_flight_events", "200000"},
    {"in_flight_events_per_tenant", "200000"},
    {"in_flight_bytes", "1GiB"},
    {"live_conversations", "5000000"},
    {"conversation_idle", "1d"},
    {"unfolded_rows", "2000000"},
    {"fold_lag", "60s"},
    {"outbox_per_conversation", "100000"},
    {"messages_per_second", "1000000"},
};

result<void> make_key(const daemon_options& options, const std::string& file) {
  if (std::filesystem::exists(file))
    return {};
  auto keygen = child::start({options.program, {"keygen", file}, {}, options.directory + "/keygen.log"});
  if (!keygen)
    return keygen.error();
  while (keygen->is_running())
    std::this_thread::sleep_for(1ms);
  if (const int status = keygen->stop(); status != 0)
    return make_error(errc::unavailable,
                      "wakalad keygen ended with status " + std::to_string(status) + ": " + keygen->output());
  return {};
}

std::string kek_file_of(const daemon_options& options) {
  return options.kek_file.empty() ? options.directory + "/kek" : options.kek_file;
}

/// JSON is YAML too.
result<void> write_config(const daemon_options& options, const std::string& file) {
  auto limits = json::object();
  for (const auto& [key, value] : far_limits)
    limits[key] = value;
  for (const auto& [key, value] : options.limits)
    limits[key] = value;
  json cluster{{"shard_count", options.shards}};
  if (!options.cluster_listen.empty())
    cluster.update({{"listen", options.cluster_listen}, {"tls", "off"}});
  const json config{
      {"node", {{"name", options.node_name}}},
      {"listen", {{"public", "127.0.0.1:" + std::to_string(options.public_port)}, {"admin", "127.0.0.1:0"}}},
      {"threads", {{"io", options.io_threads}, {"workers", options.workers}}},
      {"store",
       {{"url", options.store_url.empty() ? "sqlite:" + options.directory + "/data/wakala.db" : options.store_url}}},
      {"keys", {{"kek_file", kek_file_of(options)}}},
      {"meta",
       {{"app_secret", options.app_secret}, {"verify_token", "bench-verify"}, {"graph_url", options.graph_url}}},
      {"admin", {{"tokens", json::array({json{{"token", options.token}, {"scopes", json::array({"operator"})}}})}}},
      {"cluster", std::move(cluster)},
      {"limits", std::move(limits)},
      {"logging", {{"level", "warn"}}},
  };
  std::ofstream out(file);
  out << config.dump(1) << '\n';
  out.close();
  if (!out)
    return make_error(errc::unavailable, "cannot write " + file);
  return {};
}

} // namespace

result<daemon_process> daemon_process::start(const daemon_options& options, std::chrono::milliseconds patience) {
  std::error_code failed;
  std::filesystem::create_directories(options.directory + "/data", failed);
  if (failed)
    return make_error(errc::unavailable, "cannot make " + options.directory + ": " + failed.message());
  if (auto made = make_key(options, kek_file_of(options)); !made)
    return made.error();
  const auto config = options.directory + "/wakala.yaml";
  if (auto written = write_config(options, config); !written)
    return written.error();

  const auto log = options.directory + "/wakalad.log";
  std::filesystem::remove(log, failed); // of an earlier start: its addresses must not be taken for the new ones
  const auto began = std::chrono::steady_clock::now();
  auto process = child::start({options.program, {"--config", config}, options.environment, log});
  if (!process)
    return process.error();
  daemon_process daemon(std::move(*process), options);
  auto public_url = wait_for_line(daemon.process_, "public: ", patience);
  if (!public_url)
    return make_error(public_url.error().code, "wakalad " + public_url.error().what);
  auto admin_url = wait_for_line(daemon.process_, "admin: ", patience);
  if (!admin_url)
    return make_error(admin_url.error().code, "wakalad " + admin_url.error().what);
  daemon.public_url_ = std::move(*public_url);
  daemon.admin_ = {std::move(*admin_url), options.token};
  auto admin = admin_client::connect_to(daemon.admin_);
  if (!admin)
    return admin.error();
  const auto deadline = began + patience;
  while (true) {
    const auto ready = admin->ready();
    if (ready)
      break;
    if (std::chrono::steady_clock::now() > deadline || !daemon.is_running())
      return make_error(errc::unavailable, "wakalad did not become ready: " + ready.error().what);
    std::this_thread::sleep_for(1ms);
  }
  daemon.start_time_ = std::chrono::steady_clock::now() - began;
  return daemon;
}

result<void> add_tenants(const admin_access& admin, const std::vector<daemon_tenant>& tenants,
                         const std::string& catalog_json) {
  auto client = admin_client::connect_to(admin);
  if (!client)
    return client.error();
  for (const auto& t : tenants) {
    json form{{"id", t.id},
              {"name", "Duka " + t.id},
              {"currency", "KES"},
              {"time_zone", "Africa/Nairobi"},
              {"waba_id", t.waba_id},
              {"phone_numbers", json::array({json{{"id", t.number_id}, {"display", t.display}}})},
              {"verify_token", "bench-verify"},
              {"access_token", t.access_token}};
    if (!t.limits.empty())
      form["limits"] = t.limits;
    if (auto added = client->post("/v1/tenants", form.dump()); !added && added.error().code != errc::conflict)
      return added.error();
    if (!catalog_json.empty())
      if (auto put = client->put("/v1/tenants/" + t.id + "/catalog", catalog_json); !put)
        return put.error();
  }
  return {};
}

} // namespace wakala::bench
