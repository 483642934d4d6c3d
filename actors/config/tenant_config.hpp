/// \file
/// A merchant as the operator configures it.
#pragma once

#include "actors/config/hook_config.hpp"
#include "actors/config/payment_config.hpp"
#include "commerce/shop_settings.hpp"
#include "runtime/core/clock.hpp"
#include "runtime/core/ids.hpp"
#include "runtime/core/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::actors {

struct business_number {
  std::string id;      ///< phone number id, the routing key (Cloud API reference §2.1)
  std::string display; ///< digits; shown, never a key

  bool operator==(const business_number&) const = default;
};

struct tenant_config {
  tenant_id id;
  std::string name; ///< of the shop, as greeted
  std::string currency = "KES";
  std::string time_zone = "Africa/Nairobi";
  std::string waba_id;
  std::vector<business_number> phone_numbers;
  std::string app_secret; ///< empty: webhooks come to the app's URL, signed with the app's secret
  std::string verify_token;
  std::string access_token; ///< for the Graph API
  std::string catalog_id;   ///< of Meta's catalog that is kept as ours; empty: none is
  /// Which of `messages`, `status`, `errors` reach dialogue and merchant; empty: all. Nothing is lost by a filter:
  /// what it keeps out is still recorded, and statuses are always consumed.
  std::vector<std::string> event_filters;
  std::map<std::string, std::int64_t> limits;
  commerce::shop_settings shop; ///< how it sells
  payment_settings payments;    ///< how it is paid
  merchant_webhook webhook;     ///< where its own system hears of orders

  std::int64_t limit(const std::string& which, std::int64_t usual) const;
  /// Webhook POSTs a second before they are put off: `limits.inbound_per_s`, 200 when it is not set.
  std::int64_t inbound_per_s() const;
  /// Over how many shards its conversations are spread: `limits.spread_shards`, 1 when it is not set.
  std::uint32_t spread_shards() const;
  /// How long an order that is not paid keeps its pieces: `limits.order_kept_minutes`, 30 when it is not set.
  time_ms order_kept() const;
  /// Messages an hour that may be sent: `limits.messages_per_hour`, 1,000 when it is not set.
  std::size_t messages_per_hour() const;
  /// So many that the shop's own answers are not counted.
  bool has_endless_hours() const { return messages_per_hour() >= 1'000'000; }
  /// Templates a day among them: `limits.templates_per_day`, 100 when it is not set.
  std::size_t templates_per_day() const;
  /// Broadcasts a week that may begin: `limits.broadcasts_per_week`, 10 when it is not set.
  std::size_t broadcasts_per_week() const;
  /// Messages a minute of one shopper that are answered: `limits.shopper_messages_per_minute`, 60 when it is not set.
  std::size_t shopper_messages_per_minute() const;
  bool wants(std::string_view filter) const;
  /// There is something to do although nobody writes: its actor runs as soon as its shard is open.
  bool works_unasked() const { return !catalog_id.empty() || webhook.is_on(); }
  bool operator==(const tenant_config&) const = default;
};

/// Reads the admin API's form. Unknown keys and broken rules are `invalid_argument` with the JSON Pointer. A secret
/// given as
/// `{"set":true}` keeps the one of `before`. `id_in_path` must equal `id` when both are there.
result<tenant_config> parse_tenant(const nlohmann::json& form, const tenant_config* before,
                                   std::string_view id_in_path);

/// The admin API's form; secrets read back as `{"set":true}` or `{"set":false}`.
nlohmann::json to_form(const tenant_config& config);

/// Everything, secrets included, for the sealed column of the store.
std::string to_stored(const tenant_config& config);
result<tenant_config> from_stored(std::string_view text);

/// Reads the seed form `{"tenant_123":{"webhook_url","hmac_secret":"${VARIABLE}","event_filters"}}`. `variable` gives
/// the value of an environment variable or null; a missing one is an error naming it. A tenant that exists (found by
/// `existing`) keeps what the form does not say.
result<std::vector<tenant_config>>
parse_tenant_routes(const nlohmann::json& form, const std::map<tenant_id, tenant_config>& existing,
                    const std::map<std::string, std::string, std::less<>>& environment);

} // namespace wakala::actors
