#include "bench/command_line.hpp"
#include "bench/idle/drive_facts.hpp"
#include "bench/report/numbers.hpp"
#include "bench/report/progress.hpp"
#include "bench/summary/summary.hpp"

#include <iostream>
#include <memory>

namespace wakala::bench {
namespace {

constexpr unsigned usual_repeats = 5;
constexpr unsigned quick_repeats = 3;

struct summary_options {
  summary_plan plan;
  bool quick = false;
};

void quicken(summary_plan& plan) {
  plan.load.measured_s = 6;
  plan.load.warm_up_s = 2;
  plan.load.probe_s = 2;
  plan.few = 5'000;
  plan.sample = 30'000;
  plan.idle_s = 10;
  plan.cold.conversations = 100'000;
  plan.cold.measured_s = 5;
  plan.repeats = quick_repeats;
}

void shorten(summary_plan& plan) {
  plan.load.who.tenants = 5;
  plan.load.who.conversations = 200;
  plan.load.sending.connections = 16;
  plan.load.warm_up_s = 0.5;
  plan.load.measured_s = 1;
  plan.load.probe_s = 1;
  plan.load.start_per_s = 200;
  plan.load.most_per_s = 200;
  plan.load.precision = 0.5;
  plan.load.smoke = true;
  plan.few = 100;
  plan.sample = 400;
  plan.idle_s = 0.3;
  plan.cold.conversations = 300;
  plan.cold.per_second = 200;
  plan.cold.warm_up_s = 0.2;
  plan.cold.measured_s = 1;
  plan.repeats = 1;
}

void describe(report& r, const summary_plan& plan) {
  const load_plan& load = plan.load;
  r.config = {{"conversations", show(load.who.conversations)},
              {"tenants", show(load.who.tenants)},
              {"zipf", show(load.who.zipf)},
              {"connections", show(load.sending.connections)},
              {"latency_at", show(load.share) + " of the knee"},
              {"few", show(plan.few)},
              {"sample", show(plan.sample)},
              {"stored", show(plan.cold.conversations)},
              {"woken", show(plan.cold.per_second, "1/s")},
              {"idle_s", show(plan.idle_s)}};
  r.warm_up_s = load.warm_up_s;
  r.measured_s = load.measured_s;
  r.repeats = plan.repeats;
}

outcome run(const summary_plan& plan, const common_options& common) {
  report r = begin_report("summary", "all figures", common.directory, wakalad_durability);
  describe(r, plan);
  auto found = measure_summary({common.bin_dir, common.directory}, plan);
  outcome done;
  if (!found) {
    done.failure = found.error().what;
    done.json = summary_json(figures_of({}, false), true);
    return done;
  }
  if (!found->peer_missing.empty()) {
    console_progress().end();
    std::cerr << "wakala-bench summary: peer_ratio is null: " << found->peer_missing << '\n';
    r.config.emplace_back("peer", "not measured: " + found->peer_missing);
  }
  r.figures = figures_of(found->figures, !plan.load.smoke);
  r.void_because = found->void_because;
  for (const report& of_target : found->reports)
    if (of_target.target.starts_with("wakalad") && of_target.load)
      r.load = of_target.load; // the last is at the share of the knee that latency is told for
  done.json = summary_json(r.figures, !r.void_because.empty());
  for (const std::string& reason : r.void_because)
    std::cerr << "wakala-bench summary: void because " << reason << '\n';
  done.reports.push_back(std::move(r));
  for (report& of_target : found->reports)
    done.reports.push_back(std::move(of_target));
  return done;
}

} // namespace

void add_summary(CLI::App& app, command& chosen) {
  auto* sub = app.add_subcommand("summary", "The figures that Wakala is held against, in one run of minutes.");
  const auto options = std::make_shared<summary_options>();
  sub->add_flag("--quick", options->quick,
                "a first look: shorter, fewer conversations, 3 repeats unless --repeats says");
  sub->add_option("--seconds", options->plan.load.measured_s, "measured time at the knee and at 70 % of it")
      ->check(CLI::Range(1.0, 3'600.0))
      ->capture_default_str();
  sub->add_option("--stored", options->plan.cold.conversations,
                  "conversations of the store that a node is started on")
      ->check(CLI::Range(30'000, 5'000'000))
      ->capture_default_str();
  sub->footer(
      "Ceiling, wakalad and peer take turns (A, B, C, A, B, C, ...), 5 times unless --repeats says. With --json one\n"
      "object of medians: ceiling_ratio, peer_ratio (webhooks per second of processor time, wakalad by peer at\n"
      "appendfsync always; null without the peer's packages, see bench/peer/README.md), ingest_per_s (the knee),\n"
      "ack_p50_ms, ack_p99_ms, ack_p999_ms (at 70 % of the knee), resident_bytes, passivated_bytes (each\n"
      "conversation), activation_p99_ms, idle_cpu_percent, start_ms, disk_bytes_per_webhook, void (0 or 1).");
  sub->callback([options, &chosen] {
    chosen = [options](const common_options& common) {
      summary_plan plan = options->plan;
      plan.repeats = usual_repeats;
      if (options->quick)
        quicken(plan);
      if (common.smoke)
        shorten(plan);
      if (common.repeats_given)
        plan.repeats = common.repeats;
      return run(plan, common);
    };
  });
}

} // namespace wakala::bench
