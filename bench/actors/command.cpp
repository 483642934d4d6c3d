// `wakala-bench actors`: the actors alone.
#include "bench/actors/feed.hpp"
#include "bench/command_line.hpp"
#include "bench/report/progress.hpp"
#include "bench/report/values.hpp"
#include "runtime/core/time_text.hpp"

#include <algorithm>
#include <memory>

namespace wakala::bench {

namespace {

constexpr const char* about =
    "The daemon's actors in this process, without HTTP and disk: decoded and routed updates go in, the store is in\n"
    "memory, sends go nowhere. What the conversations' own work costs: an upper bound of what the whole path can "
    "reach.";

constexpr std::chrono::seconds settle_patience{120};

struct command_options {
  local_node_options node;
  population_options who;
  std::size_t updates = 200'000; ///< of each measured part
  std::size_t warm_up = 100'000;
  std::size_t window = 256;
  double share = 0.7;
};

struct measured {
  double warm_up_s = 0;
  feed_result at_once;
  feed_result at_rate;
  double rows_per_update = 0;
  std::uint64_t unmatched = 0;
};

void add_options(CLI::App& sub, command_options& o) {
  sub.add_option("--updates", o.updates, "of each measured part")
      ->check(CLI::Range(1'000, 10'000'000))
      ->capture_default_str();
  sub.add_option("--warm-up", o.warm_up, "updates before them that are not measured")
      ->check(CLI::Range(0, 10'000'000))
      ->capture_default_str();
  sub.add_option("--window", o.window, "updates in work at a time while the rate is found")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  sub.add_option("--share", o.share, "of the rate found, at which latency is measured")
      ->check(CLI::Range(0.01, 1.0))
      ->capture_default_str();
  sub.add_option("--workers", o.node.workers, "threads that run actors")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  sub.add_option("--shards", o.node.shards, "of the store")->check(CLI::Range(1, 65'536))->capture_default_str();
  sub.add_option("--tenants", o.who.tenants, "shops")->check(CLI::Range(1, 100'000))->capture_default_str();
  sub.add_option("--conversations", o.who.conversations, "shoppers")
      ->check(CLI::Range(1, 50'000'000))
      ->capture_default_str();
  sub.add_option("--zipf", o.who.zipf, "skew of shoppers and shops; 0: all alike")
      ->check(CLI::Range(0.0, 5.0))
      ->capture_default_str();
  sub.add_option("--seed", o.who.seed, "of the traffic")->capture_default_str();
}

void make_small(command_options& o) {
  o.updates = std::min<std::size_t>(o.updates, 4'000);
  o.warm_up = std::min<std::size_t>(o.warm_up, 2'000);
  o.window = std::min<std::size_t>(o.window, 16);
  o.who.conversations = std::min(o.who.conversations, 200U);
  o.who.tenants = std::min(o.who.tenants, 5U);
}

result<measured> measure(const command_options& o, const std::function<void(const std::string&)>& say) {
  const population who(o.who);
  say("starting the actors");
  auto node = local_node::start(o.node, who);
  if (!node)
    return node.error();
  // Statuses come when their reply has long been made: many windows later.
  update_source source(who, static_cast<std::uint32_t>(std::max<std::size_t>(o.window * 64, 1'000)));
  const auto make = [&](std::size_t count) {
    say("rendering " + std::to_string(count) + " updates");
    return source.make(**node, count);
  };
  measured m;
  say("warming up");
  auto prepared = make(o.warm_up);
  const auto warm = feed_at_once(**node, std::move(prepared), o.window);
  m.warm_up_s = warm.seconds;
  if (warm.refused > 0)
    return make_error(errc::unavailable, std::to_string(warm.refused) + " updates of the warm-up were refused");
  prepared = make(o.updates);
  auto settled = (*node)->settle(settle_patience);
  if (!settled)
    return settled.error();
  const auto rows = (*node)->counts().journal_rows.load();
  say("as fast as answers come");
  m.at_once = feed_at_once(**node, std::move(prepared), o.window);
  prepared = make(o.updates);
  settled = (*node)->settle(settle_patience);
  if (!settled)
    return settled.error();
  m.rows_per_update =
      static_cast<double>((*node)->counts().journal_rows.load() - rows) / static_cast<double>(o.updates);
  const double rate = o.share * static_cast<double>(o.updates) / m.at_once.seconds;
  say("at " + std::to_string(static_cast<long long>(rate)) + "/s");
  m.at_rate = feed_at_rate(**node, std::move(prepared), rate);
  settled = (*node)->settle(settle_patience);
  if (!settled)
    return settled.error();
  m.unmatched = (*node)->counts().statuses_unmatched.load();
  return m;
}

void add_measured(report& r, const command_options& o, const measured& m) {
  const auto updates = static_cast<double>(o.updates);
  const auto& once = m.at_once;
  add_value(r, "updates_per_s", "1/s", updates / once.seconds);
  add_value(r, "cpu_us_per_update", "us", 1e6 * once.cpu_seconds / updates);
  add_value(r, "full_p50_ms", "ms", to_ms(once.latency.percentile(50)));
  add_value(r, "full_p99_ms", "ms", to_ms(once.latency.percentile(99)));
  const auto& paced = m.at_rate;
  add_value(r, "paced_p50_ms", "ms", to_ms(paced.latency.percentile(50)));
  add_value(r, "paced_p99_ms", "ms", to_ms(paced.latency.percentile(99)));
  add_value(r, "paced_p999_ms", "ms", to_ms(paced.latency.percentile(99.9)));
  add_value(r, "paced_late_percent", "percent", 100 * static_cast<double>(paced.late) / updates);
  add_value(r, "journal_rows_per_update", "rows", m.rows_per_update);
  r.warm_up_s = std::max(r.warm_up_s, m.warm_up_s);
  r.measured_s = std::max(r.measured_s, once.seconds + paced.seconds);
  if (once.refused + paced.refused > 0)
    r.void_because.push_back(std::to_string(once.refused + paced.refused) + " updates were refused");
  if (m.unmatched > 0)
    r.void_because.push_back(std::to_string(m.unmatched) + " statuses came before their message was known");
  r.curves = {{curve::kind::latency, "at " + std::to_string(static_cast<int>(100 * o.share)) + " % of the rate", "ms",
               latency_points(paced.latency)}};
}

report head(const command_options& o, const common_options& common) {
  report r;
  r.command = "actors";
  r.target = "actors in process";
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  r.started_at = to_rfc3339(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
  r.machine = read_machine(common.directory);
  r.build = read_build();
  r.durability = measure_fsync(common.directory, "none: the store is in memory");
  r.repeats = common.repeats;
  r.config = {{"updates", std::to_string(o.updates) + " in each part, after " + std::to_string(o.warm_up)},
              {"window", std::to_string(o.window)},
              {"paced", std::to_string(static_cast<int>(100 * o.share)) + " % of updates_per_s"},
              {"workers", std::to_string(o.node.workers)},
              {"shards", std::to_string(o.node.shards)},
              {"tenants", std::to_string(o.who.tenants)},
              {"conversations", std::to_string(o.who.conversations)},
              {"seed", std::to_string(o.who.seed)},
              {"mix", "a message and its reply's sent, delivered, read; 30 % list replies; 1 % repeats"}};
  return r;
}

outcome run(command_options o, const common_options& common) {
  if (common.smoke)
    make_small(o);
  outcome all;
  report r = head(o, common);
  for (unsigned i = 0; i < common.repeats; ++i) {
    const auto said = "actors: repeat " + std::to_string(i + 1) + " of " + std::to_string(common.repeats) + ": ";
    const auto one = measure(o, [&](const std::string& what) { console_progress().step(said + what); });
    if (!one) {
      all.failure = one.error().what;
      return all;
    }
    add_measured(r, o, *one);
  }
  all.reports.push_back(std::move(r));
  return all;
}

} // namespace

void add_actors(CLI::App& app, command& chosen) {
  auto o = std::make_shared<command_options>();
  auto* sub = app.add_subcommand("actors", about);
  add_options(*sub, *o);
  sub->callback([o, &chosen] { chosen = [o](const common_options& common) { return run(*o, common); }; });
}

} // namespace wakala::bench
