/// \file
/// TLS contexts from PEM files. Internal to http/core.
#pragma once

#include "runtime/core/result.hpp"

#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <string>

namespace wakala::http {

/// TLS 1.2 or newer. Errors: `invalid_argument`, naming the file and what is wrong with it.
result<std::unique_ptr<boost::asio::ssl::context>> server_tls(const std::string& certificate_file,
                                                              const std::string& key_file);
/// Verifies servers against the file's certificates, or the system's when it is empty.
result<std::unique_ptr<boost::asio::ssl::context>> client_tls(const std::string& ca_file);

} // namespace wakala::http
