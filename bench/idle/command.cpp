#include "bench/command_line.hpp"
#include "bench/idle/drive_facts.hpp"
#include "bench/idle/idle_figures.hpp"
#include "bench/report/numbers.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace wakala::bench {
namespace {

constexpr double mega = 1e6;

struct idle_options {
  crowd_plan crowd;
  std::uint32_t sample = 250'000;
};

void shorten(idle_options& options) {
  options.crowd.few = 100;
  options.crowd.many = 600;
  options.crowd.per_second = 200;
  options.crowd.warm_up_s = 0.5;
  options.crowd.measured_s = 1;
  options.crowd.rest_s = 0.2;
  options.crowd.idle_s = 0.5;
  options.sample = 400;
}

result<report> measure(const idle_options& options, const common_options& common) {
  const idle_place where = place_of(common.bin_dir, common.directory, common.smoke);
  const crowd_plan& plan = options.crowd;
  report r = begin_report("idle", "wakalad", common.directory, wakalad_durability);
  r.config = {{"conversations", show(plan.many)}, {"few", show(plan.few)},       {"sample", show(options.sample)},
              {"rate", show(plan.per_second)},    {"rest_s", show(plan.rest_s)}, {"idle_s", show(plan.idle_s)}};
  add_daemon_config(r, where.shops);
  r.warm_up_s = plan.warm_up_s;
  r.measured_s = plan.measured_s;
  r.repeats = plan.repeats;
  const auto node = measure_idle_node(where, plan.repeats, plan.idle_s);
  if (!node)
    return node.error();
  const auto resident = measure_resident(where, plan.few, options.sample, plan.repeats);
  if (!resident)
    return resident.error();
  const auto passivated = measure_passivated(where, plan.few, options.sample, plan.repeats);
  if (!passivated)
    return passivated.error();
  const auto crowded = measure_crowd(where, plan);
  if (!crowded)
    return crowded.error();

  const auto goal = [&](std::string name, std::string unit, std::vector<double> values, double at_most) {
    r.figures.push_back(figure_at_most(std::move(name), std::move(unit), std::move(values), at_most, common.smoke));
  };
  const auto tell = [&](std::string name, std::string unit, std::vector<double> values) {
    r.figures.push_back({std::move(name), std::move(unit), std::move(values), {}, figure::direction::none});
  };
  goal("idle_cpu_percent", "percent", node->cpu_percent, 1);
  goal("idle_memory_mb", "MB", {node->memory_bytes / mega}, 60);
  goal("resident_bytes", "bytes", *resident, 2'048);
  goal("passivated_bytes", "bytes", *passivated, 32);
  goal("crowd_resident_bytes", "bytes", {crowded->resident_bytes}, 2'048);
  tell("crowd_memory_mb", "MB", {crowded->memory_bytes / mega});
  goal("crowd_idle_cpu_percent", "percent", {crowded->idle_cpu_percent}, 1);
  tell("few_p99_ms", "ms", crowded->p99_few_ms);
  tell("crowd_p99_ms", "ms", crowded->p99_many_ms);
  goal("crowd_p99_ratio", "ratio", crowded->ratio, 1.2);
  r.curves.push_back({curve::kind::latency, show(plan.few) + " awake", "ms", latency_points(crowded->latency_few)});
  r.curves.push_back({curve::kind::latency, show(plan.many) + " awake", "ms", latency_points(crowded->latency_many)});
  add_series(r, crowded->turns);
  r.load = load_of(crowded->turns);
  r.void_because = crowded->void_because;
  return r;
}

} // namespace

void add_idle(CLI::App& app, command& chosen) {
  auto* sub =
      app.add_subcommand("idle", "What conversations cost in memory, processor time and p99 while nobody writes.");
  const auto options = std::make_shared<idle_options>();
  sub->add_option("--conversations", options->crowd.many, "awake on one node; its p99 is held against --few")
      ->check(CLI::Range(1'000, 5'000'000))
      ->capture_default_str();
  sub->add_option("--few", options->crowd.few, "awake on the node that it is compared with")
      ->check(CLI::Range(100, 1'000'000))
      ->capture_default_str();
  sub->add_option("--sample", options->sample,
                  "conversations on the fresh nodes of each repeat, awake and put to rest")
      ->check(CLI::Range(1'000, 5'000'000))
      ->capture_default_str();
  sub->add_option("--rate", options->crowd.per_second, "webhooks a second for the comparison of p99")
      ->check(CLI::Range(1.0, 100'000.0))
      ->capture_default_str();
  sub->add_option("--measured", options->crowd.measured_s, "seconds of each repeat of it")
      ->check(CLI::Range(1.0, 3'600.0))
      ->capture_default_str();
  sub->add_option("--idle", options->crowd.idle_s, "seconds over which processor time is taken")
      ->check(CLI::Range(1.0, 3'600.0))
      ->capture_default_str();
  sub->footer(
      "Measures: processor time and memory of a node that nobody writes to; what each further conversation adds\n"
      "while awake and after it was put to rest; p99 of webhooks with --conversations awake against --few.\n"
      "A million conversations take minutes to make and some gigabytes of memory.");
  sub->callback([options, &chosen] {
    chosen = [options](const common_options& common) -> outcome {
      idle_options mine = *options;
      mine.crowd.repeats = common.repeats;
      if (common.smoke)
        shorten(mine);
      if (mine.crowd.few >= std::min(mine.crowd.many, mine.sample))
        throw std::invalid_argument("--few: must be less than --conversations and --sample");
      auto found = measure(mine, common);
      return found ? outcome{{std::move(*found)}, {}, {}} : outcome{{}, found.error().what, {}};
    };
  });
}

} // namespace wakala::bench
