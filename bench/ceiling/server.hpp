/// \file
/// The limit that the daemon is compared with: a bare Beast server that does only what a durable webhook cannot do
/// without (read, check the signature, parse, append one journal row to the same kind of store, answer 200).
#pragma once

#include "bench/ceiling/group_journal.hpp"
#include "runtime/core/node_config.hpp"
#include "runtime/core/result.hpp"
#include "runtime/core/thread_counts.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace wakala::bench::ceiling {

struct server_options {
  listen_address listen;
  /// As many as wakalad has; each with an io_context and a listening socket of its own (SO_REUSEPORT).
  std::size_t threads = io_threads(0, processors());
  std::string store_path; ///< of a fresh SQLite store
  std::uint32_t shards = 32;
  std::string secret;
};

/// Answers 200, 403 (signature), 400 (no webhook, or no HTTP), 503 (the store failed). Serves until it is destroyed.
class server {
public:
  static result<std::unique_ptr<server>> start(const server_options& options);
  virtual ~server() = default;

  virtual std::string url() const = 0; ///< `http://127.0.0.1:8080`
  virtual journal_counts counts() const = 0;
};

} // namespace wakala::bench::ceiling
