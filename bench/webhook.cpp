// `wakala-bench webhook`: its options.
#include "bench/command_line.hpp"
#include "bench/load/webhook_run.hpp"
#include "bench/report/progress.hpp"

#include <memory>
#include <stdexcept>

namespace wakala::bench {

namespace {

constexpr const char* about =
    "Signed webhooks at a fixed arrival rate, answered once they are on disk.\n"
    "Latency counts from the intended start, so a server that stalls cannot hide it. Afterwards every acknowledged\n"
    "message is read back through the admin API: each must have taken effect once and in order, else the run is "
    "void.";

struct command_options {
  webhook_options run;
  bool knee = false;
  std::string curve;
  std::string transport = "discard";
  std::vector<std::string> limits;
  bool no_statuses = false;
  bool no_verify = false;
  int timeout_ms = 10'000;
  CLI::Option* rate = nullptr;
  CLI::Option* seconds = nullptr;
  CLI::Option* warm_up = nullptr;
};

void add_target(CLI::App& sub, command_options& o) {
  auto& run = o.run;
  sub.add_option("--url", run.url, "webhook address of a running server (default: a fresh wakalad of our own)")
      ->type_name("URL");
  sub.add_option("--secret", run.secret, "key of the signatures, with --url")->needs("--url");
  sub.add_option("--admin-url", run.admin_url, "admin address of a wakalad behind --url, for checks and figures")
      ->needs("--url");
  sub.add_option("--admin-token", run.admin_token, "operator token for it")->needs("--admin-url");
  sub.add_option("--server-pid", run.server_pids,
                 "process behind --url whose CPU, memory and writes count; repeatable")
      ->needs("--url");
  sub.add_option("--target", run.target, "what the report calls the server");
  sub.add_option("--durability", run.durability, "what the report says of the server's durability");
  sub.add_option("--transport", o.transport, "where our own wakalad sends: discard (at once accepted), sandbox")
      ->check(CLI::IsMember({"discard", "sandbox"}))
      ->capture_default_str();
  sub.add_option("--daemon-io", run.io_threads, "threads.io of our own wakalad; 0: as it comes")
      ->check(CLI::Range(0, 256))
      ->capture_default_str();
  sub.add_option("--daemon-workers", run.workers, "threads.workers of our own wakalad; 0: as it comes")
      ->check(CLI::Range(0, 256))
      ->capture_default_str();
  sub.add_option("--daemon-limit", o.limits, "KEY=VALUE of our own wakalad's limits; repeatable");
}

void add_load(CLI::App& sub, command_options& o) {
  auto& run = o.run;
  o.rate =
      sub.add_option("--rate", run.rate, "webhooks per second")->check(CLI::Range(1.0, 1e6))->capture_default_str();
  sub.add_flag("--knee", o.knee, "find the highest rate that holds: 99 % achieved, p99 up to 50 ms, folds keep up");
  sub.add_option("--knee-start", run.knee.start, "first rate of the search")
      ->check(CLI::Range(1.0, 1e6))
      ->capture_default_str();
  sub.add_option("--knee-precision", run.knee.precision, "relative distance at which the search ends")
      ->check(CLI::Range(0.001, 0.5))
      ->capture_default_str();
  sub.add_option("--knee-ceiling", run.knee.ceiling, "highest rate to try")->check(CLI::Range(1.0, 1e6));
  sub.add_option("--probe-seconds", run.probe_seconds, "of each short trial of the search")
      ->check(CLI::Range(0.5, 600.0))
      ->capture_default_str();
  sub.add_option("--share", run.share, "of the knee, at which latency is measured afterwards; 0: not")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  sub.add_option("--curve", o.curve, "day: --count webhooks as dense as a day's traffic, within --seconds")
      ->check(CLI::IsMember({"day"}));
  sub.add_option("--count", run.count, "webhooks of --curve")
      ->check(CLI::Range(1, 1'000'000'000))
      ->capture_default_str();
  o.seconds = sub.add_option("--seconds", run.seconds, "measured time of a run")
                  ->check(CLI::Range(0.5, 86'400.0))
                  ->capture_default_str();
  o.warm_up = sub.add_option("--warm-up", run.warm_up, "seconds before it that are not measured")
                  ->check(CLI::Range(0.0, 3'600.0))
                  ->capture_default_str();
  sub.add_flag("--soak", run.soak,
               "a long run: also memory, write-ahead log and errors; 30 min unless --seconds says");
  sub.add_option("--tenants", run.who.tenants, "shops")->check(CLI::Range(1, 100'000))->capture_default_str();
  sub.add_option("--conversations", run.who.conversations, "shoppers")
      ->check(CLI::Range(1, 50'000'000))
      ->capture_default_str();
  sub.add_option("--zipf", run.who.zipf, "skew of shoppers and shops; 0: all alike")
      ->check(CLI::Range(0.0, 5.0))
      ->capture_default_str();
  sub.add_flag("!--no-introductions", run.introduce,
               "measure a server that meets most shoppers for the first time; else each has written once before");
  sub.add_option("--seed", run.who.seed, "of the traffic")->capture_default_str();
  sub.add_flag("--no-statuses", o.no_statuses, "messages only");
  sub.add_option("--connections", run.sending.connections, "kept connections")
      ->check(CLI::Range(1, 20'000))
      ->capture_default_str();
  sub.add_option("--timeout-ms", o.timeout_ms, "for one answer")
      ->check(CLI::Range(10, 600'000))
      ->capture_default_str();
  sub.add_flag("--retry", run.sending.retry, "send again what was not answered 200, until it is, as Meta does");
  sub.add_flag("--no-verify", o.no_verify, "do not read anything back; the report says so");
}

/// Seconds instead of minutes, and everything that the long form does.
void make_small(command_options& o) {
  auto& run = o.run;
  if (o.rate->empty())
    run.rate = 400;
  if (o.seconds->empty())
    run.seconds = 3;
  if (o.warm_up->empty())
    run.warm_up = 1;
  run.who.tenants = std::min(run.who.tenants, 5U);
  run.who.conversations = std::min(run.who.conversations, 200U);
  run.sending.connections = std::min(run.sending.connections, 16U);
  run.probe_seconds = 1;
  run.knee.start = 200;
  run.knee.ceiling = 400;
  run.count = std::min<std::uint64_t>(run.count, 2'000);
  run.strict_goals = false;
}

webhook_options finished(command_options o, const common_options& common) {
  auto& run = o.run;
  run.shape = o.knee ? load_shape::knee : !o.curve.empty() ? load_shape::day : load_shape::steady;
  if (o.knee && !o.curve.empty())
    throw std::invalid_argument("--curve: goes not with --knee");
  if (run.soak && run.shape != load_shape::steady)
    throw std::invalid_argument("--soak: is for a steady --rate");
  if (!run.url.empty() && run.secret.empty())
    throw std::invalid_argument("--secret: is needed with --url");
  run.transport = o.transport == "sandbox" ? way_out::sandbox : way_out::discard;
  run.statuses = !o.no_statuses;
  run.verify = !o.no_verify;
  run.sending.timeout = std::chrono::milliseconds{o.timeout_ms};
  for (const auto& text : o.limits) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      throw std::invalid_argument("--daemon-limit: " + text + " is not KEY=VALUE");
    run.limits[text.substr(0, equals)] = text.substr(equals + 1);
  }
  if (common.smoke)
    make_small(o);
  else if (run.soak && o.seconds->empty())
    run.seconds = 1'800;
  else if (run.shape == load_shape::day && o.seconds->empty())
    run.seconds = 1'800;
  run.repeats = common.repeats;
  run.bin_dir = common.bin_dir;
  run.directory = common.directory;
  return run;
}

} // namespace

void add_webhook(CLI::App& app, command& chosen) {
  auto o = std::make_shared<command_options>();
  auto* sub = app.add_subcommand("webhook", about);
  add_target(*sub, *o);
  add_load(*sub, *o);
  sub->callback([o, &chosen] {
    chosen = [o](const common_options& common) {
      static const std::atomic<bool> never{false}; // an interrupt ends the program, and its children with it
      auto done =
          run_webhook(finished(*o, common), never, [](const std::string& line) { console_progress().step(line); });
      if (!done)
        return outcome{
            {}, done.error().field.empty() ? done.error().what : done.error().field + ": " + done.error().what, {}};
      return outcome{std::move(done->reports), {}, {}};
    };
  });
}

} // namespace wakala::bench
