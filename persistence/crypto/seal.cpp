#include "persistence/crypto/seal.hpp"

#include <boost/container/small_vector.hpp>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <cstring>
#include <stdexcept>

namespace wakala::persistence {

namespace {

constexpr std::size_t nonce_size = 12;
constexpr std::size_t tag_size = 16;

/// OpenSSL refuses only when memory or its provider is gone; no input can cause it.
void must(int ok, const char* what) {
  if (ok <= 0)
    throw std::runtime_error(std::string{"OpenSSL failed: "} + what);
}

const unsigned char* raw_bytes(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* raw_bytes(bytes& text) noexcept { return reinterpret_cast<unsigned char*>(text.data()); }

int length(std::string_view text) {
  if (text.size() > (std::size_t{1} << 30U))
    throw std::length_error("too large to seal");
  return static_cast<int>(text.size());
}

/// Fetched once: a fetch by name costs more than sealing a message.
const EVP_CIPHER* aes_256_gcm() {
  static EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  if (cipher == nullptr)
    throw std::runtime_error("OpenSSL has no AES-256-GCM");
  return cipher;
}

/// A key in memory that is wiped when it goes.
class held_key {
public:
  ~held_key() { OPENSSL_cleanse(key_.data(), key_.size()); }
  held_key() = default;
  held_key(const held_key&) = delete;
  held_key& operator=(const held_key&) = delete;

  bool is(const key_bytes& key) const noexcept { return held_ && key_ == key; }
  void drop() noexcept { held_ = false; }
  void hold(const key_bytes& key) noexcept {
    key_ = key;
    held_ = true;
  }

private:
  key_bytes key_{};
  bool held_ = false;
};

/// A thread's cipher context. It remembers which key it holds, so that a run of messages under one key expands it
/// once; keeping a context per key instead would cost about a kilobyte for every live conversation.
class cipher_context {
public:
  explicit cipher_context(bool sealing) : context_(EVP_CIPHER_CTX_new()) {
    if (context_ == nullptr)
      throw std::bad_alloc();
    must(EVP_CipherInit_ex2(context_, aes_256_gcm(), nullptr, nullptr, sealing ? 1 : 0, nullptr), "cipher");
  }
  ~cipher_context() { EVP_CIPHER_CTX_free(context_); }
  cipher_context(const cipher_context&) = delete;
  cipher_context& operator=(const cipher_context&) = delete;

  EVP_CIPHER_CTX* start(const key_bytes& key, const unsigned char* nonce) {
    const bool same = holds_.is(key);
    holds_.drop();
    must(EVP_CipherInit_ex2(context_, nullptr, same ? nullptr : key.data(), nonce, -1, nullptr), "nonce");
    holds_.hold(key);
    return context_;
  }

private:
  EVP_CIPHER_CTX* context_;
  held_key holds_;
};

/// A thread's hashing context. Taking a key costs it nothing, so that one serves all tenants.
class hash_context {
public:
  hash_context() {
    static EVP_MAC* const mac = EVP_MAC_fetch(nullptr, "SIPHASH", nullptr);
    context_ = mac == nullptr ? nullptr : EVP_MAC_CTX_new(mac);
    if (context_ == nullptr)
      throw std::runtime_error("OpenSSL has no SipHash");
  }
  ~hash_context() { EVP_MAC_CTX_free(context_); }
  hash_context(const hash_context&) = delete;
  hash_context& operator=(const hash_context&) = delete;

  EVP_MAC_CTX* start(const key_bytes& key) {
    must(EVP_MAC_init(context_, key.data(), hash_key_size, nullptr), "SipHash");
    return context_;
  }

private:
  static constexpr std::size_t hash_key_size = 16;
  EVP_MAC_CTX* context_ = nullptr;
};

} // namespace

sealing_key::sealing_key(const key_bytes& key) noexcept : key_(key) {}

sealing_key::~sealing_key() { OPENSSL_cleanse(key_.data(), key_.size()); }

bytes sealing_key::seal(std::string_view associated, std::string_view plain, random_source& random) const {
  thread_local cipher_context contexts(true);
  bytes out(nonce_size + plain.size() + tag_size, '\0');
  unsigned char* const at = raw_bytes(out);
  random.fill({at, nonce_size});
  EVP_CIPHER_CTX* const ctx = contexts.start(key_, at);
  int written = 0;
  if (!associated.empty())
    must(EVP_EncryptUpdate(ctx, nullptr, &written, raw_bytes(associated), length(associated)), "associated data");
  if (!plain.empty())
    must(EVP_EncryptUpdate(ctx, at + nonce_size, &written, raw_bytes(plain), length(plain)), "encrypt");
  must(EVP_EncryptFinal_ex(ctx, at + nonce_size + plain.size(), &written), "finish");
  must(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, tag_size, at + nonce_size + plain.size()), "tag");
  return out;
}

result<bytes> sealing_key::open(std::string_view associated, std::string_view sealed) const {
  if (sealed.size() < nonce_size + tag_size)
    return make_error(errc::corrupt, "sealed bytes are too short");
  thread_local cipher_context contexts(false);
  const std::size_t size = sealed.size() - nonce_size - tag_size;
  bytes out(size, '\0');
  EVP_CIPHER_CTX* const ctx = contexts.start(key_, raw_bytes(sealed));
  int written = 0;
  if (!associated.empty())
    must(EVP_DecryptUpdate(ctx, nullptr, &written, raw_bytes(associated), length(associated)), "associated data");
  if (size > 0)
    must(EVP_DecryptUpdate(ctx, raw_bytes(out), &written, raw_bytes(sealed) + nonce_size, length(out)), "decrypt");
  std::array<unsigned char, tag_size> tag{};
  std::memcpy(tag.data(), sealed.data() + nonce_size + size, tag_size);
  must(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, tag_size, tag.data()), "tag");
  unsigned char none[tag_size];
  if (EVP_DecryptFinal_ex(ctx, none, &written) <= 0) {
    OPENSSL_cleanse(out.data(), out.size());
    return make_error(errc::corrupt, "sealed bytes do not match their key or place");
  }
  return out;
}

