/// \file
/// The paths of the admin listener.
#pragma once

#include "runtime/core/ids.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::http {

struct admin_call;

enum class access : std::uint8_t {
  open,       ///< no token: health and metrics, for machines on the admin network
  any_token,  ///< the handler shows what the token may see
  tenant,     ///< operator, or the tenant named in the path
  operators,  ///< operator only
  by_handler, ///< the handler looks at the token: it answers in a shape of its own, or learns of it later
};

struct admin_route {
  std::string_view method;
  /// `{name}` stands for one path segment, or for its beginning: `{id}:replay`.
  std::string_view pattern;
  access who = access::operators;
  void (*handle)(admin_call&) = nullptr;
  bool takes_files = false;   ///< its body may be as large as a file
  std::size_t body_bytes = 0; ///< its body may be so large; 0: as usual
};

std::span<const admin_route> admin_routes();

/// Names and percent-decoded values of a path's parameters.
using path_values = std::map<std::string, std::string, std::less<>>;

/// Nothing when the path (raw, without query) is not of that pattern, or a parameter is empty or badly escaped.
std::optional<path_values> match_path(std::string_view pattern, std::string_view path);

struct route_match {
  const admin_route* route = nullptr; ///< null: no such path, or (with `allowed`) not by that method
  path_values values;
  std::string allowed; ///< methods of the path, for Allow; empty: no such path
};

route_match find_route(std::string_view method, std::string_view path);

} // namespace wakala::http
