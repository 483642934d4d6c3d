/// \file
/// Events for merchants' own systems over HTTP.
#pragma once

#include "actors/outbound/merchant_hooks.hpp"
#include "http/core/client.hpp"
#include "http/core/io_runtime.hpp"
#include "runtime/core/node_config.hpp"

#include <memory>
#include <string>

namespace wakala::http {

/// Each event is posted once; whether again is decided by whoever asked. Redirects are not followed, and of an answer
/// only the status counts. At most 512 are on their way: more are held. Neither URL nor secret nor body is ever
/// logged. `io` must outlive the result, which is released on none of its threads.
std::shared_ptr<actors::merchant_hooks> make_merchant_hook_client(io_runtime& io, client_options options);

/// Ten seconds for an answer, the proxy that the environment names, and public addresses only unless the
/// configuration says otherwise.
client_options hook_client_options(const webhooks_config& config, const std::string& version);

} // namespace wakala::http
