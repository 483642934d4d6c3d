/// \file
/// The node daemon's command line.

#include "wakalad/cluster_command.hpp"
#include "wakalad/commands.hpp"
#include "wakalad/serve.hpp"

#include <CLI/CLI.hpp>

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

} // namespace

int main(int argc, char** argv) {
  using namespace wakala::daemon;
  CLI::App app{"wakalad: WhatsApp shops on one node. Without a command it serves until SIGTERM."};
  app.footer("Exit codes: 0 good, 1 bad (configuration, damage, difference, not JSON), 2 usage.");
  app.set_version_flag("--version", "wakalad " WAKALA_VERSION);
  app.fallthrough();
  std::string config;
  std::string file;
  std::string store;
  bool json = false;
  app.add_option("--config", config, "configuration, YAML (default: $WAKALA_CONFIG, then wakala.yaml)");
  app.add_flag("--json", json, "print exactly one JSON object");

  auto* check = app.add_subcommand("check-config", "check a configuration file");
  check->add_option("FILE", file, "configuration file")->required();
  auto* keygen = app.add_subcommand("keygen", "write a fresh key-encryption key; never overwrites");
  keygen->add_option("FILE", file, "file to write")->required();
  auto* backup =
      app.add_subcommand("backup", "copy the configured store into FILE and FILE.keys, also while it is in use");
  backup->add_option("FILE", file, "file to write; never overwritten")->required();
  backup->add_option("--store", store, "path of the store, instead of the configuration's store.url");
  auto* verify = app.add_subcommand("verify", "read a store or a backup completely and report damage");
  verify->add_option("FILE", file, "path of the store or backup, or postgresql://…")->required();
  auto* rebuild =
      app.add_subcommand("rebuild", "fold the journal again and compare with the tables; changes nothing");
  rebuild->add_option("FILE", file, "path of the store or backup, or postgresql://…")->required();
  auto* decode = app.add_subcommand("decode", "print one JSON line per event of a webhook body");
  decode->add_option("FILE", file, "file with the body (default: standard input)");
  cluster_command_options cluster_options;
  std::string node;
  std::string shard;
  auto* cluster = app.add_subcommand("cluster", "see and change who serves what, through a node's admin listener");
  cluster->add_option("--url", cluster_options.url, "admin listener (default: the configuration's)");
  cluster->add_option("--token", cluster_options.token, "operator token (default: the configuration's)")
      ->envname("WAKALA_OPERATOR_TOKEN");
  auto* status = cluster->add_subcommand("status", "nodes and shards");
  auto* drain = cluster->add_subcommand("drain", "give a node's shards to the others, and let it have no new ones");
  drain->add_option("NODE", node, "its name")->required();
  auto* undrain = cluster->add_subcommand("undrain", "let it have shards again");
  undrain->add_option("NODE", node, "its name")->required();
  auto* move = cluster->add_subcommand("move", "pin a shard to a node; without one, let it go where it belongs");
  move->add_option("SHARD", shard, "its name or number")->required();
  move->add_option("NODE", node, "the node's name");
  cluster->require_subcommand(1);
  app.require_subcommand(0, 1);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    const int code = app.exit(e);
    return code == 0 ? 0 : usage_error;
  }
  try {
    if (*check)
      return check_config_command(file, json);
    if (*keygen)
      return keygen_command(file, json);
    if (*backup)
      return backup_command(file, config_or_default(config), store, json);
    if (*verify)
      return verify_command(file, json);
    if (*rebuild)
      return rebuild_command(file, json);
    if (*decode)
      return decode_command(file);
    cluster_options.config_file = config_or_default(config);
    cluster_options.json = json;
    if (*status)
      return cluster_status_command(cluster_options);
    if (*drain || *undrain)
      return cluster_drain_command(cluster_options, node, static_cast<bool>(*drain));
    if (*move)
      return cluster_move_command(cluster_options, shard, node);
    if (json) {
      std::cerr << "wakalad: --json goes with a command\n";
      return usage_error;
    }
    return serve(config_or_default(config));
  } catch (const std::exception& e) {
    std::cerr << "wakalad: " << e.what() << '\n';
    return 1;
  }
}
