/// \file
/// A connection that has become a WebSocket. Internal to http/core.
#pragma once

#include "http/core/server_state.hpp"
#include "http/core/web_socket.hpp"

#include <boost/asio/ssl/stream.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <string>

namespace wakala::http {

/// A connection of the server's like any other: counted, cut and drained with them.
class web_socket_connection : public connection_base {
public:
  using connection_base::connection_base;

  virtual void send(std::string&& text) = 0;
  virtual void close(close_code code, const std::string& reason) = 0;
};

/// A GET that asks to become a WebSocket.
bool wants_web_socket(const request_head& head);
/// What is wrong with the wish, if anything. `subprotocol`: the one that must be offered.
std::optional<response> refuse_web_socket(const request_head& head, std::string_view subprotocol);

/// On its thread: takes over the stream and answers the request with 101.
void begin_web_socket(std::shared_ptr<server::state> server, std::size_t lane, tcp_socket stream,
                      const request_head& head, web_socket_welcome welcome);
void begin_web_socket(std::shared_ptr<server::state> server, std::size_t lane, asio::ssl::stream<tcp_socket> stream,
                      const request_head& head, web_socket_welcome welcome);

/// Where the words for a WebSocket go.
class web_socket::target {
public:
  target(std::weak_ptr<io_core> core, std::size_t loop, std::weak_ptr<web_socket_connection> connection)
      : core_(std::move(core)), loop_(loop), connection_(std::move(connection)) {}

  void send(std::string text) const;
  void close(close_code code, std::string reason) const;

private:
  std::weak_ptr<io_core> core_;
  std::size_t loop_;
  std::weak_ptr<web_socket_connection> connection_;
};

} // namespace wakala::http
