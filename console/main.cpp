/// \file
/// The terminal console's command line.

#include "console/actor_view.hpp"
#include "console/actors_view.hpp"
#include "console/commands.hpp"
#include "console/find_view.hpp"
#include "console/interactive.hpp"
#include "console/live_view.hpp"
#include "console/print.hpp"
#include "console/trace_view.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <clocale>
#include <cstdlib>
#include <iostream>

namespace {

constexpr int usage_error = 2;

/// `--config`, else WAKALA_CONFIG, else wakala.yaml here.
std::string config_or_default(const std::string& given) {
  if (!given.empty())
    return given;
  const char* from_environment = std::getenv("WAKALA_CONFIG"); // NOLINT(concurrency-mt-unsafe): no thread exists yet
  return from_environment != nullptr ? from_environment : "wakala.yaml";
}

/// https://no-color.org: any value but the empty one.
bool are_colours_unwanted() {
  const char* value = std::getenv("NO_COLOR"); // NOLINT(concurrency-mt-unsafe): no thread exists yet
  return value != nullptr && *value != 0;
}

struct arguments {
  wakala::console::access_options access;
  std::string ca_file;
  std::string text; ///< the sub-command's own argument
  std::string tenant;
  std::string kind = "conversation";
  std::string by = "mailbox";
  std::string reason;
  std::size_t count = 20;
  std::size_t width = 0;
  int seconds = 0;
  bool json = false;
  bool once = false;
  bool ascii = false;
  bool no_colour = false;
};

std::unique_ptr<wakala::console::view> view_for(const CLI::App& command, const arguments& given) {
  using namespace wakala::console;
  const auto name = command.get_name();
  if (name == "top") {
    auto top = std::make_unique<actors_view>(actors_query{"", given.kind, given.tenant, given.count});
    top->sorted = {given.by, given.by != "id"};
    return top;
  }
  if (name == "actors")
    return std::make_unique<actors_view>(actors_query{given.text, "", given.tenant, given.count});
  if (name == "find")
    return std::make_unique<find_view>(given.text, given.tenant);
  std::unique_ptr<view> made;
  if (name == "trace") {
    made = std::make_unique<trace_view>(given.text, given.tenant);
  } else {
    std::string problem;
    made = make_view(given.text.empty() ? name : name + " " + given.text, problem);
  }
  if (made != nullptr && !given.reason.empty())
    made->reveal(given.reason);
  return made;
}

} // namespace

int main(int argc, char** argv) {
  using namespace wakala::console;
  std::setlocale(LC_CTYPE, ""); // NOLINT(concurrency-mt-unsafe): no thread exists yet
  CLI::App app{
      "wakala-console: looks into a running Wakala, and acts on it. Without a command it opens at the terminal; "
      "`?` shows the keys."};
  app.footer("Exit codes: 0 good, 1 bad (nobody answers, refused, no such thing), 2 usage.");
  app.set_version_flag("--version", "wakala-console " WAKALA_VERSION);
  app.fallthrough();
  arguments given;
  app.add_option(
         "--url", given.access.urls,
         "admin listener, several allowed: the next is asked when one does not answer (default: the configuration's)")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--token", given.access.token, "operator's or tenant's token (default: the configuration's)")
      ->envname("WAKALA_OPERATOR_TOKEN");
  app.add_option("--config", given.access.config_file, "configuration (default: $WAKALA_CONFIG, then wakala.yaml)");
  app.add_option("--ca-file", given.ca_file, "certificates to trust, PEM (default: the system's)");
  app.add_flag("--once", given.once, "print the overview as text and end");
  app.add_flag("--json", given.json, "print exactly one JSON object and end");
  app.add_option("--width", given.width, "columns of printed text (default: the terminal's)")
      ->check(CLI::Range(40, 1000));
  app.add_flag("--ascii", given.ascii, "only signs of ASCII");
  app.add_flag("--no-color", given.no_colour, "no colours; so does NO_COLOR");

  app.add_subcommand("overview", "the cluster at a glance");
  app.add_subcommand("nodes", "nodes with their rates, latencies and queues");
  app.add_subcommand("shards", "shards, who serves them, how busy they are");
  auto* actors = app.add_subcommand("actors", "the children of an actor; without one the nodes");
  actors->add_option("ID", given.text, "for example node:a, shard:5, tenant:duka:5");
  auto* top = app.add_subcommand("top", "the first of the whole cluster by some figure");
  top->add_option("--by", given.by, "figure, default mailbox")
      ->check(CLI::IsMember(
          {"mailbox", "waiting", "waiting_max", "messages", "handling", "bytes", "last_activity", "id"}));
  top->add_option("--kind", given.kind, "default conversation")
      ->check(CLI::IsMember({"conversation", "tenant", "shard", "service", "node"}));
  for (auto* each : {top, actors})
    each->add_option("-n,--count", given.count, "how many, 1 to 500, default 20")->check(CLI::Range(1, 500));
  auto* actor = app.add_subcommand("actor", "one actor: figures, state, transcript");
  actor->add_option("ID", given.text, "for example conversation:duka:0af3…")->required();
  auto* trace = app.add_subcommand("trace", "the hops of one message");
  trace->add_option("WAMID", given.text, "its message id")->required();
  for (auto* each : {actor, trace})
    each->add_option("--reveal", given.reason, "show personal data, for this reason; it is recorded");
  auto* find = app.add_subcommand("find", "what a text leads to; exit code 1 when nowhere");
  find->add_option("TEXT", given.text, "phone number, user id, wamid, order's code or part of a conversation's id")
      ->required();
  for (auto* each : {top, actors, trace, find})
    each->add_option("--tenant", given.tenant, "only of this tenant");
  app.add_subcommand("dead-letters", "updates whose handler failed for good, and what was set aside")
      ->add_option("TENANT", given.text, "default: all");
  app.add_subcommand("audit", "who did what, and whether the trail is whole");
  auto* watched = app.add_subcommand(
      "watch", "the figures each second, or the messages of one conversation, of a tenant, or of a "
               "share; with --json an object a line");
  watched->add_option("WHAT", given.text, "conversation:…, a tenant, or a share like 5% (default: the figures)");
  watched->add_option("--seconds", given.seconds, "then end")->check(CLI::Range(1, 86'400));
  app.require_subcommand(0, 1);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    const int code = app.exit(e);
    return code == 0 ? 0 : usage_error;
  }
  try {
    given.access.config_file = config_or_default(given.access.config_file);
    const auto to = find_access(given.access);
    if (!to)
      return print_failure(given.json, to.error().what);
    const bool is_ascii = given.ascii || wants_ascii();
    const print_options printing{*to, given.ca_file, given.width, given.json, given.ascii};
    if (*watched && given.text.empty())
      return watch(printing, given.seconds);
    if (*watched) {
      const auto what = watch_for(given.text);
      if (what.is_null()) {
        std::cerr << "wakala-console: watch what? a conversation's id, a tenant, or a share like 5%\n";
        return usage_error;
      }
      return watch_messages(printing, what, given.seconds);
    }
    const auto chosen = app.get_subcommands();
    if (!chosen.empty())
      return print_view(printing, *view_for(*chosen.front(), given));
    std::string problem;
    if (given.once || given.json)
      return print_view(printing, *make_view("overview", problem));
    return run_interactive({*to, given.ca_file, "overview", {!given.no_colour && !are_colours_unwanted(), is_ascii}});
  } catch (const std::exception& e) {
    return print_failure(given.json, e.what());
  }
}
