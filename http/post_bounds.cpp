#include "http/post_bounds.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

namespace wakala::http {

using actors::routed_event;

namespace {

/// Whose share an update takes: its tenant's; what is set aside, that of the URL it came through.
std::string share_of(const routed_event& e) {
  return e.aside == actors::aside_reason::none ? e.tenant : actors::system_tenant + e.origin;
}

} // namespace

void taken_bounds::give_back() noexcept {
  if (of_)
    for (const auto& [name, updates] : shares_)
      of_->leave(name, updates);
  shares_.clear();
}

taken_bounds post_bounds::take(std::vector<routed_event>& events, const actors::directory* rated, time_ms now) {
  taken_bounds taken;
  taken.of_ = shares_;
  const auto take_one = [&](std::string name, std::size_t updates) {
    // What is set aside is nobody's: it has a share, but no rate.
    const auto tenant = rated != nullptr && name != actors::system_tenant ? rated->find(name) : nullptr;
    if (tenant && !take_post(tenant->config, now))
      taken.throttled.push_back(name);
    else if (shares_->enter(name, updates)) {
      taken.shares_.push_back({std::move(name), updates});
      return true;
    }
    ++taken.put_off_;
    return false;
  };
  if (events.size() == 1) { // nearly every POST
    if (!take_one(share_of(events.front()), 1))
      events.clear();
    return taken;
  }
  std::map<std::string, std::size_t> wanted;
  for (const auto& e : events)
    ++wanted[share_of(e)];
  std::set<std::string, std::less<>> put_off;
  for (const auto& [name, updates] : wanted)
    if (!take_one(name, updates))
      put_off.insert(name);
  if (!put_off.empty())
    std::erase_if(events, [&](const auto& e) { return put_off.contains(share_of(e)); });
  return taken;
}

} // namespace wakala::http
