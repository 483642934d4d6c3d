/// \file
/// The ceiling's server as a process of its own: `wakala-bench ceiling --serve`.
#pragma once

#include "bench/process/child.hpp"
#include "runtime/core/result.hpp"
#include "runtime/core/thread_counts.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace wakala::bench {

struct ceiling_options {
  std::string program;   ///< path of wakala-bench
  std::string directory; ///< the store goes there: fresh
  std::string secret = "bench-app-secret-2f9c";
  std::size_t threads = io_threads(0, processors()); ///< as many as wakalad has for it
  std::uint32_t shards = 32;
};

/// What a server says at its end.
struct ceiling_counts {
  std::uint64_t rows = 0;
  std::uint64_t batches = 0;
};

/// Not thread-safe; see `child` about threads.
class ceiling_process {
public:
  static result<ceiling_process> start(const ceiling_options& options,
                                       std::chrono::milliseconds patience = std::chrono::seconds{30});

  const std::string& public_url() const noexcept { return url_; }
  std::string webhook_url() const { return url_ + "/v1/webhooks"; }
  const ceiling_options& options() const noexcept { return options_; }
  pid_t pid() const noexcept { return process_.pid(); }
  /// In good order; what it wrote. Error: `unavailable` when it ended badly.
  result<ceiling_counts> stop();

  static constexpr const char* durability = "SQLite WAL, synchronous=FULL, fdatasync a batch";

private:
  ceiling_process(child process, ceiling_options options)
      : process_(std::move(process)), options_(std::move(options)) {}

  child process_;
  ceiling_options options_;
  std::string url_;
};

} // namespace wakala::bench
