/// \file
/// All tenants as the edges see them: an immutable snapshot, replaced as a whole.
#pragma once

#include "actors/config/tenant_config.hpp"
#include "persistence/crypto/keyring.hpp"

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace wakala::actors {

/// The pseudo-tenant that owns what is nobody's: set-aside input. Its id can be no merchant's.
inline const tenant_id system_tenant = "~system";

struct tenant_entry {
  tenant_config config;
  shard_id shard = 0;
  persistence::tenant_keys_ptr keys;
  std::uint64_t version = 0;
  std::size_t row_hash = 0; ///< of the stored row
};
using tenant_entry_ptr = std::shared_ptr<const tenant_entry>;

class directory {
public:
  void add(tenant_entry_ptr entry);
  void add(std::vector<tenant_entry_ptr> entries);
  void remove(const tenant_id& id);

  tenant_entry_ptr find(const tenant_id& id) const;
  tenant_entry_ptr by_number(const std::string& phone_number_id) const;
  /// The only tenant of a WABA; null when none or several share it.
  tenant_entry_ptr by_waba(const std::string& waba_id) const;
  const std::map<tenant_id, tenant_entry_ptr>& all() const noexcept { return tenants_; }

private:
  void index();
  std::map<tenant_id, tenant_entry_ptr> tenants_;
  std::unordered_map<std::string, tenant_entry_ptr> by_number_;
  std::unordered_map<std::string, tenant_entry_ptr> by_waba_; ///< null entry: shared by several
};
using directory_ptr = std::shared_ptr<const directory>;

/// Where the present snapshot is found. Thread-safe.
class directory_handle {
public:
  directory_handle() : current_(std::make_shared<directory>()) {}
  directory_ptr get() const { return std::atomic_load(&current_); }
  void set(directory_ptr next) { std::atomic_store(&current_, std::move(next)); }

private:
  directory_ptr current_;
};

} // namespace wakala::actors
