// `wakala-bench ceiling`: its options, and the load generator run against the bare server.
#include "bench/ceiling/process.hpp"
#include "bench/ceiling/serve.hpp"
#include "bench/command_line.hpp"
#include "bench/load/webhook_report.hpp"
#include "bench/load/webhook_run.hpp"
#include "bench/report/progress.hpp"
#include "runtime/config/value_text.hpp"

#include <filesystem>
#include <memory>

namespace wakala::bench {

namespace {

constexpr const char* about =
    "The limit to compare wakalad with: a bare Beast server that reads the body, checks the HMAC, parses the JSON,\n"
    "appends one journal row with the same store and durability, and answers. No conversations, no replies, no "
    "tables.\n"
    "Loaded by the same generator as `webhook`.";

struct command_options {
  bool serve = false;
  std::string listen = "127.0.0.1:0";
  ceiling_options server;
  webhook_options load;
  CLI::Option* rate = nullptr;
};

void add_options(CLI::App& sub, command_options& o) {
  sub.add_flag("--serve", o.serve, "only serve, until SIGTERM; prints `public: URL`");
  sub.add_option("--listen", o.listen, "address to serve on; port 0: a free one")->capture_default_str();
  sub.add_option("--secret", o.server.secret, "key of the webhooks' signatures")->capture_default_str();
  sub.add_option("--threads", o.server.threads, "threads that serve; one more appends")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  sub.add_option("--shards", o.server.shards, "of the store")->check(CLI::Range(1, 65'536))->capture_default_str();
  auto& load = o.load;
  o.rate = sub.add_option("--rate", load.rate, "webhooks per second (default: the highest that holds is looked for)")
               ->check(CLI::Range(1.0, 1e6));
  sub.add_option("--seconds", load.seconds, "measured time of a run")
      ->check(CLI::Range(0.5, 86'400.0))
      ->capture_default_str();
  sub.add_option("--warm-up", load.warm_up, "seconds before it that are not measured")
      ->check(CLI::Range(0.0, 3'600.0))
      ->capture_default_str();
  sub.add_option("--probe-seconds", load.probe_seconds, "of each short trial of the search")
      ->check(CLI::Range(0.5, 600.0))
      ->capture_default_str();
  sub.add_option("--knee-start", load.knee.start, "first rate of the search")
      ->check(CLI::Range(1.0, 1e6))
      ->capture_default_str();
  sub.add_option("--share", load.share, "of the knee, at which latency is measured afterwards; 0: not")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  sub.add_option("--connections", load.sending.connections, "kept connections")
      ->check(CLI::Range(1, 20'000))
      ->capture_default_str();
  sub.add_option("--tenants", load.who.tenants, "shops")->check(CLI::Range(1, 100'000))->capture_default_str();
  sub.add_option("--conversations", load.who.conversations, "shoppers")
      ->check(CLI::Range(1, 50'000'000))
      ->capture_default_str();
  sub.add_option("--zipf", load.who.zipf, "skew of shoppers and shops; 0: all alike")
      ->check(CLI::Range(0.0, 5.0))
      ->capture_default_str();
}

/// One rate that any machine carries: looking for the knee would prove no more and may find none beside other work.
void make_small(command_options& o) {
  auto& load = o.load;
  if (load.shape == load_shape::knee)
    load.rate = 400;
  load.shape = load_shape::steady;
  load.seconds = std::min(load.seconds, 2.0);
  load.warm_up = std::min(load.warm_up, 0.5);
  load.sending.connections = std::min(load.sending.connections, 16U);
}

outcome failed_with(std::string why, std::vector<report> before = {}) {
  outcome failed;
  failed.reports = std::move(before);
  failed.failure = std::move(why);
  return failed;
}

outcome serve(const command_options& o, const common_options& common) {
  ceiling::server_options server;
  const auto address = parse_listen_address(o.listen);
  if (!address)
    return failed_with("--listen: " + address.error().what);
  server.listen = *address;
  server.threads = o.server.threads;
  server.shards = o.server.shards;
  server.secret = o.server.secret;
  server.store_path = common.directory + "/ceiling.db";
  const auto served = ceiling::serve(server);
  outcome done;
  done.no_report = true;
  if (!served)
    done.failure = (served.error().field.empty() ? "" : served.error().field + ": ") + served.error().what;
  return done;
}

/// One server from its start to its end.
result<std::vector<report>> measure(const ceiling_options& server, webhook_options load) {
  auto running = ceiling_process::start(server);
  if (!running)
    return running.error();
  load.url = running->webhook_url();
  load.secret = server.secret;
  load.server_pids = {running->pid()};
  static const std::atomic<bool> never{false};
  auto measured =
      run_webhook(load, never, [](const std::string& line) { console_progress().step("ceiling: " + line); });
  if (!measured)
    return measured.error();
  const auto counts = running->stop();
  if (!counts)
    return counts.error();
  for (auto& r : measured->reports) {
    r.command = "ceiling";
    r.config.emplace_back("server_threads", std::to_string(server.threads) + " serving, 1 appending");
    r.config.emplace_back("shards", std::to_string(server.shards));
    const double batches = std::max(1.0, static_cast<double>(counts->batches));
    r.figures.push_back(
        {"rows_per_batch", "rows", {static_cast<double>(counts->rows) / batches}, {}, figure::direction::none});
  }
  return std::move(measured->reports);
}

outcome run(command_options o, const common_options& common) {
  if (o.serve)
    return serve(o, common);
  o.load.shape = o.rate->empty() ? load_shape::knee : load_shape::steady;
  if (common.smoke)
    make_small(o);
  o.load.target = "ceiling";
  o.load.durability = ceiling_process::durability;
  o.load.directory = common.directory;
  o.load.verify = false;
  o.load.strict_goals = false; // they are the daemon's
  o.server.program = common.bin_dir + "/wakala-bench";
  outcome all;
  for (unsigned i = 0; i < common.repeats; ++i) {
    o.server.directory = common.directory + "/ceiling-" + std::to_string(i);
    auto one = measure(o.server, o.load);
    std::error_code ignored;
    std::filesystem::remove_all(o.server.directory, ignored);
    if (!one)
      return failed_with(one.error().what, std::move(all.reports));
    for (std::size_t k = 0; k < one->size(); ++k)
      if (k < all.reports.size())
        merge_repeat(all.reports[k], (*one)[k]);
      else
        all.reports.push_back(std::move((*one)[k]));
  }
  return all;
}

} // namespace

void add_ceiling(CLI::App& app, command& chosen) {
  auto o = std::make_shared<command_options>();
  o->load.knee.start = 20'000;
  auto* sub = app.add_subcommand("ceiling", about);
  add_options(*sub, *o);
  sub->callback([o, &chosen] { chosen = [o](const common_options& common) { return run(*o, common); }; });
}

} // namespace wakala::bench
