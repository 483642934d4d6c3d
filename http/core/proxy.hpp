/// \file
/// Which proxy a request goes through. Pure, apart from reading the environment.
#pragma once

#include "http/core/client.hpp"
#include "http/core/url.hpp"

#include <optional>
#include <string>

namespace wakala::http {

/// Nothing: ask the server itself. Error: the proxy's URL cannot be used.
result<std::optional<url>> proxy_for(const proxy_settings& settings, const url& target);
/// The value of Proxy-Authorization for the user and password in a proxy's URL; empty without them.
std::string proxy_authorization(const url& proxy);

} // namespace wakala::http
