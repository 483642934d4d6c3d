#include "http/core/hmac.hpp"

#include "runtime/core/encoding.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <new>
#include <string>
#include <vector>

namespace wakala::http {
namespace {

struct free_context {
  void operator()(EVP_MAC_CTX* context) const noexcept { EVP_MAC_CTX_free(context); }
};
using mac_context = std::unique_ptr<EVP_MAC_CTX, free_context>;

/// The algorithm, fetched once: a fetch by name costs more than signing a small body.
EVP_MAC* hmac_algorithm() {
  static EVP_MAC* const mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  return mac;
}

/// OpenSSL fails here only when it is out of memory or its provider is missing: neither can be answered.
void must(bool good) {
  if (!good)
    throw std::bad_alloc();
}

constexpr std::string_view prefix = "sha256=";
constexpr std::size_t hex_digits = 64;
constexpr std::string_view lower_hex = "0123456789abcdef";

bool is_lower_hex(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

} // namespace

sha256_digest sha256(std::string_view data) {
  sha256_digest out{};
  must(EVP_Digest(data.data(), data.size(), out.data(), nullptr, EVP_sha256(), nullptr) == 1);
  return out;
}

sha256_digest hmac_sha256(std::string_view key, std::string_view data) { return hmac_key(key).sign(data); }

bool constant_time_equal(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

/// Contexts that hold the key already. Taking one out and starting it over is cheaper than copying one for each
/// message; there are never more of them than threads that sign at the same time. Most of the time that is one: it is
/// passed on without a lock.
struct hmac_key::contexts {
  mac_context first;
  std::atomic<EVP_MAC_CTX*> at_hand{nullptr};
  std::mutex mutex;
  std::vector<mac_context> ready;

  ~contexts() { EVP_MAC_CTX_free(at_hand.load(std::memory_order_relaxed)); }

  mac_context take() {
    if (auto* context = at_hand.exchange(nullptr, std::memory_order_acquire))
      return mac_context{context};
    {
      const std::lock_guard lock(mutex);
      if (!ready.empty()) {
        auto context = std::move(ready.back());
        ready.pop_back();
        return context;
      }
    }
    mac_context copy(EVP_MAC_CTX_dup(first.get()));
    must(copy != nullptr);
    return copy;
  }

  void give_back(mac_context context) {
    EVP_MAC_CTX* none = nullptr;
    if (at_hand.compare_exchange_strong(none, context.get(), std::memory_order_release, std::memory_order_relaxed)) {
      static_cast<void>(context.release());
      return;
    }
    const std::lock_guard lock(mutex);
    ready.push_back(std::move(context));
  }
};

hmac_key::hmac_key(std::string_view key) : contexts_(std::make_shared<contexts>()) {
  contexts_->first.reset(EVP_MAC_CTX_new(hmac_algorithm()));
  must(contexts_->first != nullptr);
  std::string digest = "SHA256";
  const std::array<OSSL_PARAM, 2> parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), digest.size()),
      OSSL_PARAM_construct_end()};
  const std::string copy(key); // an empty view may hold a null pointer, which would mean: no key given
  must(EVP_MAC_init(contexts_->first.get(), as_span(copy).data(), copy.size(), parameters.data()) == 1);
}

sha256_digest hmac_key::sign(std::string_view data) const {
  auto context = contexts_->take();
  sha256_digest out{};
  std::size_t length = 0;
  must(EVP_MAC_init(context.get(), nullptr, 0, nullptr) == 1);
  must(EVP_MAC_update(context.get(), as_span(data).data(), data.size()) == 1);
  must(EVP_MAC_final(context.get(), out.data(), &length, out.size()) == 1);
  contexts_->give_back(std::move(context));
  return out;
}

std::string_view to_string(signature_check verdict) noexcept {
  switch (verdict) {
  case signature_check::good:
    return "good";
  case signature_check::missing:
    return "missing";
  case signature_check::malformed:
    return "malformed";
  case signature_check::mismatch:
    return "mismatch";
  }
  return "malformed";
}

signature_check check_signature(std::span<const std::string_view> hub, std::span<const std::string_view> alias,
                                std::string_view body, const hmac_key& key) {
  const auto values = hub.empty() ? alias : hub;
  if (values.empty())
    return signature_check::missing;
  if (values.size() > 1)
    return signature_check::malformed;
  auto given = values.front();
  if (given.starts_with(prefix))
    given.remove_prefix(prefix.size());
  else if (!hub.empty())
    return signature_check::malformed;
  if (given.size() != hex_digits || !is_lower_hex(given))
    return signature_check::malformed;
  std::array<char, hex_digits> expected{};
  auto* at = expected.data();
  for (const auto byte : key.sign(body)) {
    *at++ = lower_hex[byte >> 4U];
    *at++ = lower_hex[byte & 0xFU];
  }
  const bool same = constant_time_equal(given, {expected.data(), expected.size()});
  return same ? signature_check::good : signature_check::mismatch;
}

std::string signature_header(std::string_view body, const hmac_key& key) {
  return std::string(prefix) + to_hex(key.sign(body));
}

} // namespace wakala::http
