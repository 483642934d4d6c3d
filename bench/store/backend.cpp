#include "bench/store/backend.hpp"

#include "persistence/sqlite/sqlite_store.hpp"

#include <algorithm>

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

} // namespace

const std::vector<backend>& all_backends() {
  static const std::vector<backend> all{
      {"sqlite", "SQLite WAL, synchronous=FULL, fdatasync a batch", open_sqlite, verify_sqlite},
  };
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
  return make_error(errc::not_found, "this build has no " + name + " store; it has: " + names, "--backend");
}

} // namespace wakala::bench
