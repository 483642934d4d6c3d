#include "bench/summary/targets.hpp"

#include "bench/ceiling/process.hpp"
#include "bench/load/body.hpp"
#include "bench/load/session.hpp"
#include "bench/peer/peer.hpp"
#include "bench/process/daemon.hpp"
#include "bench/report/numbers.hpp"
#include "bench/report/progress.hpp"

#include <filesystem>

namespace wakala::bench {

using namespace std::chrono_literals;

namespace {

constexpr auto rest_patience = 120s;
const std::atomic<bool> never{false}; // an interrupt ends the program, and its children with it

/// A fresh directory, gone with this object: declare it before the server that writes in it.
class fresh_directory {
public:
  fresh_directory(const place& where, const char* name) : path_(where.directory + "/" + name) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~fresh_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  fresh_directory(const fresh_directory&) = delete;
  fresh_directory& operator=(const fresh_directory&) = delete;
  const std::string& path() const noexcept { return path_; }

private:
  std::string path_;
};

webhook_options knee_options_of(const place& where, const load_plan& plan, double near, const char* name) {
  webhook_options o;
  o.bin_dir = where.bin_dir;
  o.directory = where.directory;
  o.shape = load_shape::knee;
  o.who = plan.who;
  o.sending = plan.sending;
  o.seconds = plan.measured_s;
  o.warm_up = plan.warm_up_s;
  o.probe_seconds = plan.probe_s;
  o.share = 0;
  o.verify = false;
  o.strict_goals = false;
  o.target = name;
  o.knee.ceiling = plan.most_per_s;
  o.knee.precision = plan.precision;
  o.knee.start = near > 0 ? 0.9 * near : plan.start_per_s;
  o.knee.growth = near > 0 ? 1.2 : 1.6;
  return o;
}

result<webhook_outcome> run(const webhook_options& options) {
  return run_webhook(options, never, [&](const std::string& line) {
    console_progress().step("summary: " + options.target + ": " + line);
  });
}

/// Drives one rate and counts processor time until `rest` says that all is done.
result<webhook_cost> cost_of(session_options options, const load_plan& plan, double per_second,
                             const std::function<result<void>(webhook_session&)>& rest) {
  options.who = plan.who;
  options.sending = plan.sending;
  const auto pids = options.server_pids;
  auto session = webhook_session::open(std::move(options), never);
  if (!session)
    return session.error();
  const auto before = read_processes(pids);
  const auto when = make_steady_arrivals(per_second, plan.warm_up_s + plan.measured_s);
  const auto measured = (*session)->measure(*when, plan.warm_up_s);
  if (auto rested = rest(**session); !rested)
    return rested.error();
  webhook_cost found;
  found.cpu_s = read_processes(pids).cpu_seconds - before.cpu_seconds;
  found.webhooks = static_cast<double>(measured.load.warm_up.good + measured.load.measured.good);
  if (const auto failed = measured.load.warm_up.failed() + measured.load.measured.failed(); failed > 0)
    found.void_because.push_back(show(static_cast<double>(failed)) +
                                 " webhooks were not answered 200 while their cost"
                                 " was measured");
  return found;
}

} // namespace

result<webhook_outcome> ceiling_knee(const place& where, const load_plan& plan, double near) {
  const fresh_directory mine(where, "ceiling");
  ceiling_options server;
  server.program = std::filesystem::read_symlink("/proc/self/exe").string();
  server.directory = mine.path();
  auto running = ceiling_process::start(server);
  if (!running)
    return running.error();
  auto o = knee_options_of(where, plan, near, "ceiling");
  o.url = running->webhook_url();
  o.secret = server.secret;
  o.durability = ceiling_process::durability;
  o.server_pids = {running->pid()};
  return run(o);
}

result<webhook_outcome> wakalad_knee(const place& where, const load_plan& plan, double near) {
  auto o = knee_options_of(where, plan, near, "wakalad");
  o.share = plan.share;
  o.verify = true;
  return run(o);
}

result<webhook_outcome> peer_knee(const place& where, const load_plan& plan, double near) {
  const fresh_directory mine(where, "peer");
  auto running = peer_process::start({.directory = mine.path()});
  if (!running)
    return running.error();
  auto o = knee_options_of(where, plan, near, "peer (appendfsync always)");
  o.url = running->webhook_url();
  o.secret = running->options().secret;
  o.durability = "Redis, appendfsync always";
  o.server_pids = running->pids();
  auto found = run(o);
  running->stop(); // in good order: its runner has things of its own to put away
  return found;
}

result<webhook_cost> wakalad_cost(const place& where, const load_plan& plan, double per_second) {
  console_progress().step("summary: wakalad: cost at " + show(per_second, "1/s"));
  const fresh_directory mine(where, "cost");
  daemon_options d;
  d.program = where.bin_dir + "/wakalad";
  d.directory = mine.path();
  auto daemon = daemon_process::start(d);
  if (!daemon)
    return daemon.error();
  if (auto added = add_tenants(daemon->admin(), daemon_tenants(population(plan.who)), bench_catalog()); !added)
    return added.error();
  session_options s;
  s.url = daemon->webhook_url();
  s.secret = d.app_secret;
  s.admin = daemon->admin();
  s.server_pids = {daemon->pid()};
  return cost_of(std::move(s), plan, per_second, [](webhook_session& session) -> result<void> {
    const auto settled = session.settle(rest_patience);
    if (!settled)
      return settled.error();
    if (!settled->is_settled)
      return make_error(errc::unavailable, "wakalad did not come to rest within two minutes");
    return {};
  });
}

result<webhook_cost> peer_cost(const place& where, const load_plan& plan, double per_second) {
  console_progress().step("summary: peer: cost at " + show(per_second, "1/s"));
  const fresh_directory mine(where, "peer");
  auto peer = peer_process::start({.directory = mine.path()});
  if (!peer)
    return peer.error();
  session_options s;
  s.url = peer->webhook_url();
  s.secret = peer->options().secret;
  s.server_pids = peer->pids();
  auto found = cost_of(std::move(s), plan, per_second, [&](webhook_session&) { return peer->drain(rest_patience); });
  peer->stop();
  return found;
}

} // namespace wakala::bench
