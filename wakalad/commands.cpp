#include "wakalad/commands.hpp"

#include "persistence/crypto/keyring.hpp"
#include "persistence/postgres/postgres_store.hpp"
#include "persistence/sqlite/sqlite_store.hpp"
#include "runtime/config/config_file.hpp"
#include "runtime/core/random.hpp"
#include "wakalad/open_store.hpp"
#include "wakalad/phrases.hpp"

#include <nlohmann/json.hpp>

#include <iostream>

namespace wakala::daemon {

using nlohmann::json;

namespace {

/// Prints one object, or one line a problem; 0 or 1.
int report(bool as_json, json object, const std::vector<std::string>& problems, const std::string& good_line) {
  const bool good = problems.empty();
  if (as_json) {
    object["ok"] = good;
    object["problems"] = problems;
    std::cout << object.dump(-1, ' ', false, json::error_handler_t::replace) << '\n';
  } else if (good) {
    std::cout << good_line << '\n';
  } else {
    for (const auto& problem : problems)
      std::cerr << problem << '\n';
  }
  return good ? 0 : 1;
}

} // namespace

int check_config_command(const std::string& file, bool as_json) {
  std::vector<std::string> problems;
  if (const auto config = load_config(file, process_environment()); !config)
    problems.push_back(config.error().what);
  else if (const auto phrases = load_phrases(config->strings_dir); !phrases)
    problems.push_back("shop.strings_dir: " + phrases.error().field + ": " + phrases.error().what);
  else if (const auto templates = load_order_templates(config->order_templates_file); !templates)
    problems.push_back("shop.order_templates_file: " + templates.error().what);
  return report(as_json, json{{"file", file}}, problems, file + ": good");
}

int keygen_command(const std::string& file, bool as_json) {
  system_random random;
  std::vector<std::string> problems;
  if (const auto written = persistence::write_kek_file(file, random); !written)
    problems.push_back(written.error().what);
  return report(
      as_json, json{{"file", file}}, problems,
      file + ": a fresh key-encryption key. Keep a copy in a safe place: without it the store cannot be read.");
}

int backup_command(const std::string& file, const std::string& config_file, const std::string& store, bool as_json) {
  std::vector<std::string> problems;
  std::string from = sqlite_path(store).value_or(store);
  if (from.empty()) {
    const auto config = load_config(config_file, process_environment());
    if (!config)
      problems.push_back(config.error().what);
    else if (auto path = sqlite_path(config->store_url))
      from = std::move(*path);
    else
      problems.emplace_back("store.url: only stores in SQLite are backed up by this command; PostgreSQL has pg_dump");
  }
  if (problems.empty())
    if (const auto done = persistence::backup_sqlite_store(from, file); !done)
      problems.push_back(done.error().what);
  return report(as_json, json{{"file", file}, {"keys_file", file + ".keys"}}, problems,
                file + " and " + file + ".keys: written");
}

int verify_command(const std::string& file, bool as_json) {
  const auto shown = shown_store(file);
  const auto verified =
      is_postgres(file) ? persistence::verify_postgres_store(file) : persistence::verify_sqlite_store(file);
  json object{{"file", shown}, {"journal_rows", 0}, {"table_rows", 0}};
  if (!verified)
    return report(as_json, std::move(object), {shown + ": " + verified.error().what}, {});
  object["journal_rows"] = verified->journal_rows;
  object["table_rows"] = verified->table_rows;
  auto problems = verified->problems;
  if (!verified->good && problems.empty())
    problems.emplace_back(shown + ": damaged");
  return report(as_json, std::move(object), problems,
                shown + ": good, " + std::to_string(verified->journal_rows) + " journal rows, " +
                    std::to_string(verified->table_rows) + " table rows");
}

int rebuild_command(const std::string& file, bool as_json) {
  const auto shown = shown_store(file);
  const auto rebuilt =
      is_postgres(file) ? persistence::rebuild_postgres_store(file) : persistence::rebuild_sqlite_store(file);
  json object{{"file", shown}, {"journal_rows", 0}, {"table_rows", 0}, {"identical", false}};
  if (!rebuilt)
    return report(as_json, std::move(object), {shown + ": " + rebuilt.error().what}, {});
  object["journal_rows"] = rebuilt->journal_rows;
  object["table_rows"] = rebuilt->table_rows;
  object["identical"] = rebuilt->identical;
  auto problems = rebuilt->differences;
  if (!rebuilt->identical && problems.empty())
    problems.emplace_back(shown + ": the tables differ from the journal");
  return report(as_json, std::move(object), problems,
                shown + ": " + std::to_string(rebuilt->journal_rows) + " journal rows fold into the same " +
                    std::to_string(rebuilt->table_rows) + " table rows");
}

} // namespace wakala::daemon
