/// \file
/// What all subcommands of wakala-bench take, and how they are added to the program.
#pragma once

#include "bench/report/report.hpp"

#include <CLI/CLI.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace wakala::bench {

struct common_options {
  std::string json_file; ///< `-`: standard output, then nothing else goes there
  std::string html_file;
  std::string directory; ///< where stores are made; empty: a fresh one under $TMPDIR
  std::string bin_dir;   ///< where wakalad and the others are; empty: beside wakala-bench
  unsigned repeats = 1;
  bool repeats_given = false; ///< `--repeats` was on the command line; a command with another usual number may ask
  bool smoke = false;         ///< a run of seconds that proves the benchmark works and measures nothing
};

/// What a subcommand returns: its reports, and whether it could run at all.
struct outcome {
  std::vector<report> reports;
  std::string failure;             ///< not empty: the benchmark could not be run; exit 1
  std::optional<std::string> json; ///< the object that `--json` prints, when it is not the list of reports
  bool no_report = false;          ///< it was no benchmark, and there is nothing to say unless it failed
};
/// Throws std::invalid_argument when options do not go together: wrong usage, exit 2.
using command = std::function<outcome(const common_options&)>;

/// Each adds its subcommand to `app`; when it was chosen on the command line, `chosen` is set to what runs it.
void add_webhook(CLI::App& app, command& chosen);
void add_idle(CLI::App& app, command& chosen);
void add_cold(CLI::App& app, command& chosen);
void add_flood(CLI::App& app, command& chosen);
void add_failover(CLI::App& app, command& chosen);
void add_journey(CLI::App& app, command& chosen);
void add_console(CLI::App& app, command& chosen);
void add_actors(CLI::App& app, command& chosen);
void add_store(CLI::App& app, command& chosen);
void add_ceiling(CLI::App& app, command& chosen);
void add_summary(CLI::App& app, command& chosen);

} // namespace wakala::bench
