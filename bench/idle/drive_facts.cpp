#include "bench/idle/drive_facts.hpp"

#include "runtime/core/thread_counts.hpp"

namespace wakala::bench {

idle_place place_of(const std::string& bin_dir, const std::string& directory, bool smoke) {
  idle_place where;
  where.wakalad = bin_dir + "/wakalad";
  where.directory = directory;
  if (smoke) {
    where.shops = 3;
    where.look_every = std::chrono::milliseconds{50};
  }
  return where;
}

void add_daemon_config(report& r, std::uint32_t shops) {
  const daemon_options usual;
  r.config.emplace_back("shops", std::to_string(shops));
  r.config.emplace_back("shards", std::to_string(usual.shards));
  r.config.emplace_back("io_threads", std::to_string(io_threads(usual.io_threads, processors())));
  r.config.emplace_back("workers", std::to_string(worker_threads(usual.workers, processors())));
  r.config.emplace_back("transport", usual.graph_url);
  r.config.emplace_back("connections", std::to_string(generator_options{}.connections));
  r.config.emplace_back("statuses", "none");
}

load_facts load_of(const std::vector<driven>& runs) {
  load_facts facts;
  for (const driven& run : runs) {
    const double share = 1.0 / static_cast<double>(runs.size());
    facts.offered_per_s += run.load.offered_per_s * share;
    facts.achieved_per_s += run.load.achieved_per_s * share;
    facts.generator_cpu_percent += run.load.generator_cpu_percent * share;
    facts.server_cpu_percent += run.server_cpu_percent * share;
    facts.sent += run.load.measured.sent;
    facts.late += run.load.measured.late;
    facts.failed += run.load.measured.failed();
  }
  return facts;
}

void add_series(report& r, const std::vector<driven>& runs) {
  for (std::size_t i = 0; i < runs.size(); ++i)
    r.curves.push_back(
        {curve::kind::series, "p99, repeat " + std::to_string(i + 1), "ms", runs[i].load.seconds.percentile_ms(99)});
}

figure figure_at_most(std::string name, std::string unit, std::vector<double> values, double goal, bool smoke) {
  figure f{std::move(name), std::move(unit), std::move(values), {}, figure::direction::none};
  if (!smoke) {
    f.goal = goal;
    f.wanted = figure::direction::at_most;
  }
  return f;
}

} // namespace wakala::bench
