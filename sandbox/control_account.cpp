// `POST /_sandbox/accounts/{waba}`.
#include "sandbox/control_calls.hpp"
#include "sandbox/request_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace wakala::sandbox {

using json = nlohmann::ordered_json;

namespace {

constexpr time_ms days_until_disabled = 30;

struct request_key {
  std::string_view name;
  json::value_t kind;
};

constexpr std::array request_keys{
    request_key{"ban", json::value_t::string},          request_key{"restrictions", json::value_t::array},
    request_key{"violation", json::value_t::string},    request_key{"remediation", json::value_t::string},
    request_key{"review", json::value_t::string},       request_key{"verification", json::value_t::string},
    request_key{"deleted", json::value_t::boolean},     request_key{"offboarded", json::value_t::boolean},
    request_key{"reconnected", json::value_t::boolean}, request_key{"messaging_limit", json::value_t::string},
    request_key{"alert", json::value_t::object},
};

bool is_one_of(const std::string& word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

std::optional<error> check_restrictions(const json& list) {
  for (const auto& item : list)
    if (text_or(item, "type").empty() || !item.contains("expires_in_s") || !item["expires_in_s"].is_number_integer())
      return bad_key("restrictions", "a restriction is {\"type\": \"RESTRICTED_…\", \"expires_in_s\": 3600}");
  return std::nullopt;
}

std::optional<error> check(const json& request) {
  for (const auto& [key, value] : request.items()) {
    const auto known = std::ranges::find(request_keys, std::string_view{key}, &request_key::name);
    if (known == request_keys.end())
      return bad_key(key, fmt::format("unknown key \"{}\"", key));
    if (value.type() != known->kind)
      return bad_key(key, fmt::format("\"{}\" has the wrong type", key));
  }
  if (const auto ban = text_or(request, "ban", "DISABLE");
      !is_one_of(ban, {"SCHEDULE_FOR_DISABLE", "DISABLE", "REINSTATE"}))
    return bad_key("ban", "ban is SCHEDULE_FOR_DISABLE, DISABLE or REINSTATE");
  if (const auto review = text_or(request, "review", "PENDING");
      !is_one_of(review, {"APPROVED", "REJECTED", "PENDING", "DEFERRED"}))
    return bad_key("review", "review is APPROVED, REJECTED, PENDING or DEFERRED");
  if (!users_of_tier(text_or(request, "messaging_limit", "TIER_50")))
    return bad_key("messaging_limit",
                   "a tier is TIER_50, TIER_250, TIER_1K, TIER_2K, TIER_10K, TIER_100K or TIER_UNLIMITED");
  return request.contains("restrictions") ? check_restrictions(request["restrictions"]) : std::nullopt;
}

json alert_value(const account& whose, const json& alert) {
  return {{"entity_type", text_or(alert, "entity_type", "BUSINESS")},
          {"entity_id", text_or(alert, "entity_id", whose.id)},
          {"alert_info",
           {{"alert_severity", text_or(alert, "severity", "WARNING")},
            {"alert_status", text_or(alert, "status", "ACTIVE")},
            {"alert_type", text_or(alert, "type", "INCREASED_CAPABILITIES_ELIGIBILITY_DEFERRED")},
            {"alert_description", text_or(alert, "description", "Limits cannot be increased for your business.")}}}};
}

} // namespace

std::string english_date(time_ms at) {
  constexpr std::array months{"January", "February", "March",     "April",   "May",      "June",
                              "July",    "August",   "September", "October", "November", "December"};
  const std::chrono::sys_time<std::chrono::milliseconds> time{std::chrono::milliseconds{at}};
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(time)};
  return fmt::format("{} {}, {}", months[static_cast<unsigned>(day.month()) - 1], static_cast<unsigned>(day.day()),
                     static_cast<int>(day.year()));
}

meta_change capability_change(const account& whose) {
  return {whose.id,
          {},
          "business_capability_update",
          {{"max_daily_conversations_per_business", users_of_tier(whose.messaging_limit).value_or(-1)},
           {"max_phone_numbers_per_waba", 25}},
          {},
          0};
}

bool is_management_field(std::string_view field) noexcept {
  return field.starts_with("message_template_") || field.starts_with("template_") || field.starts_with("account_") ||
         field.starts_with("phone_number_") || field == "business_capability_update" || field == "security" ||
         field == "payment_configuration_update" || field == "partner_solutions";
}

result<change_list> control_account(call_context& context, account& whose, const json& request) {
  if (auto wrong = check(request))
    return std::move(*wrong);
  change_list told;
  const auto update = [&](json value) { told.push_back({whose.id, {}, "account_update", std::move(value), {}, 0}); };
  if (const auto ban = text_or(request, "ban"); !ban.empty()) {
    whose.ban = ban == "REINSTATE" ? "" : ban;
    const auto date = context.now + (ban == "SCHEDULE_FOR_DISABLE" ? days_until_disabled * ms_per_day : 0);
    update({{"event", "DISABLED_UPDATE"},
            {"ban_info", {{"waba_ban_state", ban}, {"waba_ban_date", english_date(date)}}}});
  }
  if (const auto list = request.find("restrictions"); list != request.end()) {
    whose.restrictions.clear();
    auto shown = json::array();
    for (const auto& item : *list) {
      const auto until = context.now + item["expires_in_s"].get<std::int64_t>() * ms_per_second;
      whose.restrictions.push_back({item["type"], until});
      shown.push_back({{"restriction_type", item["type"]}, {"expiration", until / ms_per_second}});
    }
    update({{"event", "ACCOUNT_RESTRICTION"}, {"restriction_info", std::move(shown)}});
  }
  if (const auto violation = text_or(request, "violation"); !violation.empty()) {
    json value{{"event", "ACCOUNT_VIOLATION"}, {"violation_info", {{"violation_type", violation}}}};
    if (const auto remediation = text_or(request, "remediation"); !remediation.empty())
      value["violation_info"]["remediation"] = remediation;
    update(std::move(value));
  }
  if (const auto decision = text_or(request, "review"); !decision.empty()) {
    whose.review = decision;
    told.push_back({whose.id, {}, "account_review_update", {{"decision", decision}}, {}, 0});
  }
  if (const auto verification = text_or(request, "verification"); !verification.empty()) {
    whose.verification = verification;
    const auto* number = context.held.numbers.first_of(whose.id);
    if (verification == "verified")
      update({{"phone_number", number ? number->display : std::string{}}, {"event", "VERIFIED_ACCOUNT"}});
  }
  for (const auto& [key, event, gone] :
       {std::tuple{"deleted", "ACCOUNT_DELETED", true}, std::tuple{"offboarded", "ACCOUNT_OFFBOARDED", true},
        std::tuple{"reconnected", "ACCOUNT_RECONNECTED", false}})
    if (flag(request, key)) {
      whose.gone = gone;
      update({{"event", event}});
    }
  if (const auto tier = text_or(request, "messaging_limit"); !tier.empty()) {
    whose.messaging_limit = tier;
    told.push_back(capability_change(whose));
  }
  if (const auto alert = request.find("alert"); alert != request.end())
    told.push_back({whose.id, {}, "account_alerts", alert_value(whose, *alert), {}, 0});
  return told;
}

} // namespace wakala::sandbox
