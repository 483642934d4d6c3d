#include "http/transfer_places.hpp"

#include <algorithm>
#include <map>
#include <mutex>

namespace wakala::http {

struct transfer_places::state {
  std::size_t most = 0;
  std::mutex mutex;
  std::size_t taken = 0;
  std::map<tenant_id, std::size_t> by_tenant;

  void give_back(const tenant_id& tenant) {
    const std::lock_guard lock{mutex};
    --taken;
    const auto share = by_tenant.find(tenant);
    if (--share->second == 0)
      by_tenant.erase(share);
  }
};

transfer_places::transfer_places(std::size_t most) : state_(std::make_shared<state>()) { state_->most = most; }

std::shared_ptr<void> transfer_places::take(const tenant_id& tenant) {
  {
    const std::lock_guard lock{state_->mutex};
    const auto each = std::max<std::size_t>(state_->most - std::min<std::size_t>(state_->most, 1), 1);
    const auto share = state_->by_tenant.find(tenant);
    if (state_->taken >= state_->most || (share != state_->by_tenant.end() && share->second >= each))
      return nullptr;
    ++state_->taken;
    ++state_->by_tenant[tenant];
  }
  struct place {
    std::shared_ptr<state> of;
    tenant_id tenant;
    place(std::shared_ptr<state> s, tenant_id t) : of(std::move(s)), tenant(std::move(t)) {}
    ~place() { of->give_back(tenant); }
    place(const place&) = delete;
    place& operator=(const place&) = delete;
  };
  return std::make_shared<place>(state_, tenant);
}

} // namespace wakala::http
