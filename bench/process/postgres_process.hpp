/// \file
/// A PostgreSQL server to be measured: new, with the settings it comes with, on a socket in a directory of its own.
#pragma once

#include "bench/process/child.hpp"

#include <string>

namespace wakala::bench {

class postgres_process {
public:
  /// Whether the distribution's server is installed.
  static bool is_there();
  /// In `directory`, which is there and empty. As root it runs as the user `postgres`, which must be able to get
  /// there.
  static result<postgres_process> start(const std::string& directory);

  std::string url() const { return "postgresql://wakala@/postgres?host=" + directory_; }
  pid_t pid() const noexcept { return server_.pid(); }
  void stop() { server_.stop(); }

private:
  postgres_process(child server, std::string directory)
      : server_(std::move(server)), directory_(std::move(directory)) {}

  child server_;
  std::string directory_;
};

} // namespace wakala::bench
