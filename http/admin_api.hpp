/// \file
/// The admin listener's handler: health, metrics and the API under /v1, as docs/openapi.json describes it.
#pragma once

#include "actors/protocol/node_context.hpp"
#include "http/bridge.hpp"
#include "http/console_files.hpp"
#include "http/core/server.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace wakala::http {

class media_service;

struct admin_api_options {
  actors::node_context_ptr context;
  bridge* actors = nullptr; ///< outlives every request
  std::vector<admin_token> tokens;
  std::string node_name;
  std::string version;
  std::function<const server_counters*()> public_counters; ///< of the public listener; null while there is none
  media_service* media = nullptr; ///< outlives every request; null: there is no place for files
  console_content console = {};   ///< what is served at /console/
  io_runtime* io = nullptr;       ///< outlives every socket; null: there is no live feed
};

/// Thread-safe.
class admin_api {
public:
  explicit admin_api(admin_api_options options);

  /// For the server. They share what they need and may outlive this object.
  request_handler handler();
  request_precheck precheck();
  body_bound bound();
  web_socket_gate sockets();

  struct state;

private:
  std::shared_ptr<state> state_;
};

} // namespace wakala::http
