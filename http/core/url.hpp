/// \file
/// Absolute http and https URLs.
#pragma once

#include "runtime/core/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace wakala::http {

struct url {
  bool https = false;
  std::string user_info; ///< before '@', raw; empty when absent
  std::string host;      ///< lower case; an IPv6 literal without its brackets
  std::uint16_t port = 80;
  std::string target = "/"; ///< path and query as written, starting with '/'; the fragment is dropped

  /// The host as it stands in a Host field: brackets around IPv6, the port unless it is the scheme's own.
  std::string authority() const;
  /// Host and port, always both, as CONNECT wants it.
  std::string host_and_port() const;

  bool operator==(const url&) const = default;
};

/// Error: `invalid_argument`. The text does not repeat the URL, which may hold a secret.
result<url> parse_url(std::string_view text);

} // namespace wakala::http
