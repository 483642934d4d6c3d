#include "bench/command_line.hpp"
#include "bench/idle/drive_facts.hpp"
#include "bench/idle/loaded_daemon.hpp"
#include "bench/journey/journey_run.hpp"

#include <nlohmann/json.hpp>

#include <memory>

namespace wakala::bench {
namespace {

constexpr double cpu_goal_ms = 50;
constexpr unsigned usual_repeats = 5;

result<report> measure(const journey_plan& plan, const common_options& common, journey_figures& found) {
  report r = begin_report("journey", "wakalad", common.directory, wakalad_durability);
  r.config = {{"shoppers", std::to_string(plan.shoppers)}, {"payment", "M-Pesa, by the sandbox's Daraja"}};
  r.repeats = plan.repeats;
  auto measured = measure_journeys(plan);
  if (!measured)
    return measured.error();
  found = std::move(*measured);
  r.figures.push_back(figure_at_most("cpu_ms", "ms", found.cpu_ms, cpu_goal_ms, common.smoke));
  r.figures.push_back({"wall_ms", "ms", found.wall_ms, {}, figure::direction::none});
  r.figures.push_back({"messages", "", found.messages, {}, figure::direction::none});
  return r;
}

} // namespace

void add_journey(CLI::App& app, command& chosen) {
  auto plan = std::make_shared<journey_plan>();
  auto* sub = app.add_subcommand("journey", "what one shopper's purchase costs, from hi to paid");
  sub->add_option("--shoppers", plan->shoppers, "purchases in each repeat, one after the other")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  sub->footer(
      "Measures: the processor time of the daemon, and the time that passes, for a purchase of 25 messages with a\n"
      "payment by M-Pesa: greeting, shelves, cart, two changes of language, order, prompt, payment. Meta and\n"
      "Daraja are the sandbox, whose time is not counted.");
  sub->callback([plan, &chosen] {
    chosen = [plan](const common_options& common) -> outcome {
      journey_plan mine = *plan;
      mine.bin_dir = common.bin_dir;
      mine.directory = common.directory;
      mine.repeats = common.repeats_given ? common.repeats : usual_repeats;
      if (common.smoke) {
        mine.repeats = 1;
        mine.shoppers = 2;
      }
      journey_figures found;
      auto measured = measure(mine, common, found);
      if (!measured)
        return {{}, measured.error().what, {}};
      outcome out{{std::move(*measured)}, {}, {}};
      out.json = nlohmann::json{{"cpu_ms", median(found.cpu_ms)},
                                {"messages", median(found.messages)},
                                {"wall_ms", median(found.wall_ms)}}
                     .dump();
      return out;
    };
  });
}

} // namespace wakala::bench
