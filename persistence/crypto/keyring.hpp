/// \file
/// The keys of a node: a key-encryption key wraps one data key per tenant, which wraps one key per conversation.
#pragma once

#include "persistence/crypto/seal.hpp"
#include "persistence/store.hpp"

#include <memory>
#include <string>

namespace wakala::persistence {

/// The keys of one tenant. Immutable, shared, thread-safe.
struct tenant_keys {
  sealing_key data; ///< business records, tenant configuration, wrapping of conversation keys
  key_bytes lookup; ///< keyed hashes of event keys, identities and message ids
};
using tenant_keys_ptr = std::shared_ptr<const tenant_keys>;

/// Reads a key-encryption key: 64 hex digits, 44 characters of base64, or 32 raw bytes; trailing newline allowed.
/// Errors name the file: missing (`not_found`), unreadable, wrong length (`invalid_argument`).
result<key_bytes> read_kek_file(const std::string& path);

/// Writes a fresh key as hex with mode 0600; refuses to overwrite (`conflict`).
result<void> write_kek_file(const std::string& path, random_source& random);

/// Wraps and unwraps keys. Thread-safe.
class keyring {
public:
  /// Checks the key against the store's own check value (written on first use). `unauthenticated` with a clear text
  /// when the store was made with another key.
  static result<std::shared_ptr<keyring>> open(const key_bytes& kek, store& where,
                                               std::shared_ptr<random_source> random);

  /// A fresh tenant data key, wrapped.
  bytes new_tenant_key(const tenant_id& tenant);
  result<tenant_keys_ptr> unwrap_tenant(const tenant_id& tenant, std::string_view wrapped);

  struct fresh_conversation_key {
    sealing_key key;
    bytes wrapped;
  };
  fresh_conversation_key new_conversation_key(const tenant_keys& tenant, const tenant_id& id,
                                              const conversation_id& conversation);
  result<sealing_key> unwrap_conversation(const tenant_keys& tenant, const tenant_id& id,
                                          const conversation_id& conversation, std::string_view wrapped);

  random_source& random() noexcept { return *random_; }

private:
  keyring(const key_bytes& kek, std::shared_ptr<random_source> random);
  sealing_key kek_;
  std::shared_ptr<random_source> random_;
};

} // namespace wakala::persistence
