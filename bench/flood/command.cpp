#include "bench/command_line.hpp"
#include "bench/flood/flood_figures.hpp"
#include "bench/report/numbers.hpp"

#include <memory>

namespace wakala::bench {
namespace {

void shorten(flood_plan& plan) {
  plan.others.tenants = 3;
  plan.others.conversations = 200;
  plan.others_per_s = 200;
  plan.limit_per_s = 10;
  plan.warm_up_s = 0.5;
  plan.measured_s = 1;
}

load_facts load_of(const std::vector<measurement>& runs) {
  load_facts facts;
  for (const measurement& run : runs) {
    const double share = 1.0 / static_cast<double>(runs.size());
    facts.offered_per_s += run.load.offered_per_s * share;
    facts.achieved_per_s += run.load.achieved_per_s * share;
    facts.generator_cpu_percent += run.load.generator_cpu_percent * share;
    facts.server_cpu_percent += 100 * run.server_cpu_s / run.load.measured_s * share;
    facts.sent += run.load.measured.sent;
    facts.late += run.load.measured.late;
    facts.failed += run.load.measured.failed();
  }
  return facts;
}

result<report> measure(const flood_plan& plan, const common_options& common) {
  report r = begin_report("flood", "wakalad, the other merchants", common.directory,
                          "SQLite WAL, synchronous=FULL, fdatasync a batch");
  r.config = {{"others", show(plan.others.tenants) + " merchants, " + show(plan.others.conversations) + " shoppers"},
              {"others_rate", show(plan.others_per_s)},
              {"limits.inbound_per_s", show(plan.limit_per_s)},
              {"flood_rate", show(plan.limit_per_s * plan.factor)},
              {"zipf", show(plan.others.zipf)},
              {"transport", "discard:"}};
  r.warm_up_s = plan.warm_up_s;
  r.measured_s = plan.measured_s;
  r.repeats = plan.repeats;
  const auto found = measure_flood(common.bin_dir + "/wakalad", common.directory, plan);
  if (!found)
    return found.error();
  using enum figure::direction;
  const auto wanted = common.smoke ? none : at_most;
  r.figures = {{"quiet_p99_ms", "ms", found->quiet_p99_ms, {}, none},
               {"flood_p99_ms", "ms", found->flood_p99_ms, {}, none},
               {"flood_p99_ratio", "ratio", found->ratio, 1.25, wanted},
               {"others_failed", "count", found->others_failed, 0, wanted},
               {"flood_taken_per_s", "1/s", found->flood_taken_per_s, 1.2 * plan.limit_per_s, wanted},
               {"flood_refused_per_s", "1/s", found->flood_refused_per_s, {}, none}};
  r.curves = {{curve::kind::latency, "alone", "ms", latency_points(found->quiet_latency)},
              {curve::kind::latency, "beside the flood", "ms", latency_points(found->flood_latency)}};
  for (std::size_t i = 0; i < found->beside.size(); ++i)
    r.curves.push_back({curve::kind::series, "p99 beside the flood, repeat " + std::to_string(i + 1), "ms",
                        found->beside[i].load.seconds.percentile_ms(99)});
  r.load = load_of(found->beside);
  r.void_because = found->void_because;
  return r;
}

} // namespace

void add_flood(CLI::App& app, command& chosen) {
  auto* sub = app.add_subcommand("flood", "One merchant's storm of webhooks, and what the others notice of it.");
  const auto plan = std::make_shared<flood_plan>();
  sub->add_option("--rate", plan->others_per_s, "webhooks a second of the other merchants together")
      ->check(CLI::Range(1.0, 1e6))
      ->capture_default_str();
  sub->add_option("--limit", plan->limit_per_s, "limits.inbound_per_s of the merchant that floods")
      ->check(CLI::Range(1.0, 1e6))
      ->capture_default_str();
  sub->add_option("--factor", plan->factor, "of its limit: what that merchant offers")
      ->check(CLI::Range(1.0, 10'000.0))
      ->capture_default_str();
  sub->add_option("--seconds", plan->measured_s, "measured time of a run")
      ->check(CLI::Range(1.0, 3'600.0))
      ->capture_default_str();
  sub->footer(
      "In turn, the others alone and beside the flood. Their p99 should hardly change, all of theirs should be\n"
      "answered 200, and everything that was acknowledged, to whomever, is read back.");
  sub->callback([plan, &chosen] {
    chosen = [plan](const common_options& common) -> outcome {
      flood_plan mine = *plan;
      mine.repeats = common.repeats;
      if (common.smoke)
        shorten(mine);
      auto found = measure(mine, common);
      outcome done;
      if (found)
        done.reports.push_back(std::move(*found));
      else
        done.failure = found.error().what;
      return done;
    };
  });
}

} // namespace wakala::bench
