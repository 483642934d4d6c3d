/// \file
/// The `webhook` member of a tenant's form: where the merchant's own system hears of orders.
#pragma once

#include "runtime/core/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::actors {

/// Those that a webhook may choose of. `webhook.test` is sent on request only.
constexpr std::array<std::string_view, 10> hook_types{
    "order.placed",    "order.paid",      "order.confirmed", "order.packed",  "order.shipped",
    "order.delivered", "order.cancelled", "order.refunded",  "order.expired", "payment.received"};

struct merchant_webhook {
  std::string url; ///< empty: there is none
  std::string secret;
  std::string secret_before;       ///< while it is being rolled: events are signed with both
  std::vector<std::string> events; ///< of the types there are; empty: all

  bool is_on() const noexcept { return !url.empty(); }
  /// Is there a webhook, and is it told of events of that type?
  bool wants(std::string_view type) const;
  bool operator==(const merchant_webhook&) const = default;
};

/// Reads `{"url","secret","secret_before","events":[…]}`. `url` and `secret` must be there; `{"set":true}` keeps a
/// secret of `before`. Errors are `invalid_argument` with the JSON Pointer in the tenant's form, and never repeat the
/// URL.
result<merchant_webhook> parse_webhook(const nlohmann::json& form, const merchant_webhook* before);

/// The same form; secrets read back as `{"set":true}` or `{"set":false}`.
nlohmann::json webhook_form(const merchant_webhook& webhook);
/// With the secrets, for the sealed column of the store.
nlohmann::json stored_webhook(const merchant_webhook& webhook);

} // namespace wakala::actors
