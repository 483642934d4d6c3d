/// \file
/// A kept HTTP connection for one thread that can wait.
#pragma once

#include "runtime/core/result.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace wakala::bench {

struct line_answer {
  int status = 0;
  std::string body;
};

/// One request at a time; reconnects when the server has closed. Only plain HTTP. Not thread-safe.
class http_line {
public:
  http_line(std::string host, std::uint16_t port, std::chrono::milliseconds timeout = std::chrono::seconds{30});
  ~http_line();
  http_line(const http_line&) = delete;
  http_line& operator=(const http_line&) = delete;

  /// `headers`: whole lines, each with its line end. A GET or PUT whose kept connection has gone is made once more.
  /// Error: `unavailable`.
  result<line_answer> call(std::string_view method, std::string_view target, std::string_view headers = {},
                           std::string_view body = {});

private:
  result<void> open();
  void close() noexcept;
  result<line_answer> try_call(std::string_view request);
  error lost(std::string_view doing) const;

  std::string host_;
  std::uint16_t port_;
  std::chrono::milliseconds timeout_;
  int fd_ = -1;
};

} // namespace wakala::bench
