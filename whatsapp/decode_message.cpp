// Messages from users, echoes of messages sent from the phone app, and history (Cloud API reference §5, §7.5).
#include "whatsapp/decode_parts.hpp"
#include "whatsapp/json_read.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace wakala::whatsapp {

using nlohmann::json;

namespace {

constexpr std::array<std::string_view, 5> media_types{"image", "audio", "video", "document", "sticker"};

bool is_media(std::string_view type) {
  return std::find(media_types.begin(), media_types.end(), type) != media_types.end();
}

/// The object that carries the answer to an interactive message, under the name in `interactive.type`.
const json* interactive_reply(const json& item) {
  const json* interactive = object_member(item, "interactive");
  const auto kind = interactive == nullptr ? std::nullopt : text_member(*interactive, "type");
  return kind ? object_member(*interactive, kind->c_str()) : nullptr;
}

std::optional<std::string> interactive_value(const json& item) {
  const json* reply = interactive_reply(item);
  if (reply == nullptr)
    return std::nullopt;
  for (const char* key : {"id", "response_json", "response"}) // replies, Flows, call permissions
    if (auto text = text_member(*reply, key))
      return text;
  return std::nullopt;
}

std::optional<std::string> location_value(const json& item) {
  const json* place = object_member(item, "location");
  if (place == nullptr)
    return std::nullopt;
  const auto latitude = text_member(*place, "latitude");
  const auto longitude = text_member(*place, "longitude");
  if (!latitude || !longitude)
    return std::nullopt;
  return *latitude + "," + *longitude;
}

std::optional<std::string> first_contact_name(const json& item) {
  const json* contacts = array_member(item, "contacts");
  const json* name = contacts == nullptr || contacts->empty() ? nullptr : object_member(contacts->front(), "name");
  return name == nullptr ? std::nullopt : text_member(*name, "formatted_name");
}

/// A reaction without emoji takes the reaction back.
std::optional<std::string> reaction_value(const json& item) {
  const json* reaction = object_member(item, "reaction");
  if (reaction == nullptr)
    return std::nullopt;
  return text_or_empty(*reaction, "emoji");
}

std::optional<std::string> text_in(const json& item, const char* object, const char* key) {
  const json* found = object_member(item, object);
  return found == nullptr ? std::nullopt : text_member(*found, key);
}

/// What the shopper wrote or chose, as a person reads it.
std::string readable_text(const json& item, std::string_view type) {
  if (type == "text")
    return text_in(item, "text", "body").value_or("");
  if (type == "button")
    return text_in(item, "button", "text").value_or("");
  if (type == "interactive") {
    const json* reply = interactive_reply(item);
    return reply == nullptr ? std::string{} : text_or_empty(*reply, "title");
  }
  if (is_media(type))
    return text_in(item, std::string(type).c_str(), "caption").value_or("");
  return {};
}

std::string chosen_id(const json& item, std::string_view type) {
  if (type == "button")
    return text_in(item, "button", "payload").value_or("");
  if (type != "interactive")
    return {};
  const json* reply = interactive_reply(item);
  return reply == nullptr ? std::string{} : text_or_empty(*reply, "id");
}

/// The contact that wrote: the one with the message's number or user id, else the only one there is (its number may
/// be written differently, Cloud API reference §2.3).
const json* contact_that_wrote(const json& value, const event& e) {
  const json* contacts = array_member(value, "contacts");
  if (contacts == nullptr)
    return nullptr;
  for (const auto& contact : *contacts) {
    const auto number = id_member(contact, "wa_id");
    const auto user_id = id_member(contact, "user_id");
    if ((number && number == e.from) || (user_id && user_id == e.from_user_id))
      return &contact;
  }
  return contacts->size() == 1 && contacts->front().is_object() ? &contacts->front() : nullptr;
}

void read_contact(const json& contact, event& e) {
  if (const json* profile = object_member(contact, "profile")) {
    e.profile_name = text_or_empty(*profile, "name");
    e.username = text_or_empty(*profile, "username");
    if (e.username.starts_with('@'))
      e.username.erase(0, 1);
  }
  const auto number = id_member(contact, "wa_id");
  const auto user_id = id_member(contact, "user_id");
  if (number && number != e.from)
    e.contact_phone = *number;
  if (user_id && user_id != e.from_user_id)
    e.contact_user_id = *user_id;
}

/// `<country>.<letters and digits>` (Cloud API reference §8).
bool looks_like_user_id(std::string_view word) {
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  return word.size() > 3 && is_capital(word[0]) && is_capital(word[1]) && word[2] == '.' &&
         std::all_of(word.begin() + 3, word.end(),
                     [](char c) { return c == '.' || std::isalnum(static_cast<unsigned char>(c)) != 0; });
}

/// `user_changed_user_id`: the new id has a key; the old one often stands only in the sentence for people.
void read_user_id_change(const json& item, event& e) {
  const json* system = object_member(item, "system");
  if (system == nullptr || text_member(*system, "type") != "user_changed_user_id")
    return;
  e.contact_user_id = text_or_empty(*system, "user_id");
  e.previous_user_id = text_or_empty(*system, "previous_user_id");
  const auto sentence = text_or_empty(*system, "body");
  for (std::string_view rest = sentence; e.previous_user_id.empty() && !rest.empty();) {
    const auto word = rest.substr(0, rest.find(' '));
    if (looks_like_user_id(word) && word != e.contact_user_id)
      e.previous_user_id = word;
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
  }
}

/// What messages, echoes and history have in common.
event read_body(const change_view& change, event_kind kind, const json& item) {
  event e = start_event(change, kind, item);
  e.id = id_member(item, "id");
  e.from = id_member(item, "from");
  e.from_user_id = id_member(item, "from_user_id");
  e.type = text_member(item, "type");
  e.timestamp = text_member(item, "timestamp");
  e.value = message_value(item, e.type);
  if (e.type) {
    e.text = readable_text(item, *e.type);
    e.reply_id = chosen_id(item, *e.type);
  }
  if (const json* context = object_member(item, "context"))
    e.context_id = text_or_empty(*context, "id");
  e.group_id = text_or_empty(item, "group_id");
  read_first_error(item, e);
  return e;
}

} // namespace

