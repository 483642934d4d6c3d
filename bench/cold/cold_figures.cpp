#include "bench/cold/cold_figures.hpp"

#include "bench/report/numbers.hpp"
#include "bench/report/progress.hpp"

#include <cmath>
#include <csignal>

namespace wakala::bench {
namespace {

using node_ptr = std::unique_ptr<loaded_daemon>;

/// Starts a daemon on a store and notes how long that took.
result<node_ptr> timed_start(const daemon_options& options, const crowd_size& who, std::vector<double>& took_ms) {
  auto node = loaded_daemon::start(options, who);
  if (node)
    took_ms.push_back(std::chrono::duration<double, std::milli>((*node)->process().start_time()).count());
  return node;
}

result<void> stop(loaded_daemon& node) {
  const int status = node.process().stop();
  return status == 0 ? result<void>{}
                     : make_error(errc::unavailable, "wakalad ended with status " + std::to_string(status) + ": " +
                                                         node.process().log());
}

/// Wakes as many conversations as the plan has arrivals, from place `first` on.
result<void> wake(loaded_daemon& node, const cold_plan& plan, std::uint64_t first, cold& found) {
  const auto before = node.activations();
  if (!before)
    return before.error();
  auto turn = node.drive({plan.per_second, plan.warm_up_s, plan.measured_s, true, first});
  if (!turn)
    return turn.error();
  const auto after = node.activations();
  if (!after)
    return after.error();
  const auto woken = static_cast<double>(turn->load.warm_up.good + turn->load.measured.good);
  if (*after - *before != woken)
    found.void_because.push_back(show(woken) + " conversations were woken but the node loaded " +
                                 show(*after - *before));
  found.p50_ms.push_back(to_ms(turn->load.latency.percentile(50)));
  found.p99_ms.push_back(to_ms(turn->load.latency.percentile(99)));
  found.latency.merge(turn->load.latency);
  found.void_because.insert(found.void_because.end(), turn->void_because.begin(), turn->void_because.end());
  found.turns.push_back(std::move(*turn));
  return {};
}

result<double> fill_store(const idle_place& where, const daemon_folder& place, const cold_plan& plan) {
  console_progress().step("cold: storing " + show(plan.conversations) + " conversations");
  auto node = loaded_daemon::start(place.options(), where.crowd_of(plan.conversations));
  if (!node)
    return node.error();
  if (auto filled = (*node)->fill(0, plan.conversations); !filled)
    return filled.error();
  if (auto settled = (*node)->settle(); !settled)
    return settled.error();
  if (auto stopped = stop(**node); !stopped)
    return stopped.error();
  return place.bytes();
}

/// Starts, wakes, kills in the middle of what that left to do, starts again and stops in good order.
result<void> take_turn(const idle_place& where, const daemon_folder& place, const cold_plan& plan,
                       std::uint64_t first, cold& found) {
  {
    auto node = timed_start(place.options(), where.crowd_of(plan.conversations), found.start_ms);
    if (!node)
      return node.error();
    if (auto settled = (*node)->settle(); !settled)
      return settled;
    if (auto woken = wake(**node, plan, first, found); !woken)
      return woken;
    (*node)->process().signal(SIGKILL);
    (*node)->process().stop(); // waits for its end
  }
  auto again = timed_start(place.options(), where.crowd_of(plan.conversations), found.start_after_kill_ms);
  if (!again)
    return again.error();
  if (auto settled = (*again)->settle(); !settled)
    return settled;
  return stop(**again);
}

} // namespace

std::uint64_t woken_each_repeat(const cold_plan& plan) {
  return static_cast<std::uint64_t>(std::ceil(plan.per_second * (plan.warm_up_s + plan.measured_s)));
}

result<cold> measure_cold(const idle_place& where, const cold_plan& plan) {
  const daemon_folder place(where, "cold");
  cold found;
  const auto bytes = fill_store(where, place, plan);
  if (!bytes)
    return bytes.error();
  found.store_bytes = *bytes;
  for (unsigned turn = 0; turn < plan.repeats; ++turn) {
    console_progress().step("cold: waking " + show(plan.per_second, "1/s") + " (" + std::to_string(turn + 1) +
                            " of " + std::to_string(plan.repeats) + ")");
    if (auto done = take_turn(where, place, plan, turn * woken_each_repeat(plan), found); !done)
      return done.error();
  }
  return found;
}

} // namespace wakala::bench
