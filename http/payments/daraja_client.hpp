/// \file
/// Safaricom's Daraja over HTTP.
#pragma once

#include "http/core/client.hpp"
#include "http/core/io_runtime.hpp"
#include "runtime/core/clock.hpp"

#include "payments/provider.hpp"
#include <memory>
#include <string>

namespace wakala::http {

/// Requests to `base_url` under tokens that are fetched once for each app, however many wait for them, and kept for
/// four fifths of their life (an older one is still used while there is no newer). A call whose token is refused is
/// sent once more under a new one, since nothing was done; else no request is sent twice. Neither keys, tokens nor
/// bodies are ever logged. `clock` and `io` must outlive the result, which is released on none of the threads of
/// `io`.
std::shared_ptr<payments::provider_client> make_daraja_client(io_runtime& io, const clock_source& clock,
                                                              std::string base_url, client_options options);

/// Time limits that suit Daraja, and the proxy that the environment names.
client_options daraja_client_options();

} // namespace wakala::http
