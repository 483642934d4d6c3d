#include "actors/config/directory.hpp"

namespace wakala::actors {

void directory::add(tenant_entry_ptr entry) {
  tenants_[entry->config.id] = entry;
  index();
}

void directory::add(std::vector<tenant_entry_ptr> entries) {
  for (auto& entry : entries)
    tenants_[entry->config.id] = std::move(entry);
  index();
}

void directory::remove(const tenant_id& id) {
  tenants_.erase(id);
  index();
}

void directory::index() {
  by_number_.clear();
  by_waba_.clear();
  for (const auto& [id, entry] : tenants_) {
    for (const auto& number : entry->config.phone_numbers)
      by_number_[number.id] = entry;
    if (!entry->config.waba_id.empty()) {
      const auto [it, is_new] = by_waba_.emplace(entry->config.waba_id, entry);
      if (!is_new)
        it->second = nullptr;
    }
  }
}

tenant_entry_ptr directory::find(const tenant_id& id) const {
  const auto it = tenants_.find(id);
  return it == tenants_.end() ? nullptr : it->second;
}

tenant_entry_ptr directory::by_number(const std::string& phone_number_id) const {
  const auto it = by_number_.find(phone_number_id);
  return it == by_number_.end() ? nullptr : it->second;
}

tenant_entry_ptr directory::by_waba(const std::string& waba_id) const {
  const auto it = by_waba_.find(waba_id);
  return it == by_waba_.end() ? nullptr : it->second;
}

} // namespace wakala::actors
