/// \file
/// The stores that can be measured.
#pragma once

#include "persistence/store.hpp"
#include "runtime/core/result.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace wakala::bench {

struct backend {
  std::string name;       ///< as `--backend` takes it
  std::string durability; ///< for the report
  /// A fresh store; `directory` is there and empty.
  std::function<result<std::unique_ptr<persistence::store>>(const std::string& directory, std::uint32_t shards)> open;
  /// Reads back everything that a closed store holds; what is wrong, one line each.
  std::function<result<std::vector<std::string>>(const std::string& directory)> verify;
};

/// Those that can be measured here: PostgreSQL's only with its server installed.
const std::vector<backend>& all_backends();
/// `not_found` saying plainly which there are.
result<backend> find_backend(const std::string& name);

} // namespace wakala::bench
