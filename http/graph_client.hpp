/// \file
/// Sends messages through the Graph API.
#pragma once

#include "actors/outbound/transport.hpp"
#include "http/core/io_runtime.hpp"
#include "runtime/core/node_config.hpp"

#include <memory>

namespace wakala::http {

/// `POST {graph_url}/{version}/{phone_number_id}/messages` with the tenant's token (Cloud API reference §9), on
/// connections that are kept. Neither token, number nor body is ever logged. Uses the proxy that the environment
/// names. The result must be released before `io` is, and not on one of its threads.
std::shared_ptr<actors::transport> make_graph_client(io_runtime& io, const meta_config& meta,
                                                     const limits_config& limits);

} // namespace wakala::http
