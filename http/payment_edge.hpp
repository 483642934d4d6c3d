/// \file
/// The public listener's handler for what payment providers tell.
#pragma once

#include "actors/protocol/node_context.hpp"
#include "http/bridge.hpp"
#include "http/core/server.hpp"

#include <memory>
#include <string_view>

namespace wakala::http {

struct payment_edge_options {
  actors::node_context_ptr context;
  bridge* actors = nullptr; ///< outlives every request
};

/// `/v1/payments/stripe/{tenant}` and
/// `/v1/payments/daraja/{tenant}/{token}/{stk|validation|confirmation|reversal|timeout}` (payments reference §2.6,
/// §3.6). 404 for a tenant without that provider, and for a token that we have not made; 403 for an address that
/// Daraja has not, and for a signature that is not Stripe's; 200 once what was told is durable; 503 until then.
/// Tokens are never logged. Thread-safe.
class payment_edge {
public:
  explicit payment_edge(payment_edge_options options);

  /// For the server: paths under `/v1/payments/` are dealt with here, others by `rest`. They share what they need and
  /// may outlive this object.
  request_handler handler(request_handler rest);
  request_precheck precheck(request_precheck rest);

  struct state;

private:
  std::shared_ptr<state> state_;
};

/// The address of whoever calls: the peer's, or, when that is a proxy of our own, what the nearest proxy says.
/// `trusted`: addresses with commas between them.
std::string caller_address(const request_head& head, std::string_view trusted);

} // namespace wakala::http
