#include "sandbox/accounts.hpp"

#include "whatsapp/messaging_tier.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace wakala::sandbox {

using json = nlohmann::ordered_json;

std::optional<std::int64_t> users_of_tier(std::string_view tier) noexcept { return whatsapp::shoppers_of_tier(tier); }

bool is_restricted(const account& whose, std::string_view type, time_ms now) {
  return std::ranges::any_of(whose.restrictions,
                             [&](const restriction& one) { return one.type == type && one.until > now; });
}

bool count_reached(account& whose, const std::string& shopper, time_ms now) {
  const auto most = users_of_tier(whose.messaging_limit).value_or(-1);
  if (most < 0)
    return true;
  if (!whose.reached.contains(shopper) && std::cmp_greater_equal(whose.reached.size(), most)) {
    std::erase_if(whose.reached, [&](const auto& one) { return now - one.second >= ms_per_day; });
    if (std::cmp_greater_equal(whose.reached.size(), most))
      return false;
  }
  whose.reached[shopper] = now;
  return true;
}

json health_of(const account& whose, time_ms now) {
  auto errors = json::array();
  const auto* can = "AVAILABLE";
  const auto cause = [&](int code, const char* description) {
    errors.push_back({{"error_code", code}, {"error_description", description}});
  };
  if (!whose.ban.empty()) {
    can = whose.ban == "DISABLE" ? "BLOCKED" : "LIMITED";
    cause(131031, whose.ban == "DISABLE" ? "The account is disabled." : "The account is going to be disabled.");
  }
  for (const auto& one : whose.restrictions) {
    if (one.until <= now)
      continue;
    if (std::string_view{can} == "AVAILABLE")
      can = "LIMITED";
    cause(368, one.type.c_str());
  }
  json entity{{"entity_type", "WABA"}, {"id", whose.id}, {"can_send_message", can}};
  if (!errors.empty())
    entity["errors"] = std::move(errors);
  return {{"can_send_message", can}, {"entities", json::array({std::move(entity)})}};
}

json to_json(const account& whose) {
  auto restrictions = json::array();
  for (const auto& one : whose.restrictions)
    restrictions.push_back({{"type", one.type}, {"until", one.until}});
  return {{"waba_id", whose.id},
          {"name", whose.name},
          {"review", whose.review},
          {"verification", whose.verification},
          {"messaging_limit", whose.messaging_limit},
          {"ban", whose.ban},
          {"gone", whose.gone},
          {"subscribed", whose.subscribed},
          {"override_callback_uri", whose.callback.uri},
          {"restrictions", std::move(restrictions)},
          {"reached_in_24h", whose.reached.size()}};
}

const account* account_book::find(std::string_view id) const {
  const auto at = std::ranges::find(accounts_, id, &account::id);
  return at == accounts_.end() ? nullptr : &*at;
}

account* account_book::find(std::string_view id) {
  const auto at = std::ranges::find(accounts_, id, &account::id);
  return at == accounts_.end() ? nullptr : &*at;
}

account& account_book::of(const std::string& id, const std::string& name) {
  if (auto* known = find(id))
    return *known;
  auto& added = accounts_.emplace_back();
  added.id = id;
  added.name = name;
  return added;
}

} // namespace wakala::sandbox
