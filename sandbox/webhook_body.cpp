#include "sandbox/webhook_body.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace wakala::sandbox {

namespace {

using json = nlohmann::ordered_json;

std::string seconds(time_ms at) { return std::to_string(at / ms_per_second); }

json contact_of(const shopper& who, bool with_username) {
  json profile{{"name", who.name}};
  if (with_username && !who.username.empty())
    profile["username"] = who.username;
  json contact{{"profile", std::move(profile)}};
  if (who.shows_phone())
    contact["wa_id"] = who.phone;
  if (!who.user_id.empty())
    contact["user_id"] = who.user_id;
  return contact;
}

json change_of(json value) { return {{"value", std::move(value)}, {"field", "messages"}}; }

struct known_failure {
  int code;
  const char* title;
  const char* details;
};

constexpr std::array known_failures{
    known_failure{131026, "Message undeliverable", "Message Undeliverable."},
    known_failure{131042, "Business eligibility payment issue",
                  "Message failed to send because there were one or more errors related to your payment method."},
    known_failure{131047, "Re-engagement message",
                  "Message failed to send because more than 24 hours have passed since the customer last replied to "
                  "this number."},
    known_failure{131048, "Spam rate limit hit",
                  "Message failed to send because there are restrictions on how many messages can be sent from this "
                  "phone number."},
    known_failure{131050, "User has stopped marketing messages",
                  "Unable to deliver the message. This recipient has chosen to stop receiving marketing messages on "
                  "WhatsApp from your business."},
};

json failure(int code) {
  const auto at = std::ranges::find(known_failures, code, &known_failure::code);
  const auto& words = at == known_failures.end() ? known_failures.front() : *at;
  return {{"code", code},
          {"title", words.title},
          {"message", words.title},
          {"error_data", {{"details", words.details}}},
          {"href", "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"}};
}

} // namespace

json value_of(const business_number& number) {
  return {{"messaging_product", "whatsapp"},
          {"metadata", {{"display_phone_number", number.display}, {"phone_number_id", number.id}}}};
}

json to_json(const shopper& who) {
  return {{"key", who.key()},         {"phone", who.phone}, {"user_id", who.user_id},
          {"username", who.username}, {"name", who.name},   {"hide_phone", who.hide_phone}};
}

json message_change(const business_number& number, const shopper& from, const std::string& wamid, time_ms at,
                    const json& message) {
  json item;
  if (message.contains("context"))
    item["context"] = message["context"];
  if (from.shows_phone())
    item["from"] = from.phone;
  if (!from.user_id.empty())
    item["from_user_id"] = from.user_id;
  item["id"] = wamid;
  item["timestamp"] = seconds(at);
  for (const auto& [key, part] : message.items())
    item[key] = part;
  auto value = value_of(number);
  value["contacts"] = json::array({contact_of(from, true)});
  value["messages"] = json::array({std::move(item)});
  return change_of(std::move(value));
}

json status_change(const business_number& number, const shopper& to, const status_facts& facts) {
  json item{{"id", facts.wamid}, {"status", facts.status}, {"timestamp", seconds(facts.at)}};
  if (to.shows_phone())
    item["recipient_id"] = to.phone;
  const auto failed = facts.status == "failed";
  if (!to.user_id.empty() && !(failed && to.shows_phone()))
    item["recipient_user_id"] = to.user_id;
  if (!facts.callback_data.empty())
    item["biz_opaque_callback_data"] = facts.callback_data;
  if (facts.status == "sent" || facts.status == "delivered") {
    json conversation{{"id", facts.conversation_id}};
    if (facts.status == "sent")
      conversation["expiration_timestamp"] = seconds(facts.at + ms_per_day);
    conversation["origin"] = {{"type", facts.category}};
    item["conversation"] = std::move(conversation);
    const auto charged = facts.category != "service";
    item["pricing"] = {{"billable", charged},
                       {"pricing_model", "PMP"},
                       {"type", charged ? "regular" : "free_customer_service"},
                       {"category", facts.category}};
  }
  if (failed)
    item["errors"] = json::array({failure(facts.error_code)});
  auto value = value_of(number);
  if (!failed)
    value["contacts"] = json::array({contact_of(to, facts.status != "sent")});
  value["statuses"] = json::array({std::move(item)});
  return change_of(std::move(value));
}

std::string meta_dump(const json& value) {
  const auto plain = value.dump(-1, ' ', true, json::error_handler_t::replace);
  std::string escaped;
  escaped.reserve(plain.size() + 16);
  for (const char c : plain) { // a slash stands only inside strings
    if (c == '/')
      escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string post_body(const std::vector<addressed_change>& changes) {
  std::string body = R"({"object":"whatsapp_business_account","entry":[)";
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (i > 0 && changes[i].waba_id == changes[i - 1].waba_id && changes[i].time_s == changes[i - 1].time_s) {
      body += ',';
    } else {
      body += i > 0 ? "]},{" : "{";
      body += R"("id":)" + meta_dump(changes[i].waba_id);
      if (changes[i].time_s > 0)
        body += R"(,"time":)" + std::to_string(changes[i].time_s);
      body += R"(,"changes":[)";
    }
    body += changes[i].change;
  }
  body += changes.empty() ? "]}" : "]}]}";
  return body;
}

} // namespace wakala::sandbox
