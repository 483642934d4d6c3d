#include "bench/command_line.hpp"
#include "bench/console/console_figures.hpp"
#include "bench/idle/drive_facts.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>

namespace wakala::bench {
namespace {

constexpr double top_goal_ms = 500;
constexpr double watch_goal_percent = 1;
constexpr double metrics_goal_ms = 100;
constexpr double metrics_goal_bytes = 1e6;
constexpr double off_goal = 1.01;
constexpr double sampled_goal = 1.02;

struct found_figures {
  std::vector<double> top_ms;
  looking looked;
  measuring measured;
};

void shorten(console_plan& plan) {
  plan.conversations = 600;
  plan.few = 200;
  plan.watch_s = 1;
  plan.rest_s = 0.2;
  plan.per_second = 200;
  plan.measured_s = 1;
  plan.repeats = 1;
}

result<report> measure(const console_plan& plan, const common_options& common, found_figures& found) {
  const idle_place where = place_of(common.bin_dir, common.directory, common.smoke);
  report r = begin_report("console", "wakalad", common.directory, wakalad_durability);
  r.config = {{"conversations", std::to_string(plan.conversations)},
              {"few", std::to_string(plan.few)},
              {"watch_s", std::to_string(plan.watch_s)},
              {"rate", std::to_string(plan.per_second)}};
  add_daemon_config(r, where.shops);
  r.measured_s = plan.measured_s;
  r.repeats = plan.repeats;
  auto measured = measure_measuring(where, plan, common.bin_dir + "/wakala-console");
  if (!measured)
    return measured.error();
  auto looked = measure_looking(where, plan);
  if (!looked)
    return looked.error();
  found.looked = std::move(*looked);
  found.measured = std::move(*measured);
  const auto goal = [&](std::string name, std::string unit, std::vector<double> values, double at_most) {
    r.figures.push_back(figure_at_most(std::move(name), std::move(unit), std::move(values), at_most, common.smoke));
  };
  goal("first_look_ms", "ms", {found.looked.first_ms}, top_goal_ms);
  found.top_ms.push_back(found.looked.first_ms);
  for (const auto& [sort, values] : found.looked.top_ms) {
    goal("top_" + sort + "_ms", "ms", values, top_goal_ms);
    found.top_ms.push_back(median(values));
  }
  goal("watch_cpu_percent", "percent", {found.looked.watch_cpu_percent}, watch_goal_percent);
  r.figures.push_back({"idle_cpu_percent", "percent", {found.looked.idle_cpu_percent}, {}, figure::direction::none});
  goal("metrics_ms", "ms", found.looked.metrics_ms, metrics_goal_ms);
  goal("metrics_bytes", "bytes", found.looked.metrics_bytes, metrics_goal_bytes);
  goal("trace_off_ratio", "ratio", found.measured.off_ratio, off_goal);
  goal("trace_sampled_ratio", "ratio", found.measured.sampled_ratio, sampled_goal);
  r.void_because = found.measured.void_because;
  return r;
}

} // namespace

void add_console(CLI::App& app, command& chosen) {
  auto plan = std::make_shared<console_plan>();
  auto* sub = app.add_subcommand("console", "What it costs to look at a node with many conversations awake.");
  sub->add_option("--conversations", plan->conversations, "awake on the node that is looked at")
      ->check(CLI::Range(1'000, 5'000'000))
      ->capture_default_str();
  sub->add_option("--rate", plan->per_second, "webhooks a second while processor time is compared")
      ->check(CLI::Range(1.0, 100'000.0))
      ->capture_default_str();
  sub->footer(
      "Measures: the time of a list of the 20 conversations that are the most of something (by each of four "
      "figures)\n"
      "and of /metrics; processor time while somebody looks once a second, beyond that of a node that nobody looks\n"
      "at; and the processor time a webhook costs a daemon that measures, and one of which one message in a hundred\n"
      "is followed, by that of a daemon that does not measure (WAKALA_TEST_WITHOUT_FIGURES), in turn.");
  sub->callback([plan, &chosen] {
    chosen = [plan](const common_options& common) -> outcome {
      console_plan mine = *plan;
      mine.repeats = common.repeats;
      if (common.smoke)
        shorten(mine);
      found_figures found;
      auto measured = measure(mine, common, found);
      if (!measured)
        return {{}, measured.error().what, {}};
      outcome out{{std::move(*measured)}, {}, {}};
      out.json = nlohmann::json{{"top_ms", *std::max_element(found.top_ms.begin(), found.top_ms.end())},
                                {"watch_cpu_percent", found.looked.watch_cpu_percent},
                                {"trace_off_ratio", median(found.measured.off_ratio)},
                                {"trace_sampled_ratio", median(found.measured.sampled_ratio)},
                                {"metrics_ms", median(found.looked.metrics_ms)},
                                {"metrics_bytes", median(found.looked.metrics_bytes)}}
                     .dump();
      return out;
    };
  });
}

} // namespace wakala::bench
