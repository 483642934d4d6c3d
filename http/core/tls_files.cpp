#include "http/core/tls_files.hpp"

#include <openssl/ssl.h>

#include <fstream>

namespace wakala::http {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

error cannot(const std::string& what, const std::string& file, const std::string& why) {
  return make_error(errc::invalid_argument, what + " " + file + ": " + why, file);
}

/// OpenSSL's own words for a missing file are about its stores; say it plainly.
bool readable(const std::string& file) { return std::ifstream(file).good(); }

std::unique_ptr<ssl::context> fresh(ssl::context::method method) {
  auto context = std::make_unique<ssl::context>(method);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  return context;
}

} // namespace

result<std::unique_ptr<ssl::context>> server_tls(const std::string& certificate_file, const std::string& key_file) {
  for (const auto& [what, file] : {std::pair{"TLS certificate", certificate_file}, std::pair{"TLS key", key_file}})
    if (!readable(file))
      return cannot(what, file, "cannot be read");
  auto context = fresh(ssl::context::tls_server);
  SSL_CTX_set_session_cache_mode(context->native_handle(), SSL_SESS_CACHE_OFF); // tickets do; memory stays bounded
  error_code failed;
  context->use_certificate_chain_file(certificate_file, failed);
  if (failed)
    return cannot("TLS certificate", certificate_file, "is no PEM certificate chain (" + failed.message() + ")");
  context->use_private_key_file(key_file, ssl::context::pem, failed);
  if (failed)
    return cannot("TLS key", key_file, "is no PEM key of the certificate (" + failed.message() + ")");
  if (SSL_CTX_check_private_key(context->native_handle()) != 1)
    return cannot("TLS key", key_file, "does not belong to the certificate");
  return context;
}

result<std::unique_ptr<ssl::context>> client_tls(const std::string& ca_file) {
  auto context = fresh(ssl::context::tls_client);
  error_code failed;
  if (ca_file.empty()) {
    context->set_default_verify_paths(failed);
    if (failed)
      return make_error(errc::invalid_argument, "the system's certificates cannot be read: " + failed.message());
  } else {
    if (!readable(ca_file))
      return cannot("CA file", ca_file, "cannot be read");
    context->load_verify_file(ca_file, failed);
    if (failed)
      return cannot("CA file", ca_file, "holds no PEM certificate (" + failed.message() + ")");
  }
  context->set_verify_mode(ssl::verify_peer);
  return context;
}

} // namespace wakala::http
