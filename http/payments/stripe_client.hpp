/// \file
/// Stripe over HTTP.
#pragma once

#include "http/core/client.hpp"
#include "http/core/io_runtime.hpp"

#include "payments/provider.hpp"
#include <memory>
#include <string>

namespace wakala::http {

/// Requests to `base_url`, with the account's key, in the version of the API that this is written for. It never sends
/// a request twice: that is decided by whoever asked. Neither key nor body is ever logged. `io` must outlive the
/// result, which is released on none of its threads.
std::shared_ptr<payments::provider_client> make_stripe_client(io_runtime& io, std::string base_url,
                                                              client_options options);

/// Time limits that suit Stripe, and the proxy that the environment names.
client_options stripe_client_options();

} // namespace wakala::http
