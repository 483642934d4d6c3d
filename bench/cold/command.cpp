#include "bench/cold/cold_figures.hpp"
#include "bench/command_line.hpp"
#include "bench/idle/drive_facts.hpp"
#include "bench/report/numbers.hpp"

#include <memory>
#include <stdexcept>

namespace wakala::bench {
namespace {

void shorten(cold_plan& plan) {
  plan.conversations = 600;
  plan.per_second = 200;
  plan.warm_up_s = 0.5;
  plan.measured_s = 1.5;
}

result<report> measure(const cold_plan& plan, const common_options& common) {
  const idle_place where = place_of(common.bin_dir, common.directory, common.smoke);
  report r = begin_report("cold", "wakalad", common.directory, wakalad_durability);
  r.config = {{"conversations", show(plan.conversations)}, {"rate", show(plan.per_second)}};
  add_daemon_config(r, where.shops);
  r.warm_up_s = plan.warm_up_s;
  r.measured_s = plan.measured_s;
  r.repeats = plan.repeats;
  const auto found = measure_cold(where, plan);
  if (!found)
    return found.error();
  const auto at_most = [&](std::string name, std::string unit, std::vector<double> values, double goal) {
    r.figures.push_back(figure_at_most(std::move(name), std::move(unit), std::move(values), goal, common.smoke));
  };
  at_most("activation_p50_ms", "ms", found->p50_ms, 1);
  at_most("activation_p99_ms", "ms", found->p99_ms, 8);
  at_most("start_ms", "ms", found->start_ms, 1'000);
  r.figures.push_back({"start_after_kill_ms", "ms", found->start_after_kill_ms, {}, figure::direction::none});
  r.figures.push_back(
      {"stored_bytes", "bytes", {found->store_bytes / plan.conversations}, {}, figure::direction::none});
  r.curves.push_back({curve::kind::latency, "woken", "ms", latency_points(found->latency)});
  add_series(r, found->turns);
  r.load = load_of(found->turns);
  r.void_because = found->void_because;
  return r;
}

} // namespace

void add_cold(CLI::App& app, command& chosen) {
  auto* sub =
      app.add_subcommand("cold", "Waking conversations that are only on disk, and starting a node that has many.");
  const auto plan = std::make_shared<cold_plan>();
  sub->add_option("--conversations", plan->conversations, "stored")
      ->check(CLI::Range(1'000, 5'000'000))
      ->capture_default_str();
  sub->add_option("--rate", plan->per_second, "conversations woken a second")
      ->check(CLI::Range(1.0, 100'000.0))
      ->capture_default_str();
  sub->add_option("--measured", plan->measured_s, "seconds of waking in each repeat")
      ->check(CLI::Range(1.0, 3'600.0))
      ->capture_default_str();
  sub->footer(
      "Measures: the acknowledgement of a message whose conversation must be loaded first, at a fixed rate; the\n"
      "time from starting the daemon on the store until it is ready, after an end in good order and after\n"
      "kill -9. The files are in the operating system's cache, since they were just written.\n"
      "A million conversations take minutes to make.");
  sub->callback([plan, &chosen] {
    chosen = [plan](const common_options& common) -> outcome {
      cold_plan mine = *plan;
      mine.repeats = common.repeats;
      if (common.smoke)
        shorten(mine);
      if (const auto needed = woken_each_repeat(mine); needed > mine.conversations)
        throw std::invalid_argument("--conversations: " + show(static_cast<double>(needed)) +
                                    " are woken in each repeat");
      auto found = measure(mine, common);
      return found ? outcome{{std::move(*found)}, {}, {}} : outcome{{}, found.error().what, {}};
    };
  });
}

} // namespace wakala::bench
