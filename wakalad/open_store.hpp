/// \file
/// The store that the configuration names.
#pragma once

#include "persistence/store.hpp"
#include "runtime/core/node_config.hpp"

#include <memory>
#include <optional>
#include <string>

namespace wakala::daemon {

/// `sqlite:PATH` or `postgresql://…`. Errors as the backend's own function for opening.
result<std::unique_ptr<persistence::store>> open_store(const node_config& config);

/// The path in `sqlite:PATH`, or nothing.
std::optional<std::string> sqlite_path(const std::string& store_url);
/// Does it name a database of PostgreSQL?
bool is_postgres(const std::string& store_url);
/// For people to read: without a password.
std::string shown_store(const std::string& store_url);

} // namespace wakala::daemon
