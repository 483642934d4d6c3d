#include "tests/actors/support/webhooks.hpp"

namespace wakala::actors::test {

using nlohmann::json;

json text_message(const shopper& who, const std::string& id, const std::string& text, time_ms at) {
  json message{{"id", id}, {"timestamp", std::to_string(at / 1000)}, {"type", "text"}, {"text", {{"body", text}}}};
  if (!who.phone.empty())
    message["from"] = who.phone;
  if (!who.user_id.empty())
    message["from_user_id"] = who.user_id;
  return message;
}

json status(const std::string& message_id, const std::string& what, const std::string& recipient,
            const std::string& callback, time_ms at) {
  json s{{"id", message_id}, {"status", what}, {"timestamp", std::to_string(at / 1000)}, {"recipient_id", recipient}};
  if (!callback.empty())
    s["biz_opaque_callback_data"] = callback;
  return s;
}

json webhook(const std::vector<change>& changes) {
  auto list = json::array();
  for (const auto& c : changes) {
    json value{{"messaging_product", "whatsapp"},
               {"metadata", {{"display_phone_number", "254711000000"}, {"phone_number_id", c.phone_number_id}}}};
    if (!c.contacts.empty())
      value["contacts"] = c.contacts;
    if (!c.messages.empty())
      value["messages"] = c.messages;
    if (!c.statuses.empty())
      value["statuses"] = c.statuses;
    list.push_back({{"field", "messages"}, {"value", std::move(value)}});
  }
  return json{{"object", "whatsapp_business_account"},
              {"entry", json::array({{{"id", "waba-1"}, {"changes", std::move(list)}}})}};
}

json text_webhook(const std::string& phone_number_id, const shopper& who, const std::string& id,
                  const std::string& text, time_ms at) {
  change c;
  c.phone_number_id = phone_number_id;
  json contact{{"profile", {{"name", who.name}}}};
  if (!who.phone.empty())
    contact["wa_id"] = who.phone;
  if (!who.user_id.empty())
    contact["user_id"] = who.user_id;
  c.contacts.push_back(std::move(contact));
  c.messages.push_back(text_message(who, id, text, at));
  return webhook({c});
}

json status_webhook(const std::string& phone_number_id, const std::string& message_id, const std::string& what,
                    const std::string& recipient, const std::string& callback, time_ms at) {
  change c;
  c.phone_number_id = phone_number_id;
  c.statuses.push_back(status(message_id, what, recipient, callback, at));
  return webhook({c});
}

} // namespace wakala::actors::test
