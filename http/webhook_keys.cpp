#include "http/webhook_keys.hpp"

namespace wakala::http {

webhook_keys::webhook_keys(const std::string& app_secret, std::size_t capacity) : capacity_(capacity) {
  if (!app_secret.empty())
    app_.emplace(app_secret);
}

std::optional<hmac_key> webhook_keys::find(const actors::tenant_entry_ptr& tenant) {
  if (!tenant || tenant->config.app_secret.empty())
    return app_;
  const std::lock_guard lock{mutex_};
  const auto known = tenants_.find(tenant->config.id);
  if (known != tenants_.end() && known->second.entry == tenant)
    return known->second.key;
  if (known == tenants_.end() && tenants_.size() >= capacity_)
    tenants_.clear();
  const hmac_key key{tenant->config.app_secret};
  tenants_.insert_or_assign(tenant->config.id, slot{tenant, key});
  return key;
}

} // namespace wakala::http
