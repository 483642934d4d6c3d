#include "runtime/tls_error_queue.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <dlfcn.h>

namespace {

/// OpenSSL's own function of that name.
template <class Function>
Function* next(const char* name) noexcept {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

} // namespace

// The program's own symbols come first when the loader looks for what libcaf_openssl needs.

extern "C" int SSL_read(SSL* ssl, void* buffer, int size) {
  static auto* const real = next<int(SSL*, void*, int)>("SSL_read");
  ERR_clear_error();
  return real(ssl, buffer, size);
}

extern "C" int SSL_write(SSL* ssl, const void* buffer, int size) {
  static auto* const real = next<int(SSL*, const void*, int)>("SSL_write");
  ERR_clear_error();
  return real(ssl, buffer, size);
}

extern "C" int SSL_accept(SSL* ssl) {
  static auto* const real = next<int(SSL*)>("SSL_accept");
  ERR_clear_error();
  return real(ssl);
}

extern "C" int SSL_connect(SSL* ssl) {
  static auto* const real = next<int(SSL*)>("SSL_connect");
  ERR_clear_error();
  return real(ssl);
}

namespace wakala::runtime {

void keep_tls_errors_apart() noexcept {}

} // namespace wakala::runtime
