/// \file
/// The whole sandbox in one process: server, client, timers and the backend between them.
#pragma once

#include "runtime/core/node_config.hpp"
#include "runtime/core/result.hpp"
#include "sandbox/backend.hpp"
#include "sandbox/payment_world.hpp"
#include "sandbox/webhook_poster.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace wakala::sandbox {

struct app_options {
  listen_address listen{"127.0.0.1", 0};
  backend_options behaviour;
  number_book numbers;
  poster_options delivery;
  payment_options payments;
  std::chrono::milliseconds webhook_timeout{10'000}; ///< how long a webhook may take to answer
  bool verify = false;                               ///< ask every webhook URL for the challenge first
  std::string verify_token;
};

/// Runs from `start` to destruction on threads of its own.
class app {
public:
  /// Errors: `conflict` when the address is taken, `invalid_argument` when it cannot be used.
  static result<std::unique_ptr<app>> start(app_options options, const clock_source& clock);
  ~app();
  app(const app&) = delete;
  app& operator=(const app&) = delete;

  std::uint16_t port() const noexcept;

private:
  struct state;
  explicit app(std::unique_ptr<state> s);
  std::unique_ptr<state> state_;
};

} // namespace wakala::sandbox
