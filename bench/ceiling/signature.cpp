// The one-shot states are deprecated in OpenSSL 3, but copying one is the cheapest HMAC there is: 0.56 µs for 860
// bytes against 0.68 µs for a re-used EVP_MAC context. A limit must not leave that on the table.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "bench/ceiling/signature.hpp"

#include "http/core/hmac.hpp"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>

namespace wakala::bench::ceiling {

namespace {

constexpr std::size_t block_bytes = 64;
constexpr std::string_view prefix = "sha256=";

SHA256_CTX absorb(const std::array<std::uint8_t, block_bytes>& key, std::uint8_t pad) {
  std::array<std::uint8_t, block_bytes> block{};
  std::transform(key.begin(), key.end(), block.begin(),
                 [pad](std::uint8_t b) { return static_cast<std::uint8_t>(b ^ pad); });
  SHA256_CTX state;
  SHA256_Init(&state);
  SHA256_Update(&state, block.data(), block.size());
  return state;
}

} // namespace

struct signature_checker::pads {
  SHA256_CTX inner{};
  SHA256_CTX outer{};
};

signature_checker::signature_checker(std::string_view secret) : pads_(std::make_unique<pads>()) {
  std::array<std::uint8_t, block_bytes> key{};
  if (secret.size() > key.size()) {
    const auto digest = http::sha256(secret);
    std::copy(digest.begin(), digest.end(), key.begin());
  } else {
    std::copy(secret.begin(), secret.end(), key.begin());
  }
  pads_->inner = absorb(key, 0x36);
  pads_->outer = absorb(key, 0x5c);
}

signature_checker::~signature_checker() = default;
signature_checker::signature_checker(signature_checker&&) noexcept = default;

mac signature_checker::sign(std::string_view body) const {
  mac out{};
  SHA256_CTX state = pads_->inner;
  SHA256_Update(&state, body.data(), body.size());
  SHA256_Final(out.data(), &state);
  state = pads_->outer;
  SHA256_Update(&state, out.data(), out.size());
  SHA256_Final(out.data(), &state);
  return out;
}

std::optional<mac> signature_checker::check(std::string_view given, std::string_view body) const {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<char, 2 * sizeof(mac)> wanted;
  if (given.size() != prefix.size() + wanted.size() || !given.starts_with(prefix))
    return std::nullopt;
  const mac found = sign(body);
  for (std::size_t i = 0; i < found.size(); ++i) {
    wanted[2 * i] = digits[found[i] >> 4U];
    wanted[2 * i + 1] = digits[found[i] & 15U];
  }
  if (CRYPTO_memcmp(wanted.data(), given.data() + prefix.size(), wanted.size()) != 0)
    return std::nullopt;
  return found;
}

} // namespace wakala::bench::ceiling
