/// \file
/// Figures, curves and verdict of webhook runs.
#pragma once

#include "bench/load/checker.hpp"
#include "bench/load/session.hpp"
#include "bench/load/webhook_run.hpp"
#include "bench/report/report.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wakala::bench {

/// p99 up to which a rate counts as carried.
constexpr double knee_p99_ms = 50;
/// Share of the offered rate that must be achieved.
constexpr double knee_achieved = 0.99;

/// One trial of the knee search, as a row of the saturation curve.
struct trial_result {
  double offered = 0;
  double achieved = 0;
  double p99_ms = 0;
  double unfolded_max = 0;
  double sends_waiting_max = 0;
  bool lag_is_bounded = true;
  bool keeps_up = false; ///< achieved, p99, and queues that do not grow
  bool held = false;     ///< and no status overtook the reply it speaks of
};
/// Judges a run.
trial_result judge(const measurement& m);

/// The parts of a report that a session leaves behind, beside the measurement itself.
struct session_end {
  settled_state settled;
  std::optional<check_summary> checked; ///< nothing: not verified
  double unmatched = 0;                 ///< statuses that the node set aside, of all runs of the session
  bool unmatched_excused = false;       ///< in one of the runs the server did not keep up
  std::uint64_t good = 0;               ///< answers 200 of all runs
  std::uint64_t written_bytes = 0;      ///< by the server's processes, from before the first run until after `settle`
  double start_ms = 0;                  ///< of an own daemon; 0: unknown
};

/// Machine, build, durability and configuration: what every report must say.
report report_head(const webhook_options& options, const session_options& session);

/// Figures and curves of one measured run.
void add_measurement(report& r, const webhook_options& options, const measurement& m);
/// Disk, settling and the check; fills `void_because`.
void add_end(report& r, const webhook_options& options, const measurement& m, const session_end& end);
void add_trials(report& r, const std::vector<trial_result>& trials);
/// What 30 minutes are held against: memory, write-ahead log, errors.
void add_soak(report& r, const measurement& m);

/// A further repeat of the same: values are added to the figures of the same name, reasons to the reasons. The curves
/// and load facts of the repeat with the worse p99 stay.
void merge_repeat(report& into, const report& next);

} // namespace wakala::bench
