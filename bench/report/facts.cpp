#include "bench/report/facts.hpp"

#include "bench/report/numbers.hpp"

#include <fmt/format.h>

namespace wakala::bench {
namespace {

std::string count_of(std::uint64_t part, std::uint64_t whole) {
  const std::string number = show(static_cast<double>(part));
  if (part == 0 || whole == 0)
    return number;
  return number + " (" + show_share(static_cast<double>(part) / static_cast<double>(whole)) + ")";
}

bool has_goal(const figure& f) { return f.goal && f.wanted != figure::direction::none; }

} // namespace

std::vector<std::pair<std::string, std::string>> facts(const report& r) {
  std::vector<std::pair<std::string, std::string>> list;
  if (r.load) {
    const load_facts& load = *r.load;
    list.emplace_back("load", fmt::format("offered {}, achieved {}; sent {}, late {}, failed {}",
                                          show(load.offered_per_s, "1/s"), show(load.achieved_per_s, "1/s"),
                                          show(static_cast<double>(load.sent)), count_of(load.late, load.sent),
                                          count_of(load.failed, load.sent)));
    list.emplace_back("processor time",
                      fmt::format("generator {} of one core, server {}", show(load.generator_cpu_percent, "percent"),
                                  show(load.server_cpu_percent, "percent")));
  } else {
    list.emplace_back("load", "none: work is done as fast as it goes, no arrival rate is offered");
  }
  list.emplace_back("durability",
                    fmt::format("{}; measured here: fdatasync p50 {}, p99 {}", r.durability.mode,
                                show(r.durability.fsync_p50_ms, "ms"), show(r.durability.fsync_p99_ms, "ms")));
  list.emplace_back("repeats", fmt::format("{} of {} after a warm-up of {}", r.repeats, show(r.measured_s, "s"),
                                           show(r.warm_up_s, "s")));
  std::string config;
  for (const auto& [key, value] : r.config)
    config += (config.empty() ? "" : ", ") + key + "=" + value;
  list.emplace_back("configuration", config.empty() ? "as it comes" : config);
  list.emplace_back("machine", fmt::format("{}, {} cores, {:.1f} GB memory; {}; {}", r.machine.cpu, r.machine.cores,
                                           static_cast<double>(r.machine.memory_bytes) / 1e9, r.machine.kernel,
                                           r.machine.file_system));
  list.emplace_back(
      "build", fmt::format("{}; {}; {}; commit {}", r.build.type, r.build.compiler, r.build.flags, r.build.commit));
  list.emplace_back("started", r.started_at);
  return list;
}

std::string show_goal(const figure& f) {
  if (!has_goal(f))
    return {};
  return (f.wanted == figure::direction::at_least ? "≥ " : "≤ ") + show(*f.goal, f.unit);
}

std::string show_outcome(const figure& f) { return !has_goal(f) ? "" : is_met(f) ? "met" : "missed"; }

} // namespace wakala::bench
