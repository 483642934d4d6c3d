/// \file
/// A server on a free port of 127.0.0.1 for the length of a test.
#pragma once

#include "http/core/server.hpp"
#include "tests/http/core/sockets.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace wakala::http::testing {

using namespace std::chrono_literals;

/// "METHOD path?query|body", so that a test sees what arrived.
inline void echo(request&& what, const responder& to) {
  to.send(response::text(200, what.method + " " + what.target + "|" + what.body));
}

struct serving {
  explicit serving(server_options options = {}, request_handler handler = echo, request_precheck precheck = {},
                   body_bound bound = {}, web_socket_gate sockets = {}) {
    listener = server::start(io, std::move(options), std::move(handler), std::move(precheck), std::move(bound),
                             std::move(sockets))
                   .value();
    io.start();
  }

  raw_peer connect(int receive_buffer = 0) const { return raw_peer::connect(listener->port(), receive_buffer); }
  std::string url(std::string_view path = "/") const {
    return "http://127.0.0.1:" + std::to_string(listener->port()) + std::string(path);
  }
  const server_counters& counters() const { return listener->counters(); }

  io_runtime io{2};
  std::unique_ptr<server> listener;
};

} // namespace wakala::http::testing
