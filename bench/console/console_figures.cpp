#include "bench/console/console_figures.hpp"

#include "bench/process/admin_client.hpp"
#include "bench/process/child.hpp"

#include <chrono>
#include <thread>

namespace wakala::bench {

namespace {

using clock = std::chrono::steady_clock;

constexpr const char* sorts[] = {"mailbox", "waiting", "messages", "bytes"};
constexpr std::chrono::milliseconds between_looks{600}; ///< so that none is answered from what is kept for a moment

result<double> timed_get(admin_client& line, const std::string& path, std::size_t* bytes = nullptr) {
  const auto began = clock::now();
  const auto answer = line.get(path);
  if (!answer)
    return answer.error();
  if (bytes != nullptr)
    *bytes = answer->size();
  return std::chrono::duration<double, std::milli>(clock::now() - began).count();
}

std::string top_path(const std::string& sort) { return "/v1/actors?kind=conversation&limit=20&sort=" + sort; }

result<std::unique_ptr<loaded_daemon>> filled(const daemon_options& options, const crowd_size& who) {
  auto daemon = loaded_daemon::start(options, who);
  if (!daemon)
    return daemon.error();
  if (auto done = (*daemon)->fill(0, who.conversations); !done)
    return done.error();
  if (auto done = (*daemon)->settle(); !done)
    return done.error();
  return std::move(*daemon);
}

/// As a console does: once a second the overview and a list.
result<double> watched_cpu_percent(loaded_daemon& daemon, double seconds) {
  auto line = admin_client::connect_to(daemon.process().admin());
  if (!line)
    return line.error();
  const auto before = read_process(daemon.process().pid());
  const auto began = clock::now();
  for (auto next = began; clock::now() - began < std::chrono::duration<double>(seconds);) {
    for (const auto& path : {std::string("/v1/overview"), top_path("waiting")})
      if (const auto took = timed_get(*line, path); !took)
        return took.error();
    next += std::chrono::seconds{1};
    std::this_thread::sleep_until(next);
  }
  const auto after = read_process(daemon.process().pid());
  if (!before || !after)
    return make_error(errc::unavailable, "the daemon has ended");
  const std::chrono::duration<double> took = clock::now() - began;
  return 100 * (after->cpu_seconds - before->cpu_seconds) / took.count();
}

} // namespace

result<looking> measure_looking(const idle_place& where, const console_plan& plan) {
  const daemon_folder folder(where, "looking");
  auto options = folder.options();
  auto daemon = filled(options, where.crowd_of(plan.conversations));
  if (!daemon)
    return daemon.error();
  std::this_thread::sleep_for(std::chrono::duration<double>(plan.rest_s));
  auto line = admin_client::connect_to((*daemon)->process().admin());
  if (!line)
    return line.error();
  looking out;
  const auto first = timed_get(*line, top_path(sorts[0]));
  if (!first)
    return first.error();
  out.first_ms = *first;
  for (unsigned round = 0; round < plan.repeats; ++round) {
    for (const auto* sort : sorts) {
      std::this_thread::sleep_for(between_looks);
      const auto took = timed_get(*line, top_path(sort));
      if (!took)
        return took.error();
      out.top_ms[sort].push_back(*took);
    }
    std::size_t bytes = 0;
    const auto took = timed_get(*line, "/metrics", &bytes);
    if (!took)
      return took.error();
    out.metrics_ms.push_back(*took);
    out.metrics_bytes.push_back(static_cast<double>(bytes));
  }
  const auto idle = (*daemon)->idle_cpu_percent(std::chrono::duration<double>(plan.watch_s));
  if (!idle)
    return idle.error();
  out.idle_cpu_percent = *idle;
  const auto watched = watched_cpu_percent(**daemon, plan.watch_s);
  if (!watched)
    return watched.error();
  out.watch_cpu_percent = std::max(*watched - *idle, 0.0);
  return out;
}

result<measuring> measure_measuring(const idle_place& where, const console_plan& plan, const std::string& console) {
  const daemon_folder with_folder(where, "with");
  const daemon_folder without_folder(where, "without");
  auto without_options = without_folder.options();
  without_options.environment["WAKALA_TEST_WITHOUT_FIGURES"] = "1";
  auto with = filled(with_folder.options(), where.crowd_of(plan.few));
  if (!with)
    return with.error();
  auto without = filled(without_options, where.crowd_of(plan.few));
  if (!without)
    return without.error();
  measuring out;
  drive_plan drive;
  drive.per_second = plan.per_second;
  drive.measured_s = plan.measured_s;
  const auto cost = [&](loaded_daemon& daemon) -> result<double> {
    const auto run = daemon.drive(drive);
    if (!run)
      return run.error();
    out.void_because.insert(out.void_because.end(), run->void_because.begin(), run->void_because.end());
    return run->server_cpu_percent;
  };
  // Each turn stands between two of the daemon that does not measure, and is compared with both: a machine that grows
  // slower meanwhile makes no difference. Both have as many turns, since folds cost more the more is stored.
  auto first = cost(**with);
  auto plain = first ? cost(**without) : first;
  const auto by_plain = [&](std::vector<double>& ratios) -> result<void> {
    const auto mine = plain ? cost(**with) : plain;
    auto again = mine ? cost(**without) : mine;
    if (!again)
      return again.error();
    ratios.push_back(*mine / ((*plain + *again) / 2));
    plain = std::move(again);
    return {};
  };
  for (unsigned round = 0; round < plan.repeats; ++round) {
    if (auto done = by_plain(out.off_ratio); !done)
      return done.error();
    const auto seconds = static_cast<unsigned>(2 * (plan.measured_s + drive.warm_up_s) + 10);
    auto watcher = child::start({console,
                                 {"--url", (*with)->process().admin().url, "watch", "--share", "0.01", "--seconds",
                                  std::to_string(seconds), "--json"},
                                 {{"WAKALA_OPERATOR_TOKEN", (*with)->process().admin().token}},
                                 with_folder.options().directory + "/watch.log"});
    if (!watcher)
      return watcher.error();
    if (auto done = by_plain(out.sampled_ratio); !done)
      return done.error();
    watcher->stop(std::chrono::seconds{2});
  }
  return out;
}

} // namespace wakala::bench
