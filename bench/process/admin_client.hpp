/// \file
/// The admin API of a node, for one thread.
#pragma once

#include "bench/process/http_line.hpp"
#include "bench/process/metrics.hpp"
#include "runtime/core/result.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace wakala::bench {

struct admin_access {
  std::string url; ///< `http://127.0.0.1:9090`
  std::string token;
};

/// One kept connection. Not thread-safe.
class admin_client {
public:
  /// Error: `invalid_argument` for a URL that is none, or https.
  static result<admin_client> connect_to(const admin_access& access);
  admin_client(admin_client&&) noexcept;
  ~admin_client();

  /// `path` begins with a slash. Errors: `unavailable` without an answer; `not_found` for 404; `conflict` for 409;
  /// `invalid_argument` for another status than 2xx, with what the node said.
  result<std::string> get(std::string_view path);
  result<std::string> post(std::string_view path, std::string_view json);
  result<std::string> put(std::string_view path, std::string_view json);

  result<node_counts> counts();
  /// Error while it is not ready.
  result<void> ready();

private:
  admin_client(std::unique_ptr<http_line> line, std::string headers);
  result<std::string> call(std::string_view method, std::string_view path, std::string_view json);

  std::unique_ptr<http_line> line_;
  std::string headers_;
};

} // namespace wakala::bench
