/// \file
/// The command line of the load benchmarks.

#include "bench/command_line.hpp"
#include "bench/report/progress.hpp"
#include "bench/scratch.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <stdexcept>

namespace {

using namespace wakala::bench;

constexpr int run_error = 1;
constexpr int usage_error = 2;

constexpr const char* about =
    "wakala-bench: how fast, how small, how soon. Starts what it measures, loads it, checks what it did, reports.";
constexpr const char* after_help =
    "Options may stand before or after the command. `wakala-bench COMMAND --help` says what a command measures.\n"
    "A report is printed as a table on standard output, progress on standard error. Runs that cannot be trusted say "
    "so: a run\n"
    "is void when the server lost, doubled or reordered anything, or the load could not be made.\n"
    "Exit status: 0 measured (missed goals are named), 1 the benchmark could not be run or is void, 2 wrong usage.";

/// Found out before minutes are spent: can this file be written?
void expect_writable(const std::string& file) {
  if (!file.empty() && file != "-" && !std::ofstream(file, std::ios::app))
    throw std::runtime_error("cannot write " + file);
}

void write_file(const std::string& file, const std::string& text) {
  std::ofstream out(file, std::ios::trunc);
  if (!(out << text << std::flush))
    throw std::runtime_error("cannot write " + file);
}

void add_common(CLI::App& app, common_options& options) {
  app.add_option("--json", options.json_file, "write one JSON object to FILE; without FILE to standard output, alone")
      ->type_name("[FILE]")
      ->expected(0, 1);
  app.add_option("--html", options.html_file, "write one self-contained page to FILE")->type_name("FILE");
  app.add_option("--repeats", options.repeats, "how often to measure; the report gives medians and the spread")
      ->check(CLI::Range(1, 1000));
  app.add_option("--directory", options.directory,
                 "where stores are made (default: a fresh one under $TMPDIR, removed at the end)")
      ->type_name("DIR");
  app.add_option("--bin-dir", options.bin_dir, "where wakalad is (default: beside wakala-bench)")->type_name("DIR");
  app.add_flag("--smoke", options.smoke, "a run of seconds: proves that the benchmark works, measures nothing");
}

/// In the list of commands only what each is; its own help says the rest.
class short_list : public CLI::Formatter {
public:
  std::string make_subcommand(const CLI::App* sub) const override {
    std::stringstream line;
    const std::string whole = sub->get_description();
    std::string first = whole.substr(0, std::min({whole.find(". "), whole.find(": "), whole.find('\n')}));
    if (first.ends_with('.'))
      first.pop_back();
    CLI::detail::format_help(line, sub->get_name(), first, get_column_width());
    return line.str();
  }
};

void add_commands(CLI::App& app, command& chosen) {
  add_webhook(app, chosen);
  add_idle(app, chosen);
  add_cold(app, chosen);
  add_flood(app, chosen);
  add_failover(app, chosen);
  add_journey(app, chosen);
  add_console(app, chosen);
  add_actors(app, chosen);
  add_store(app, chosen);
  add_ceiling(app, chosen);
  add_summary(app, chosen);
}

/// What went wrong in a run is part of its outcome: the report says it in every form that was asked for. Options that
/// do not go together are wrong usage.
outcome run(const command& chosen, const common_options& options) {
  try {
    return chosen(options);
  } catch (const std::invalid_argument&) {
    throw;
  } catch (const std::exception& e) {
    return {{}, e.what(), {}};
  }
}

int publish(const std::string& name, const outcome& found, const common_options& options) {
  console_progress().end();
  if (found.no_report && found.failure.empty())
    return 0;
  const std::string json = found.json ? *found.json : to_json(name, found.reports, found.failure);
  if (options.json_file == "-")
    std::cout << json << std::endl;
  else if (!options.json_file.empty())
    write_file(options.json_file, json + '\n');
  if (!options.html_file.empty())
    write_file(options.html_file, to_html(found.reports, found.failure));
  if (options.json_file != "-")
    for (const report& r : found.reports)
      std::cout << to_table(r) << std::endl;
  if (!found.failure.empty())
    std::cerr << "wakala-bench " << name << ": " << found.failure << '\n';
  bool good = found.failure.empty() && !found.reports.empty();
  for (const report& r : found.reports)
    good = good && r.void_because.empty();
  return good ? 0 : run_error;
}

int run_and_publish(const std::string& name, const command& chosen, common_options options) {
  expect_writable(options.json_file);
  expect_writable(options.html_file);
  if (options.bin_dir.empty())
    options.bin_dir = std::filesystem::read_symlink("/proc/self/exe").parent_path().string();
  std::optional<scratch_directory> scratch;
  if (options.directory.empty())
    options.directory = scratch.emplace().path();
  else
    std::filesystem::create_directories(options.directory);
  return publish(name, run(chosen, options), options);
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{about};
  app.formatter(std::make_shared<short_list>());
  app.footer(after_help);
  app.set_version_flag("--version", "wakala-bench " WAKALA_VERSION);
  app.fallthrough();
  app.require_subcommand(1);
  common_options options;
  command chosen;
  add_common(app, options);
  add_commands(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : usage_error;
  }
  options.repeats_given = app.count("--repeats") > 0;
  if (app.count("--json") > 0 && options.json_file.empty())
    options.json_file = "-";
  try {
    return run_and_publish(app.get_subcommands().front()->get_name(), chosen, options);
  } catch (const std::invalid_argument& e) {
    console_progress().end();
    std::cerr << e.what() << '\n';
    return usage_error;
  } catch (const std::exception& e) {
    console_progress().end();
    std::cerr << "wakala-bench: " << e.what() << '\n';
    return run_error;
  }
}
