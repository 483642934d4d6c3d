#include "sandbox/shopper_changes.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace wakala::sandbox {

using json = nlohmann::ordered_json;

namespace {

std::string seconds(time_ms at) { return std::to_string(at / ms_per_second); }

json system_message(const business_number& number, const shopper& who, json system, const std::string& wamid,
                    time_ms at) {
  json item;
  if (who.shows_phone())
    item["from"] = who.phone;
  else
    item["from_user_id"] = who.user_id;
  item["id"] = wamid;
  item["timestamp"] = seconds(at);
  item["system"] = std::move(system);
  item["type"] = "system";
  auto value = value_of(number);
  value["messages"] = json::array({std::move(item)});
  return {{"value", std::move(value)}, {"field", "messages"}};
}

/// `wa_id`, else `user_id`.
json identity_of(const shopper& who) {
  if (who.shows_phone())
    return {{"wa_id", who.phone}};
  return {{"user_id", who.user_id}};
}

} // namespace

json preference_change(const business_number& number, const shopper& who, std::string_view choice, time_ms at) {
  auto value = value_of(number);
  value["contacts"] = json::array({identity_of(who)});
  auto item = identity_of(who);
  item["detail"] = fmt::format("User requested to {} marketing messages", choice);
  item["category"] = "marketing_messages";
  item["value"] = choice;
  item["timestamp"] = at / ms_per_second;
  value["user_preferences"] = json::array({std::move(item)});
  return {{"value", std::move(value)}, {"field", "user_preferences"}};
}

json number_change(const business_number& number, const shopper& who, const std::string& new_phone,
                   const std::string& wamid, time_ms at) {
  json system{{"body", fmt::format("User {} changed from {} to {}", who.name, who.phone, new_phone)},
              {"wa_id", new_phone},
              {"type", "user_changed_number"}};
  return system_message(number, who, std::move(system), wamid, at);
}

json user_id_message(const business_number& number, const shopper& who, const std::string& new_user_id,
                     const std::string& wamid, time_ms at) {
  json system{{"body", fmt::format("User {} changed from {} to {}", who.name, who.user_id, new_user_id)}};
  if (who.shows_phone())
    system["wa_id"] = who.phone;
  system["user_id"] = new_user_id;
  system["type"] = "user_changed_user_id";
  return system_message(number, who, std::move(system), wamid, at);
}

json user_id_change(const business_number& number, const shopper& who, const std::string& new_user_id, time_ms at) {
  json contact{{"profile", {{"name", who.name}}}};
  json item = json::object();
  if (who.shows_phone()) {
    contact["wa_id"] = who.phone;
    item["wa_id"] = who.phone;
  }
  item["detail"] = fmt::format("User id for {} has been updated.", who.name);
  item["user_id"] = {{"previous", who.user_id}, {"current", new_user_id}};
  item["timestamp"] = seconds(at);
  auto value = value_of(number);
  value["contacts"] = json::array({std::move(contact)});
  value["user_id_update"] = json::array({std::move(item)});
  return {{"value", std::move(value)}, {"field", "user_id_update"}};
}

} // namespace wakala::sandbox
