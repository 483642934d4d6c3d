/// \file
/// AES-256-GCM sealing and keyed hashes. No OpenSSL type in sight.
#pragma once

#include "runtime/core/encoding.hpp"
#include "runtime/core/random.hpp"
#include "runtime/core/result.hpp"

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string_view>

namespace wakala::persistence {

using key_bytes = std::array<std::uint8_t, 32>;

/// One key with its prepared cipher. Thread-safe. Copies share it.
class sealing_key {
public:
  explicit sealing_key(const key_bytes& key);

  /// 12-byte random nonce, ciphertext, 16-byte tag. `associated` is authenticated, not stored: the same text must be given to open.
  bytes seal(std::string_view associated, std::string_view plain, random_source& random) const;
  /// `corrupt` when the tag does not match: damage, another key, or other associated data.
  result<bytes> open(std::string_view associated, std::string_view sealed) const;

  const key_bytes& raw() const noexcept;

private:
  struct impl;
  std::shared_ptr<const impl> impl_;
};

/// HMAC-SHA256 over the parts, each preceded by its length, so that ("ab","c") and ("a","bc") differ. First 16 bytes.
std::array<std::uint8_t, 16> keyed_hash(const key_bytes& key, std::initializer_list<std::string_view> parts);

/// A key for one purpose from another key (HKDF-SHA256 with `purpose` as info).
key_bytes derive_key(const key_bytes& key, std::string_view purpose);

} // namespace wakala::persistence
