#include "wakalad/open_store.hpp"

#include "persistence/postgres/postgres_store.hpp"
#include "persistence/sqlite/sqlite_store.hpp"

namespace wakala::daemon {

std::optional<std::string> sqlite_path(const std::string& store_url) {
  constexpr std::string_view scheme = "sqlite:";
  if (!store_url.starts_with(scheme))
    return std::nullopt;
  return store_url.substr(scheme.size());
}

bool is_postgres(const std::string& store_url) { return store_url.starts_with("postgresql://"); }

std::string shown_store(const std::string& store_url) {
  if (!is_postgres(store_url))
    return store_url;
  // Without the user's part, and without the parameters: either may hold one.
  const auto plain = store_url.substr(0, store_url.find('?'));
  const auto host = plain.find("://") + 3;
  const auto at = plain.rfind('@');
  return plain.substr(0, host) + plain.substr(at == std::string::npos ? host : at + 1);
}

result<std::unique_ptr<persistence::store>> open_store(const node_config& config) {
  if (const auto path = sqlite_path(config.store_url)) {
    persistence::sqlite_options options;
    options.path = *path;
    options.shard_count = config.cluster.shard_count;
    return persistence::open_sqlite_store(options);
  }
  persistence::postgres_options options;
  options.url = config.store_url;
  options.shard_count = config.cluster.shard_count;
  options.node = config.node_name;
  options.serves = config.cluster.is_alone() ? persistence::serving::alone : persistence::serving::in_cluster;
  return persistence::open_postgres_store(options);
}

} // namespace wakala::daemon
