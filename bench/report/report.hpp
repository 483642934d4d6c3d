/// \file
/// What a benchmark says of itself. A run that cannot fill this in cannot claim anything.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wakala::bench {

/// One measured quantity: a value for each repeat, and the goal it is held against.
struct figure {
  enum class direction : std::uint8_t { at_least, at_most, none };

  std::string name; ///< snake_case, as in the JSON: `ack_p99_ms`
  std::string unit; ///< `ms`, `1/s`, `bytes`, `ratio`, `percent`, …
  std::vector<double> values;
  std::optional<double> goal;
  direction wanted = direction::none;
};

/// Points to draw. The page chooses the axes by `kind`.
struct curve {
  enum class kind : std::uint8_t {
    latency,    ///< x: percentile (50 … 99.99), y: ms
    saturation, ///< x: offered 1/s, y: achieved 1/s or ms
    series,     ///< x: second of the run, y: anything
  };
  kind what = kind::series;
  std::string name;
  std::string unit; ///< of y
  std::vector<std::pair<double, double>> points;
};

struct machine_facts {
  std::string cpu;
  unsigned cores = 0;
  std::uint64_t memory_bytes = 0;
  std::string kernel;
  std::string file_system; ///< type and device of the directory that was written to
};

struct build_facts {
  std::string compiler;
  std::string flags;
  std::string commit; ///< with `+changes` when the tree was not clean
  std::string type;   ///< Release, Debug
};

struct durability_facts {
  std::string mode;        ///< `SQLite WAL, synchronous=FULL, fdatasync a batch`, `appendfsync always`, `none`
  double fsync_p50_ms = 0; ///< measured on the same directory before the run
  double fsync_p99_ms = 0;
};

/// How the load was made. Absent for benchmarks without one (`store`, `actors`).
struct load_facts {
  double offered_per_s = 0;
  double achieved_per_s = 0;
  std::uint64_t sent = 0;
  std::uint64_t late = 0;           ///< sent more than 1 ms after the intended start
  std::uint64_t failed = 0;         ///< not answered 200: refused, broken, timed out
  double generator_cpu_percent = 0; ///< of one core
  double server_cpu_percent = 0;
};

struct report {
  std::string command;    ///< `webhook`, `store`, …
  std::string target;     ///< what was measured: `wakalad`, `ceiling`, `peer (appendfsync always)`
  std::string started_at; ///< RFC 3339 UTC
  machine_facts machine;
  build_facts build;
  durability_facts durability;
  std::vector<std::pair<std::string, std::string>> config;
  double warm_up_s = 0;
  double measured_s = 0; ///< of one repeat
  unsigned repeats = 0;
  std::optional<load_facts> load;
  std::vector<figure> figures;
  std::vector<curve> curves;
  std::vector<std::string> void_because; ///< empty: the run counts
};

/// The middle of the values; of an even number, the mean of the two in the middle. 0 for none.
double median(std::vector<double> values);
/// (largest − smallest) / median; 0 when there are fewer than two or the median is 0.
double spread(const std::vector<double>& values);
/// True when the figure has no goal or its median meets it.
bool is_met(const figure& f);
/// `void`, `goals met`, `goals missed: a, b`, or `measured` when nothing has a goal.
std::string verdict(const report& r);
/// Of several reports together: `failed: …` when the benchmark could not be run, else `void` if any is void, else the
/// goals that were missed as `target: figure`, else as for one.
std::string verdict(const std::vector<report>& all, const std::string& failure = {});

/// Machine, build and the time; `directory` is where the benchmark writes.
machine_facts read_machine(const std::string& directory);
build_facts read_build();
/// Times fdatasync after small appends to a scratch file in `directory`.
durability_facts measure_fsync(const std::string& directory, std::string mode);

/// A report with all that is known before the run: the time, the machine, the build, and fsync timed in `directory`.
report begin_report(std::string command, std::string target, const std::string& directory,
                    std::string durability_mode);

std::string to_json(const report& r); ///< one object, keys always present
/// What `--json` prints of a command: one object `{command, verdict, void, failure, reports}`.
std::string to_json(const std::string& command, const std::vector<report>& all, const std::string& failure);
std::string to_table(const report& r); ///< for a terminal, ≤ 100 columns
/// One self-contained page; `failure` is shown when the benchmark could not be run to its end.
std::string to_html(const std::vector<report>& all, const std::string& failure = {});

} // namespace wakala::bench
