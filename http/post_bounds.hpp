/// \file
/// What the tenants of a webhook POST may have of this node: POSTs a second, and updates in work at a time.
#pragma once

#include "actors/config/directory.hpp"
#include "actors/protocol/routing.hpp"
#include "runtime/fair_share.hpp"
#include "runtime/rate_limits.hpp"

#include <boost/container/small_vector.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace wakala::http {

/// What one POST has of its tenants' bounds. Gives it back when it goes.
class taken_bounds {
public:
  taken_bounds() = default;
  taken_bounds(taken_bounds&&) = default;
  taken_bounds& operator=(taken_bounds&&) = default;
  taken_bounds(const taken_bounds&) = delete;
  taken_bounds& operator=(const taken_bounds&) = delete;
  ~taken_bounds() { give_back(); }

  void give_back() noexcept;
  /// False: the updates of some tenant were put off.
  bool all() const noexcept { return put_off_ == 0; }

  std::vector<tenant_id> throttled; ///< those put off since their rate is used up

private:
  friend class post_bounds;
  struct share {
    std::string name;
    std::size_t updates;
  };
  std::shared_ptr<runtime::fair_share> of_;
  boost::container::small_vector<share, 1> shares_;
  std::size_t put_off_ = 0; ///< shares that could not be had
};

/// Thread-safe.
class post_bounds {
public:
  explicit post_bounds(std::size_t in_flight_each) : shares_(std::make_shared<runtime::fair_share>(in_flight_each)) {}

  /// Takes one POST of the tenant's rate (`limits.inbound_per_s`), for a POST to its own URL.
  bool take_post(const actors::tenant_config& tenant, time_ms now) {
    return rates_.take(tenant.id, tenant.inbound_per_s(), now);
  }

  /// Takes a place for each update; those of a tenant that may not have them now are removed, for Meta to send again.
  /// A tenant in a flood delays itself: what stands beside its updates goes on. With `rated`, for a POST to the app's
  /// URL, it counts against the rate of each tenant in it.
  taken_bounds take(std::vector<actors::routed_event>& events, const actors::directory* rated, time_ms now);

private:
  std::shared_ptr<runtime::fair_share> shares_;
  runtime::rate_limits rates_;
};

} // namespace wakala::http
