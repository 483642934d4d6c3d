// `POST /_sandbox/numbers/{id}`.
#include "sandbox/control_calls.hpp"
#include "sandbox/request_parts.hpp"

#include <fmt/format.h>

namespace wakala::sandbox {

using json = nlohmann::ordered_json;

namespace {

meta_change quality(const business_number& number, const account& owner, std::string_view event) {
  return {number.waba_id,
          number.id,
          "phone_number_quality_update",
          {{"display_phone_number", number.display}, {"event", event}, {"current_limit", owner.messaging_limit}},
          {},
          0};
}

meta_change name_decision(const business_number& number, const std::string& name, const std::string& reason) {
  const auto& status = number.condition.name_status;
  const auto* decision = name_is_approved(number.condition) ? "APPROVED"
                         : status == "DECLINED"             ? "REJECTED"
                         : status == "PENDING_REVIEW"       ? "PENDING"
                                                            : "DEFERRED";
  return {number.waba_id,
          number.id,
          "phone_number_name_update",
          {{"display_phone_number", number.display},
           {"decision", decision},
           {"requested_verified_name", name},
           {"rejection_reason", reason.empty() ? json{} : json(reason)}},
          {},
          0};
}

} // namespace

result<change_list> control_number(call_context& context, business_number& number, const json& request) {
  auto condition = number.condition;
  for (const auto& [key, value] : request.items()) {
    if (is_condition_key(key)) {
      if (auto wrong = set_condition(condition, key, value))
        return std::move(*wrong);
    } else if (!value.is_string()) {
      return bad_key(key, fmt::format("unknown key \"{}\", or not text", key));
    } else if (key == "messaging_limit") {
      if (!users_of_tier(value.get<std::string>()))
        return bad_key(key, "a tier is TIER_50, TIER_250, TIER_1K, TIER_2K, TIER_10K, TIER_100K or TIER_UNLIMITED");
    } else if (key == "security_event") {
      const auto event = value.get<std::string>();
      if (event != "PIN_CHANGED" && event != "PIN_RESET_REQUEST" && event != "PIN_REQUEST_SUCCESS")
        return bad_key(key, "a security event is PIN_CHANGED, PIN_RESET_REQUEST or PIN_REQUEST_SUCCESS");
    } else if (key != "verified_name" && key != "rejection_reason" && key != "requester") {
      return bad_key(key, fmt::format("unknown key \"{}\"", key));
    }
  }
  // Who says only that it is registered, or not, means the status that goes with it.
  if (condition.registered != number.condition.registered && !request.contains("status"))
    condition.status = condition.registered ? "CONNECTED" : "DISCONNECTED";
  const auto before = std::exchange(number.condition, condition);
  auto& owner = context.held.accounts.of(number.waba_id, number.name);
  change_list told;
  if (const auto tier = text_or(request, "messaging_limit", owner.messaging_limit); tier != owner.messaging_limit) {
    owner.messaging_limit = tier;
    told.push_back(capability_change(owner));
  }
  if (before.throughput != "HIGH" && condition.throughput == "HIGH")
    told.push_back(quality(number, owner, "THROUGHPUT_UPGRADE"));
  if ((before.quality_rating == "RED") != (condition.quality_rating == "RED"))
    told.push_back(quality(number, owner, condition.quality_rating == "RED" ? "FLAGGED" : "UNFLAGGED"));
  const auto name = text_or(request, "verified_name", number.name);
  if (before.name_status != condition.name_status || name != number.name)
    told.push_back(name_decision(number, name, text_or(request, "rejection_reason")));
  if (name_is_approved(condition))
    number.name = name;
  const auto event = text_or(request, "security_event", before.pin != condition.pin ? "PIN_CHANGED" : "");
  if (!event.empty()) {
    json value{{"display_phone_number", number.display}, {"event", event}};
    if (const auto requester = text_or(request, "requester"); !requester.empty())
      value["requester"] = requester;
    told.push_back({number.waba_id, number.id, "security", std::move(value), {}, 0});
  }
  return told;
}

} // namespace wakala::sandbox
