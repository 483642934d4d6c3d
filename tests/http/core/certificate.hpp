/// \file
/// A certificate of a test's own.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <unistd.h>

namespace wakala::http::testing {

/// A self-signed certificate for localhost and shop.test, and its key, in a directory that goes with the test.
struct certificate {
  std::filesystem::path directory =
      std::filesystem::temp_directory_path() / ("wakala-tls-" + std::to_string(::getpid()));
  std::string file = directory / "cert.pem";
  std::string key_file = directory / "key.pem";

  certificate() {
    std::filesystem::create_directories(directory);
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> made(X509_new(), &X509_free);
    X509_set_version(made.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), 86400);
    X509_set_pubkey(made.get(), key.get());
    auto* name = X509_get_subject_name(made.get());
    const std::array<unsigned char, 9> common{'l', 'o', 'c', 'a', 'l', 'h', 'o', 's', 't'};
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common.data(), static_cast<int>(common.size()), -1, 0);
    X509_set_issuer_name(made.get(), name);
    auto* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost,DNS:shop.test");
    X509_add_ext(made.get(), names, -1);
    X509_EXTENSION_free(names);
    X509_sign(made.get(), key.get(), EVP_sha256());
    const std::unique_ptr<FILE, int (*)(FILE*)> out(std::fopen(file.c_str(), "w"), &std::fclose);
    PEM_write_X509(out.get(), made.get());
    const std::unique_ptr<FILE, int (*)(FILE*)> key_out(std::fopen(key_file.c_str(), "w"), &std::fclose);
    PEM_write_PrivateKey(key_out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  }
  ~certificate() { std::filesystem::remove_all(directory); }
};

} // namespace wakala::http::testing
