/// \file
/// The keys that webhooks are signed with, made ready once.
#pragma once

#include "actors/config/directory.hpp"
#include "http/core/hmac.hpp"

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace wakala::http {

/// Building an HMAC key costs more than using it, so each tenant's is kept until its configuration changes. Bounded:
/// when full it starts afresh. Thread-safe.
class webhook_keys {
public:
  explicit webhook_keys(const std::string& app_secret, std::size_t capacity = 10'000);

  /// The key for a tenant's URL, or for the app's when `tenant` is null. A tenant without a secret has the app's,
  /// since Meta signs overridden callbacks with that (Cloud API reference §3.6). Nothing when there is no secret:
  /// refuse.
  std::optional<hmac_key> find(const actors::tenant_entry_ptr& tenant);

private:
  struct slot {
    actors::tenant_entry_ptr entry; ///< held, so that a new entry never has its address
    hmac_key key;
  };

  std::optional<hmac_key> app_;
  std::size_t capacity_;
  std::mutex mutex_;
  std::map<tenant_id, slot> tenants_;
};

} // namespace wakala::http
