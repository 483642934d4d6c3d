/// \file
/// A WebSocket client for tools: one connection, on a thread of its own.
#pragma once

#include <functional>
#include <memory>
#include <string>

namespace wakala::http {

struct socket_client_options {
  std::string url;              ///< http or https, with the path; TLS verifies as `client` does
  std::string subprotocol = {}; ///< empty: none is asked for
  std::string ca_file = {};     ///< PEM; the system's certificates when empty
  std::string user_agent = "wakala";
};

/// All called on the socket's thread. They must not block, and not destroy the socket.
struct socket_client_events {
  std::function<void()> on_open;
  std::function<void(std::string)> on_text;
  std::function<void(std::string)> on_end; ///< once, with why; also when it never opened. It does not connect again
};

/// Connects when it is made. A peer that does not answer pings for long is taken for gone.
class socket_client {
public:
  socket_client(socket_client_options options, socket_client_events events);
  /// Cuts the connection; no event comes after it has returned.
  ~socket_client();
  socket_client(const socket_client&) = delete;
  socket_client& operator=(const socket_client&) = delete;

  /// Sends a text message, now or once it is open. Any thread. Dropped when it has ended.
  void send(std::string text);

private:
  class session;
  std::unique_ptr<session> session_;
};

} // namespace wakala::http
