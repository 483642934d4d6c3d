/// \file
/// Turns bytes into requests and says which status a request that breaks the rules gets. Knows no sockets.
#pragma once

#include "http/core/message.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace wakala::http {

enum class read_step : std::uint8_t {
  need_more,   ///< feed again with what is left and more
  header_done, ///< once a request: the head can be looked at
  complete,    ///< the request can be taken; bytes left over belong to the next one
  refused,     ///< see `refusal`; nothing more can be read from this connection
};

/// Why the transport refuses a request.
struct refusal {
  int status;
  std::string_view detail;
};

/// One request at a time. Not thread-safe.
class request_reader {
public:
  request_reader(std::size_t header_bytes, std::size_t body_bytes);
  ~request_reader();
  request_reader(const request_reader&) = delete;
  request_reader& operator=(const request_reader&) = delete;

  /// After `header_done`: another bound for this request's body.
  void allow_body(std::size_t body_bytes) noexcept;
  void hold(std::shared_ptr<void> what); ///< becomes the request's
  /// Begins a new request.
  void start(const std::string& peer, std::chrono::steady_clock::time_point received_at);

  struct progress {
    read_step step;
    std::size_t used; ///< bytes of `data` that need not be shown again
  };
  /// `data`: every byte read and not yet used.
  progress feed(std::string_view data);

  bool started() const noexcept;            ///< false while only blank lines have come
  bool request_line_known() const noexcept; ///< method, target, path and query of `head` are set
  const request_head& head() const noexcept;
  const refusal& why_refused() const noexcept;
  /// After `header_done`: what the header asks for and cannot have (body too large, transfer coding, expectation).
  std::optional<refusal> header_refusal() const;
  /// A bad Content-Length, Transfer-Encoding or header size: design §7 lets 404 and 405 come before it.
  bool refused_for_framing() const noexcept;

  bool http_1_0() const noexcept;
  bool keep_alive() const;          ///< after `header_done`
  bool body_pending() const;        ///< after `header_done`: a body was announced and is not complete
  bool expects_continue() const;    ///< after `header_done`
  std::size_t body_missing() const; ///< bytes still to come of a body of known length, else 0
  request take();                   ///< after `complete`

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace wakala::http