std::optional<std::string> message_value(const json& item, const std::optional<std::string>& type) {
  if (!type)
    return std::nullopt;
  if (*type == "text")
    return text_in(item, "text", "body");
  if (is_media(*type))
    return text_in(item, type->c_str(), "id");
  if (*type == "interactive")
    return interactive_value(item);
  if (*type == "button")
    return text_in(item, "button", "payload");
  if (*type == "location")
    return location_value(item);
  if (*type == "contacts")
    return first_contact_name(item);
  if (*type == "reaction")
    return reaction_value(item);
  if (*type == "order")
    return text_in(item, "order", "catalog_id");
  if (*type == "system")
    return text_in(item, "system", "type");
  if (*type == "edit" || *type == "revoke")
    return text_in(item, type->c_str(), "original_message_id");
  event reason; // `unsupported`, `unknown`, and types not known here: why it could not be shown, if that is said
  read_first_error(item, reason);
  return reason.error_code.empty() ? std::nullopt : std::optional(std::move(reason.error_code));
}

event read_message(const change_view& change, const json& item) {
  // Media of a shared history arrive as `messages` too; whatever else carries that key is recorded, never answered.
  const bool live = !change.field || change.is_field("messages");
  event e = read_body(change, live ? event_kind::message : event_kind::history, item);
  e.sender = e.from ? e.from : e.from_user_id;
  if (const json* contact = contact_that_wrote(change.value, e)) {
    read_contact(*contact, e);
    if (!e.sender)
      e.sender = id_member(*contact, "wa_id");
    if (!e.sender)
      e.sender = id_member(*contact, "user_id");
  }
  read_user_id_change(item, e);
  return finish_event(std::move(e));
}

event read_echo(const change_view& change, const json& item) {
  event e = read_body(change, event_kind::echo, item);
  e.to = id_member(item, "to");
  e.to_user_id = id_member(item, "to_user_id");
  return finish_event(std::move(e));
}

event read_history_message(const change_view& change, const json& item) {
  return finish_event(read_body(change, event_kind::history, item));
}

} // namespace wakala::whatsapp