std::array<std::uint8_t, 16> keyed_hash(const key_bytes& key, std::initializer_list<std::string_view> parts) {
  thread_local hash_context context;
  EVP_MAC_CTX* const ctx = context.start(key);
  // One call for all parts: each costs as much as hashing dozens of bytes.
  boost::container::small_vector<unsigned char, 256> all;
  for (const std::string_view part : parts) {
    for (unsigned shift = 64; shift > 0; shift -= 8)
      all.push_back(static_cast<unsigned char>(static_cast<std::uint64_t>(part.size()) >> (shift - 8)));
    all.insert(all.end(), part.begin(), part.end());
  }
  must(EVP_MAC_update(ctx, all.data(), all.size()), "SipHash");
  std::array<std::uint8_t, 16> out{};
  std::size_t written = 0;
  must(EVP_MAC_final(ctx, out.data(), &written, out.size()), "SipHash");
  return out;
}

key_bytes derive_key(const key_bytes& key, std::string_view purpose) {
  static EVP_KDF* const kdf = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
  EVP_KDF_CTX* const ctx = kdf == nullptr ? nullptr : EVP_KDF_CTX_new(kdf);
  if (ctx == nullptr)
    throw std::runtime_error("OpenSSL has no HKDF");
  char name[] = "SHA256";
  key_bytes secret = key; // the parameters are not const
  std::string info(purpose);
  const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, name, 0),
                               OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, secret.data(), secret.size()),
                               OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
                               OSSL_PARAM_construct_end()};
  key_bytes out{};
  const int ok = EVP_KDF_derive(ctx, out.data(), out.size(), params);
  EVP_KDF_CTX_free(ctx);
  OPENSSL_cleanse(secret.data(), secret.size());
  must(ok, "HKDF");
  return out;
}

} // namespace wakala::persistence
