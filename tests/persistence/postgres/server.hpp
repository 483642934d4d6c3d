/// \file
/// A PostgreSQL server of the test's own: new, on a socket in a directory of its own, gone with the object.
#pragma once

#include <future>
#include <string>
#include <sys/types.h>

namespace wakala::persistence::testing {

class postgres_server {
public:
  /// Makes a cluster and starts it. Throws when that fails. As root, the server runs as the user `postgres`.
  postgres_server();
  ~postgres_server();
  postgres_server(const postgres_server&) = delete;
  postgres_server& operator=(const postgres_server&) = delete;

  /// A new and empty database.
  std::string new_database();
  /// Where a database of that name is.
  std::string url(const std::string& database) const;
  /// Ends it at once, as a power cut of the process would, or politely; and starts it on the same files.
  void stop(int signal);
  void start();
  /// Runs SQL in a database, as somebody else would; gives the first value of the last answer.
  std::string sql(const std::string& database, const std::string& text) const;
  /// Runs SQL in a transaction that stays open from when `is_held` is set until `go_on` is, and then never was.
  void hold(const std::string& database, const std::string& text, std::promise<void>& is_held,
            std::future<void> go_on) const;

private:
  std::string directory_;
  pid_t pid_ = -1;
  int databases_ = 0;
};

} // namespace wakala::persistence::testing
