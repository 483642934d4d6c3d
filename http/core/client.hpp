/// \file
/// An HTTP/1.1 client with a pool of kept connections. It says honestly whether a request may have taken effect.
#pragma once

#include "http/core/io_runtime.hpp"
#include "http/core/message.hpp"
#include "runtime/core/result.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace wakala::http {

/// Proxies as URLs (`http://[user:password@]host:port`), empty for none. `no_proxy` is a comma-separated list of
/// hosts, domains (with or without leading dot), `host:port`, or `*`. Loopback is never asked through a proxy.
struct proxy_settings {
  std::string http_proxy;
  std::string https_proxy;
  std::string no_proxy;

  /// From http_proxy, https_proxy, no_proxy, or the same in capitals (except HTTP_PROXY).
  static proxy_settings from_environment();
};

struct client_options {
  std::chrono::milliseconds connect_timeout{
      5'000}; ///< name, connection, proxy and TLS handshake; also waiting for a slot
  std::chrono::milliseconds write_timeout{10'000};
  std::chrono::milliseconds read_timeout{10'000}; ///< from the request written to the whole answer read
  std::chrono::milliseconds idle_keep{30'000};    ///< unused connections are closed after this
  std::size_t connections_per_host = 64;
  std::size_t waiting_per_host = 1024; ///< requests waiting for a connection; beyond that `not_sent`
  std::size_t header_bytes = 64 * 1024;
  std::size_t body_bytes = 16 * 1024 * 1024; ///< of an answer
  bool public_addresses_only = false; ///< what leads to others is `not_sent`; of a proxy only literals are seen
  std::string ca_file;                ///< PEM; the system's certificates when empty
  std::string user_agent = "wakala";
  proxy_settings proxy;
};

struct client_request {
  std::string method = "GET";
  std::string url;
  header_list
      headers; ///< Host, Content-Length, Connection and Transfer-Encoding are the client's business: ignored here
  std::string body;
  std::optional<std::chrono::milliseconds> read_timeout;                 ///< instead of the client's
  std::optional<std::chrono::milliseconds> write_timeout = std::nullopt; ///< the same
  std::optional<std::size_t> body_bytes = std::nullopt;                  ///< the same, of the answer
  /// Asked on an I/O thread just before the first byte is written; false: `not_sent`. Must not block. Empty: always.
  std::function<bool()> may_leave = {};
};

/// The server answered, whatever the status. Redirects are not followed.
struct client_answer {
  int status = 0;
  header_list headers;
  std::string body;

  std::optional<std::string_view> header(std::string_view name) const noexcept { return find_header(headers, name); }
};
/// No byte of the request left: it can't have taken effect. `why` names no URL, no secret.
struct not_sent {
  std::string why;
};
/// Some of the request may have left and no whole answer came: it may have taken effect or not.
struct unknown_outcome {
  std::string why;
  bool body_too_large = false; ///< the answer's
  int status = 0;              ///< of the answer, when that is then known
};
using client_result = std::variant<client_answer, not_sent, unknown_outcome>;

/// All its connections live on one I/O thread. `send` may be called from any thread.
class client {
public:
  /// Throws `result_error` when the CA file cannot be read (a start-up error).
  client(io_runtime& io, client_options options);
  /// Cuts what is under way (its `done` still runs, before this returns) and waits for it. Not from an I/O thread.
  ~client();
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  /// `done` runs exactly once, on an I/O thread; it must not block and not destroy the client. The one exception: if
  /// the runtime has stopped, it runs when the client is destroyed.
  void send(client_request what, std::function<void(client_result)> done);

  struct state;

private:
  std::shared_ptr<state> state_;
  std::shared_ptr<io_core> core_;
};

/// One request on a connection of its own, waited for: for tests and command-line tools. Errors: `unavailable` when
/// it was not sent, `deadline_exceeded` when its outcome is unknown, `invalid_argument` for a bad CA file.
result<client_answer> fetch(client_request what, client_options options = {});

} // namespace wakala::http
