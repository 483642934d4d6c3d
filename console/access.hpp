/// \file
/// Where the admin listeners are and with which token they are asked.
#pragma once

#include "runtime/core/result.hpp"

#include <string>
#include <vector>

namespace wakala::console {

struct access_options {
  std::string config_file; ///< whose admin listener and operator token are used where the next two say nothing
  std::vector<std::string> urls;
  std::string token;
};

struct access {
  std::vector<std::string> urls; ///< at least one; without a slash at the end
  std::string token;
};

/// Errors: `invalid_argument` for a URL that is none or when there is no token; as `load_config` for the file.
result<access> find_access(const access_options& how);

} // namespace wakala::console
