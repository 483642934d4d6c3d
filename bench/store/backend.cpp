#include "bench/store/backend.hpp"

#include "bench/process/postgres_process.hpp"
#include "persistence/postgres/postgres_store.hpp"
#include "persistence/sqlite/sqlite_store.hpp"

#include <algorithm>
#include <optional>

namespace wakala::bench {

namespace {

std::string sqlite_file(const std::string& directory) { return directory + "/store.db"; }

result<std::unique_ptr<persistence::store>> open_sqlite(const std::string& directory, std::uint32_t shards) {
  persistence::sqlite_options options;
  options.path = sqlite_file(directory);
  options.shard_count = shards;
  return persistence::open_sqlite_store(options);
}

result<std::vector<std::string>> verify_sqlite(const std::string& directory) {
  auto report = persistence::verify_sqlite_store(sqlite_file(directory));
  if (!report)
    return report.error();
  return std::move(report->problems);
}

/// The server of one repeat: started when the store is made, ended when it has been read back.
class postgres_backend {
public:
  result<std::unique_ptr<persistence::store>> open(const std::string& directory, std::uint32_t shards) {
    server_.reset();
    auto started = postgres_process::start(directory);
    if (!started)
      return started.error();
    server_.emplace(std::move(*started));
    return persistence::open_postgres_store({server_->url(), shards, 4, "bench"});
  }
  result<std::vector<std::string>> verify() {
    auto report = persistence::verify_postgres_store(server_->url());
    server_->stop();
    server_.reset();
    if (!report)
      return report.error();
    return std::move(report->problems);
  }

private:
  std::optional<postgres_process> server_;
};

std::vector<backend> backends_here() {
  std::vector<backend> all{{"sqlite", "SQLite WAL, synchronous=FULL, fdatasync a batch", open_sqlite, verify_sqlite}};
  if (postgres_process::is_there()) {
    const auto one = std::make_shared<postgres_backend>();
    all.push_back({"postgresql", "PostgreSQL, fsync and synchronous_commit on, a commit a batch",
                   [one](const std::string& directory, std::uint32_t shards) { return one->open(directory, shards); },
                   [one](const std::string&) { return one->verify(); }});
  }
  return all;
}

} // namespace

const std::vector<backend>& all_backends() {
  static const auto all = backends_here();
  return all;
}

result<backend> find_backend(const std::string& name) {
  const auto& all = all_backends();
  const auto found = std::find_if(all.begin(), all.end(), [&](const backend& b) { return b.name == name; });
  if (found != all.end())
    return *found;
  std::string names;
  for (const auto& b : all)
    names += (names.empty() ? "" : ", ") + b.name;
  return make_error(errc::not_found, "there is no store " + name + " here; there is: " + names, "--backend");
}

} // namespace wakala::bench
