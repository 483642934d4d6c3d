#include "bench/load/webhook_report.hpp"

#include "bench/stats/lag.hpp"
#include "runtime/core/thread_counts.hpp"
#include "runtime/core/time_text.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

namespace wakala::bench {

namespace {

using direction = figure::direction;
using points = std::vector<std::pair<double, double>>;

/// The store cuts its write-ahead logs back to 128 MiB.
constexpr double wal_cap_mb = 134.4;

double largest(const points& list) {
  double most = 0;
  for (const auto& [x, y] : list)
    most = std::max(most, y);
  return most;
}

double mean_between(const points& list, double from, double to) {
  double sum = 0;
  double count = 0;
  for (const auto& [x, y] : list)
    if (x >= from && x < to) {
      sum += y;
      ++count;
    }
  return count == 0 ? 0 : sum / count;
}

points measured_part(const points& list, const measurement& m) {
  points part;
  const auto from = m.warm_up_s;
  const auto to = m.warm_up_s + m.load.measured_s;
  for (const auto& point : list)
    if (point.first >= from && point.first <= to + 0.5)
      part.push_back(point);
  return part;
}

std::string short_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

void add(report& r, std::string name, std::string unit, double value, std::optional<double> goal = {},
         direction wanted = direction::none) {
  r.figures.push_back({std::move(name), std::move(unit), {value}, goal, wanted});
}

void add_curve(report& r, curve::kind what, std::string name, std::string unit, points list) {
  if (!list.empty())
    r.curves.push_back({what, std::move(name), std::move(unit), std::move(list)});
}

std::optional<double> goal_of(const webhook_options& options, double goal) {
  return options.strict_goals ? std::optional(goal) : std::nullopt;
}

std::string describe_problems(const check_summary& c) {
  std::string text;
  const auto part = [&](std::uint64_t count, const char* what) {
    if (count == 0)
      return;
    if (!text.empty())
      text += ", ";
    text += std::to_string(count) + " " + what;
  };
  part(c.lost, "acknowledged messages lost");
  part(c.doubled, "messages doubled");
  part(c.invented, "messages that were never sent");
  part(c.swapped, "messages out of order");
  part(c.wrong_replies, "messages without exactly their one reply");
  part(c.unsettled, "replies not accepted");
  part(c.statuses_behind, "acknowledged statuses without effect");
  part(c.statuses_ahead, "statuses that nobody sent");
  if (!c.examples.empty())
    text += "; first: " + c.examples.front();
  return text;
}

} // namespace

trial_result judge(const measurement& m) {
  trial_result t;
  t.offered = m.load.offered_per_s;
  t.achieved = m.load.achieved_per_s;
  t.p99_ms = to_ms(m.load.latency.percentile(99));
  const auto unfolded = measured_part(m.unfolded_rows(), m);
  const auto waiting = measured_part(m.sends_waiting(), m);
  t.unfolded_max = largest(unfolded);
  t.sends_waiting_max = largest(waiting);
  // A quarter of a second's worth is a queue that breathes, and less than statuses wait for their replies; ten
  // seconds' worth are beyond what anybody would call keeping up.
  const auto rate = std::max(t.offered, 1.0);
  t.lag_is_bounded = is_bounded(unfolded, rate / 4, rate * 10) && is_bounded(waiting, rate / 4, rate * 10);
  t.keeps_up = t.achieved >= knee_achieved * t.offered && t.p99_ms <= knee_p99_ms && t.lag_is_bounded;
  t.held = t.keeps_up && m.unmatched_statuses == 0 && !m.load.interrupted && !m.load.server_gone;
  return t;
}

report report_head(const webhook_options& options, const session_options& session) {
  report r;
  r.command = "webhook";
  r.target =
      options.target.empty() ? (options.url.empty() ? "wakalad" : "the server at " + options.url) : options.target;
  if (options.transport == way_out::sandbox && options.url.empty())
    r.target += " with wakala-sandbox";
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  r.started_at = to_rfc3339(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
  r.machine = read_machine(options.directory);
  r.build = read_build();
  const auto mode = !options.durability.empty() ? options.durability
                    : options.url.empty()       ? "SQLite WAL, synchronous=FULL, fdatasync a batch"
                                                : "as the server at the URL has it";
  r.durability = measure_fsync(options.directory, mode);
  r.warm_up_s = options.shape == load_shape::day ? 0 : options.warm_up;
  r.measured_s = options.seconds;
  r.repeats = 1;
  r.config = {
      {"url", session.url},
      {"connections", std::to_string(options.sending.connections) + ", kept, no pipelining"},
      {"tenants", std::to_string(options.who.tenants)},
      {"conversations", std::to_string(options.who.conversations)},
      {"zipf", short_number(options.who.zipf)},
      {"seed", std::to_string(options.who.seed)},
      {"mix", session.what.statuses
                  ? "a message and its reply's sent, delivered, read; 30 % list replies; 1 % repeats"
                  : "messages only; 30 % list replies; 1 % repeats"},
      {"retry", options.sending.retry ? "until 200" : "no"},
      {"daemon_threads", std::to_string(io_threads(options.io_threads, processors())) + " I/O, " +
                             std::to_string(worker_threads(options.workers, processors())) + " workers"},
  };
  if (!options.url.empty())
    r.config.pop_back();
  return r;
}

void add_measurement(report& r, const webhook_options& options, const measurement& m) {
  const auto& load = m.load;
  const auto ms = [&](double percent) { return to_ms(load.latency.percentile(percent)); };
  const double measured = std::max(load.measured_s, 1e-9);
  r.load = load_facts{load.offered_per_s,
                      load.achieved_per_s,
                      load.measured.sent,
                      load.measured.late,
                      load.measured.failed(),
                      load.generator_cpu_percent,
                      100 * m.server_cpu_s / measured};
  r.measured_s = load.measured_s;
  r.config.emplace_back("requests_rendered", m.prepared_before ? "before the run" : "beside the run, in a thread");
  add(r, "achieved_share", "ratio", load.offered_per_s > 0 ? load.achieved_per_s / load.offered_per_s : 0);
  add(r, "ingest_per_s", "1/s", load.achieved_per_s);
  add(r, "ack_p50_ms", "ms", ms(50), goal_of(options, 2), direction::at_most);
  add(r, "ack_p99_ms", "ms", ms(99), goal_of(options, 10), direction::at_most);
  add(r, "ack_p999_ms", "ms", ms(99.9), goal_of(options, 40), direction::at_most);
  add(r, "ack_max_ms", "ms", to_ms(load.latency.max()));
  add(r, "late_by_generator", "", static_cast<double>(load.measured.own_delay));
  add(r, "withheld", "", static_cast<double>(load.measured.withheld));
  const auto good = load.achieved_per_s * load.measured_s;
  if (m.server_cpu_s > 0 && good > 0) {
    add(r, "server_cpu_us_per_webhook", "us", m.server_cpu_s / good * 1e6);
    add(r, "webhooks_per_cpu_s", "1/s", good / m.server_cpu_s);
  }
  if (m.server_cpu_s > 0) // else nobody said which processes are the server's
    add(r, "others_cpu_percent", "percent", 100 * m.others_cpu_s / measured);
  add(r, "stolen_cpu_percent", "percent", 100 * m.stolen_cpu_s / measured);
  const auto trial = judge(m);
  const auto unfolded = m.unfolded_rows();
  if (!unfolded.empty()) {
    add(r, "fold_lag_rows_max", "", trial.unfolded_max);
    add(r, "fold_lag_bounded", "", trial.lag_is_bounded ? 1 : 0);
    add(r, "sends_waiting_max", "", trial.sends_waiting_max);
  }
  const auto rss = m.rss_megabytes();
  if (!rss.empty())
    add(r, "rss_mb_max", "MB", largest(rss));
  add_curve(r, curve::kind::latency, "acknowledged", "ms", latency_points(load.latency));
  add_curve(r, curve::kind::series, "answered 200", "1/s", load.seconds.good_per_second());
  add_curve(r, curve::kind::series, "p99", "ms", load.seconds.percentile_ms(99));
  add_curve(r, curve::kind::series, "late", "1/s", load.seconds.late_per_second());
  add_curve(r, curve::kind::series, "failed", "1/s", load.seconds.failed_per_second());
  add_curve(r, curve::kind::series, "unfolded rows", "rows", unfolded);
  add_curve(r, curve::kind::series, "sends waiting", "", m.sends_waiting());
  add_curve(r, curve::kind::series, "memory of the server", "MB", rss);
  if (load.interrupted)
    r.void_because.emplace_back("it was interrupted");
  if (load.server_gone)
    r.void_because.emplace_back("the server was gone");
  if (load.measured.good == 0)
    r.void_because.emplace_back("nothing was answered 200");
  if (load.source_waits > 0)
    r.void_because.emplace_back("the generator could not render requests fast enough");
}

void add_end(report& r, const webhook_options& options, const measurement& m, const session_end& end) {
  if (end.start_ms > 0)
    add(r, "start_ms", "ms", end.start_ms);
  if (end.written_bytes > 0 && end.good > 0)
    add(r, "disk_bytes_per_webhook", "bytes", static_cast<double>(end.written_bytes) / static_cast<double>(end.good),
        goal_of(options, 4'000), direction::at_most);
  if (m.wal_bytes_max() > 0)
    add(r, "wal_mb_max", "MB", static_cast<double>(m.wal_bytes_max()) / 1e6,
        options.soak ? std::optional(wal_cap_mb) : std::nullopt, direction::at_most);
  if (!end.checked) {
    r.config.emplace_back("checked", "no: there is no admin address, or it was not wanted");
    return;
  }
  const auto& c = *end.checked;
  add(r, "settled_s", "s", end.settled.seconds);
  add(r, "checked_messages", "", static_cast<double>(c.acknowledged));
  add(r, "statuses_set_aside", "", end.unmatched);
  r.config.emplace_back("checked", std::to_string(c.acknowledged) + " acknowledged messages and " +
                                       std::to_string(c.replies) + " replies of " + std::to_string(c.conversations) +
                                       " conversations read back");
  if (!end.settled.is_settled)
    r.void_because.push_back("the server did not finish folding and sending within " +
                             std::to_string(static_cast<int>(end.settled.seconds)) + " s after the load");
  if (c.problems() > 0)
    r.void_because.push_back(describe_problems(c));
  // A status that overtook the reply it speaks of was set aside, which is what the server says it does with it. That
  // may happen only when it did not keep up: Meta would not have had the reply yet, and sent no status.
  const bool excused = end.unmatched_excused && static_cast<double>(c.statuses_behind) <= end.unmatched;
  if (c.problems() == 0 && c.statuses_behind > 0 && !excused)
    r.void_because.push_back(describe_problems(c));
}

void add_trials(report& r, const std::vector<trial_result>& trials) {
  points achieved;
  points p99;
  points unfolded;
  auto sorted = trials;
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.offered < b.offered; });
  for (const auto& t : sorted) {
    achieved.emplace_back(t.offered, t.achieved);
    p99.emplace_back(t.offered, t.p99_ms);
    unfolded.emplace_back(t.offered, t.unfolded_max);
  }
  add_curve(r, curve::kind::saturation, "achieved", "1/s", std::move(achieved));
  add_curve(r, curve::kind::saturation, "p99", "ms", std::move(p99));
  add_curve(r, curve::kind::saturation, "unfolded rows, most", "rows", std::move(unfolded));
}

void add_soak(report& r, const measurement& m) {
  const auto rss = m.rss_megabytes();
  const auto whole = m.load.measured_s;
  const auto start = m.warm_up_s;
  // After the caches are warm: the second tenth of the time against the last.
  const auto early = mean_between(rss, start + 0.1 * whole, start + 0.2 * whole);
  const auto late = mean_between(rss, start + 0.9 * whole, start + whole + 1);
  if (early > 0)
    add(r, "rss_growth_percent", "percent", 100 * (late / early - 1), 3, direction::at_most);
  add(r, "errors", "", static_cast<double>(m.load.measured.failed() + m.load.warm_up.failed()), 0,
      direction::at_most);
}

void merge_repeat(report& into, const report& next) {
  const auto p99_of = [](const report& r) {
    for (const auto& f : r.figures)
      if (f.name == "ack_p99_ms" && !f.values.empty())
        return f.values.back();
    return 0.0;
  };
  double worst = 0;
  for (const auto& f : into.figures)
    if (f.name == "ack_p99_ms")
      for (const auto value : f.values)
        worst = std::max(worst, value);
  if (p99_of(next) > worst) {
    into.curves = next.curves;
    into.load = next.load;
  }
  for (const auto& f : next.figures) {
    const auto known =
        std::find_if(into.figures.begin(), into.figures.end(), [&](const figure& k) { return k.name == f.name; });
    if (known == into.figures.end())
      into.figures.push_back(f);
    else
      known->values.insert(known->values.end(), f.values.begin(), f.values.end());
  }
  for (const auto& why : next.void_because)
    into.void_because.push_back("repeat " + std::to_string(into.repeats + 1) + ": " + why);
  ++into.repeats;
}

} // namespace wakala::bench
