#include "sandbox/number_view.hpp"

#include <nlohmann/json.hpp>

namespace wakala::sandbox {

using json = nlohmann::ordered_json;

namespace {

json callbacks_of(const business_number& number, const account& owner, const number_file* file) {
  json callbacks = json::object();
  if (file && !file->callback.uri.empty())
    callbacks["phone_number"] = file->callback.uri;
  if (!owner.callback.uri.empty())
    callbacks["whatsapp_business_account"] = owner.callback.uri;
  callbacks["application"] = number.webhook_url;
  return callbacks;
}

json health_of_number(const business_number& number, const account& owner, time_ms now) {
  auto health = health_of(owner, now);
  const auto* can = number.condition.registered ? "AVAILABLE" : "BLOCKED";
  json entity{{"entity_type", "PHONE_NUMBER"}, {"id", number.id}, {"can_send_message", can}};
  if (!number.condition.registered) {
    entity["errors"] =
        json::array({{{"error_code", 133010}, {"error_description", "The number is not registered."}}});
    health["can_send_message"] = can;
  }
  health["entities"].insert(health["entities"].begin(), std::move(entity));
  return health;
}

} // namespace

const std::vector<std::string>& number_fields() {
  static const std::vector<std::string> fields{"id",
                                               "verified_name",
                                               "display_phone_number",
                                               "code_verification_status",
                                               "quality_rating",
                                               "quality_score",
                                               "platform_type",
                                               "throughput",
                                               "status",
                                               "name_status",
                                               "account_mode",
                                               "is_on_biz_app",
                                               "is_pin_enabled",
                                               "whatsapp_business_manager_messaging_limit",
                                               "health_status",
                                               "webhook_configuration"};
  return fields;
}

json view_of(const business_number& number, const account& owner,
             const std::map<std::string, number_file, std::less<>>& files, const std::vector<std::string>& fields,
             time_ms now) {
  const auto& condition = number.condition;
  const auto file = files.find(number.id);
  json shown = json::object();
  for (const auto& field : fields) {
    if (field == "verified_name")
      shown[field] = number.name;
    else if (field == "display_phone_number")
      shown[field] = number.display;
    else if (field == "code_verification_status")
      shown[field] = condition.code_verification_status;
    else if (field == "quality_rating")
      shown[field] = condition.quality_rating;
    else if (field == "quality_score")
      shown[field] = {{"score", condition.quality_rating}};
    else if (field == "platform_type")
      shown[field] = condition.registered ? "CLOUD_API" : "NOT_APPLICABLE";
    else if (field == "throughput")
      shown[field] = {{"level", condition.throughput.empty() ? "STANDARD" : condition.throughput}};
    else if (field == "status")
      shown[field] = condition.status;
    else if (field == "name_status")
      shown[field] = condition.name_status;
    else if (field == "account_mode")
      shown[field] = "LIVE";
    else if (field == "is_on_biz_app")
      shown[field] = condition.coexistence;
    else if (field == "is_pin_enabled")
      shown[field] = !condition.pin.empty();
    else if (field == "whatsapp_business_manager_messaging_limit")
      shown[field] = owner.messaging_limit;
    else if (field == "health_status")
      shown[field] = health_of_number(number, owner, now);
    else if (field == "webhook_configuration")
      shown[field] = callbacks_of(number, owner, file == files.end() ? nullptr : &file->second);
  }
  shown["id"] = number.id;
  return shown;
}

} // namespace wakala::sandbox
