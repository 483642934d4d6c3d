/// \file
/// Who is there and who owns what, in PostgreSQL.
#pragma once

#include "persistence/cluster.hpp"

#include <memory>
#include <string>

namespace wakala::persistence {

/// Of a database in which `open_postgres_store` has made the tables. `application` names the connection for people.
result<std::unique_ptr<cluster_registry>> open_postgres_registry(const std::string& url,
                                                                 const std::string& application);

} // namespace wakala::persistence
