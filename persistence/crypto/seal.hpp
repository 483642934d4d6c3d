/// \file
/// AES-256-GCM sealing and keyed hashes. No OpenSSL type in sight.
#pragma once

#include "runtime/core/encoding.hpp"
#include "runtime/core/random.hpp"
#include "runtime/core/result.hpp"

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace wakala::persistence {

using key_bytes = std::array<std::uint8_t, 32>;

/// One key. Thread-safe: each thread keeps a prepared cipher for the key it used last. As small as its key, because
/// every live conversation holds one; wiped when it goes.
class sealing_key {
public:
  explicit sealing_key(const key_bytes& key) noexcept;
  ~sealing_key();
  sealing_key(const sealing_key&) = default;
  sealing_key& operator=(const sealing_key&) = default;

  /// 12-byte random nonce, ciphertext, 16-byte tag. `associated` is authenticated, not stored: the same text must be
  /// given to open.
  bytes seal(std::string_view associated, std::string_view plain, random_source& random) const;
  /// `corrupt` when the tag does not match: damage, another key, or other associated data.
  result<bytes> open(std::string_view associated, std::string_view sealed) const;

  const key_bytes& raw() const noexcept { return key_; }

private:
  key_bytes key_;
};
static_assert(sizeof(sealing_key) == sizeof(key_bytes));

/// SipHash-2-4 of 128 bits over the parts, each preceded by its length, so that ("ab","c") and ("a","bc") differ. Its
/// key is the first half of `key`. A pseudo-random function: without the key nothing can be said of the parts.
std::array<std::uint8_t, 16> keyed_hash(const key_bytes& key, std::initializer_list<std::string_view> parts);

/// A key for one purpose from another key (HKDF-SHA256 with `purpose` as info).
key_bytes derive_key(const key_bytes& key, std::string_view purpose);

} // namespace wakala::persistence
