/// \file
/// An HTTP/1.1 server: reads whole requests within limits, hands them to a handler, writes answers in order.
#pragma once

#include "http/core/io_runtime.hpp"
#include "http/core/message.hpp"
#include "http/core/web_socket.hpp"
#include "runtime/core/node_config.hpp"
#include "runtime/core/result.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace wakala::http {

struct server_options {
  listen_address address;             ///< host: an address literal or a name; port 0 asks for a free one
  std::string tls_certificate_file;   ///< PEM chain; TLS (1.2 or newer) is on when this and the key are given
  std::string tls_key_file;           ///< PEM
  std::string server_name = "wakala"; ///< the Server field of answers; none when empty
  std::size_t connections = 4096;
  std::size_t header_bytes = 16 * 1024;
  std::size_t body_bytes = 4 * 1024 * 1024;
  std::chrono::milliseconds read_timeout{10'000};  ///< for a whole request, from its first byte; also a TLS handshake
  std::chrono::milliseconds idle_timeout{60'000};  ///< before the first byte of a request
  std::chrono::milliseconds write_timeout{10'000}; ///< for a whole answer
  std::chrono::milliseconds drain_timeout{10'000};
  std::chrono::milliseconds linger_timeout{2'000}; ///< how long the rest of a refused request is read and dropped
  std::size_t linger_bytes = 16 * 1024 * 1024;     ///< and how much of it
  web_socket_options web_sockets;
};

/// The bounds and TLS files of a node's listener.
server_options make_server_options(const listener_config& listener, const limits_config& limits);

/// The right to answer one request. Copies share it; the first `send` wins, later ones do nothing. When the last copy
/// goes without an answer, the client gets 500. Any thread, also after the server is gone.
class responder {
public:
  class target;

  responder() = default;
  explicit responder(std::shared_ptr<target> to) : to_(std::move(to)) {}

  /// True for the call that answered.
  bool send(response answer) const;
  /// Closes the connection without an answer (the sandbox plays lost answers with it). True for the call that did.
  bool drop() const;
  explicit operator bool() const noexcept { return to_ != nullptr; }

private:
  std::shared_ptr<target> to_;
};

/// Called on an I/O thread: must not block. An exception answers 500.
using request_handler = std::function<void(request&&, responder)>;
/// Looks at a request before its body is read; an answer refuses it, and the connection is closed when a body was
/// announced. It also comes before 431 and before 400 for a bad Content-Length or Transfer-Encoding: then `headers`
/// holds only what was read so far, so decide by method and path. Called on an I/O thread.
using request_precheck = std::function<std::optional<response>(const request_head&)>;
/// How large a request's body may be instead of `body_bytes`. `hold` lives as long as the request: a place that it
/// takes.
struct body_permission {
  std::size_t bytes = 0;
  std::shared_ptr<void> hold;
};
/// Asked once a header is whole and the precheck had nothing against it; nothing: as usual; an answer refuses the
/// request before its body is read. A body over the usual size has a second more to come for each MiB. Called on an
/// I/O thread.
using body_bound = std::function<std::variant<std::monostate, body_permission, response>(const request_head&)>;

/// Everything since start; `connections`, `in_flight` and `web_sockets` are of now. Read from any thread.
struct server_counters {
  std::atomic<std::uint64_t> connections{0};
  std::atomic<std::uint64_t> in_flight{0};   ///< requests with the handler
  std::atomic<std::uint64_t> web_sockets{0}; ///< they count as connections, too
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> refused{0};  ///< connections over the limit
  std::atomic<std::uint64_t> requests{0}; ///< requests given to the handler
  std::atomic<std::uint64_t> answers_2xx{0};
  std::atomic<std::uint64_t> answers_3xx{0};
  std::atomic<std::uint64_t> answers_4xx{0};
  std::atomic<std::uint64_t> answers_5xx{0};
  std::atomic<std::uint64_t> broken_requests{0}; ///< refused by the transport: 400, 408, 413, 417, 431, 501, 505
  std::atomic<std::uint64_t> write_failures{0};  ///< answers the client did not take, slow readers included
  std::atomic<std::uint64_t> tls_failures{0};    ///< handshakes
  std::atomic<std::uint64_t> bytes_in{0};        ///< plain text, after TLS
  std::atomic<std::uint64_t> bytes_out{0};
};

/// Listens from construction to destruction. HTTP/1.0 and 1.1, keep-alive; a pipelined request is looked at after the
/// one before it is answered. Over the connection limit a connection is accepted, told 503 with `Retry-After: 5`
/// (under TLS: nothing) and closed; a burst beyond 64 such connections at a time is closed without a word.
class server {
public:
  /// Binds and listens. Errors: `conflict` when the address is taken, `invalid_argument` for an address or TLS file
  /// that cannot be used; the text names it.
  static result<std::unique_ptr<server>> start(io_runtime& io, server_options options, request_handler handler,
                                               request_precheck precheck = {}, body_bound bound = {},
                                               web_socket_gate sockets = {});
  /// Closes every connection at once and waits until no handler of this server runs. Not from an I/O thread.
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  std::uint16_t port() const noexcept; ///< the bound port
  /// Stops accepting, closes idle connections and, with 1001, WebSockets, lets requests in flight finish
  /// (`Connection: close`); what is left after `drain_timeout` is cut. `done` runs once, on an I/O thread, when no
  /// connection is left. Any thread; call once.
  void drain(std::function<void()> done);
  const server_counters& counters() const noexcept;

  struct state;

private:
  explicit server(std::shared_ptr<state> s);
  std::shared_ptr<state> state_;
  std::shared_ptr<io_core> core_;
};

} // namespace wakala::http
