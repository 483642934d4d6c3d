/// \file
/// WebSockets (RFC 6455) that a server's clients open. Nothing here knows how they are spoken.
#pragma once

#include "http/core/message.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace wakala::http {

struct web_socket_options {
  std::size_t sockets = 64;            ///< at a time; more are told 503
  std::size_t message_bytes = 16'384;  ///< of one message from a client, however many frames it comes in: else 1009
  std::size_t queue_bytes = 4'194'304; ///< that wait for a client to read them; one that is behind further is cut off
  std::chrono::milliseconds idle_timeout{30'000}; ///< without a sign of life; a ping is sent at half of it
  std::chrono::milliseconds close_timeout{2'000}; ///< for the handshake, and for the client's part in closing
};

/// Codes of a close frame.
enum class close_code : std::uint16_t {
  normal = 1000,
  going_away = 1001, ///< the server drains
  not_text = 1003,   ///< binary messages are not taken
  policy = 1008,
  internal_error = 1011,
  unauthorized = 4401, ///< ours: no token in time, or not a known one
};

/// The right to speak over one WebSocket. Copies share it. Any thread, also after the socket is gone.
class web_socket {
public:
  class target;

  web_socket() = default;
  explicit web_socket(std::shared_ptr<target> to) : to_(std::move(to)) {}

  /// Sends a text message. Dropped when the socket closes or is gone.
  void send(std::string text) const;
  /// Closes it, once what was sent before has gone out. `reason`: at most 123 bytes.
  void close(close_code code, std::string_view reason) const;

private:
  std::shared_ptr<target> to_;
};

/// Called on the socket's I/O thread; must not block. An exception closes the socket.
struct web_socket_events {
  std::function<void(const web_socket&)> on_open;
  std::function<void(std::string&&)> on_text; ///< a whole message, valid UTF-8
  std::function<void()> on_end;               ///< once, and the last; not without `on_open`
};

struct web_socket_welcome {
  std::string subprotocol; ///< the client must have offered it: else 400
  web_socket_events events;
};

/// Asked for a request that wants to become a WebSocket, after the precheck; nothing: it is handled as any other; an
/// answer refuses it. Called on an I/O thread.
using web_socket_gate =
    std::function<std::variant<std::monostate, web_socket_welcome, response>(const request_head&)>;

} // namespace wakala::http
