/// \file
/// The public listener's handler: Meta's webhooks, from raw body to answer.
#pragma once

#include "actors/protocol/node_context.hpp"
#include "http/bridge.hpp"
#include "http/core/server.hpp"
#include "runtime/admission.hpp"

#include <memory>

namespace wakala::http {

struct webhook_edge_options {
  actors::node_context_ptr context;
  bridge* actors = nullptr; ///< outlives every request
  meta_config meta;         ///< secret and verify token of the app's own URL
  std::shared_ptr<runtime::admission> gate;
};

/// `/v1/webhooks` and `/v1/webhooks/{tenant}` (Cloud API reference §3). Statuses are decided in the order of the
/// design's list of fixed names; the signature comes before the body is looked at, and admission before the actors'
/// mailboxes. A tenant without a secret or verify token of its own is served with the app's; no key or token at all
/// refuses everything. Thread-safe.
class webhook_edge {
public:
  explicit webhook_edge(webhook_edge_options options);

  /// For the server. They share what they need and may outlive this object.
  request_handler handler();
  request_precheck precheck();

  struct state;

private:
  std::shared_ptr<state> state_;
};

} // namespace wakala::http
