// Messages from users, echoes of messages sent from the phone app, and history (Cloud API reference §5, §7.5).
#include "whatsapp/decode_parts.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace wakala::whatsapp {

namespace {

constexpr std::array<std::string_view, 5> media_types{"image", "audio", "video", "document", "sticker"};

bool is_media(std::string_view type) {
  return std::find(media_types.begin(), media_types.end(), type) != media_types.end();
}

/// The object that carries the answer to an interactive message, under the name in `interactive.type`.
json_value interactive_reply(const json_value& item) {
  const auto interactive = object_member(item, "interactive");
  const auto kind = text_member(interactive, "type");
  return kind ? object_member(interactive, *kind) : json_value{};
}

std::optional<std::string> interactive_value(const json_value& item) {
  const auto reply = interactive_reply(item);
  for (const auto* key : {"id", "response_json", "response"}) // replies, Flows, call permissions
    if (auto text = text_member(reply, key))
      return text;
  return std::nullopt;
}

std::optional<std::string> location_value(const json_value& item) {
  const auto place = object_member(item, "location");
  auto latitude = text_member(place, "latitude");
  const auto longitude = text_member(place, "longitude");
  if (!latitude || !longitude)
    return std::nullopt;
  return std::move(*latitude) + "," + *longitude;
}

std::optional<std::string> first_contact_name(const json_value& item) {
  return text_member(object_member(first_of(array_member(item, "contacts")), "name"), "formatted_name");
}

/// A reaction without emoji takes the reaction back.
std::optional<std::string> reaction_value(const json_value& item) {
  const auto reaction = object_member(item, "reaction");
  if (!reaction)
    return std::nullopt;
  return text_or_empty(reaction, "emoji");
}

std::optional<std::string> text_in(const json_value& item, std::string_view object, std::string_view key) {
  return text_member(object_member(item, object), key);
}

/// What the shopper wrote or chose, as a person reads it.
std::string readable_text(const json_value& item, std::string_view type) {
  if (type == "text")
    return text_in(item, "text", "body").value_or("");
  if (type == "button")
    return text_in(item, "button", "text").value_or("");
  if (type == "interactive")
    return text_or_empty(interactive_reply(item), "title");
  if (is_media(type))
    return text_in(item, type, "caption").value_or("");
  return {};
}

std::string chosen_id(const json_value& item, std::string_view type) {
  if (type == "button")
    return text_in(item, "button", "payload").value_or("");
  if (type == "interactive")
    return text_or_empty(interactive_reply(item), "id");
  return {};
}

/// True when the member is an id and the same as `known`.
bool is_id(const json_value& object, std::string_view key, const std::optional<std::string>& known) {
  return known && !known->empty() && object.member(key).is_text(*known);
}

/// The contact that wrote: the one with the message's number or user id, else the only one there is (its number may
/// be written differently, Cloud API reference §2.3).
json_value contact_that_wrote(const json_value& value, const event& e) {
  const auto contacts = array_member(value, "contacts");
  for (const auto contact : contacts)
    if (is_id(contact, "wa_id", e.from) || is_id(contact, "user_id", e.from_user_id))
      return contact;
  const auto first = first_of(contacts);
  return first.is_object() && ++contacts.begin() == contacts.end() ? first : json_value{};
}

void read_contact(const json_value& contact, event& e) {
  if (const auto profile = object_member(contact, "profile")) {
    e.profile_name = text_or_empty(profile, "name");
    auto name = text_or_empty(profile, "username");
    if (name.starts_with('@'))
      name.erase(0, 1);
    e.username = std::move(name);
  }
  if (!is_id(contact, "wa_id", e.from))
    e.contact_phone = text_or_empty(contact, "wa_id");
  if (!is_id(contact, "user_id", e.from_user_id))
    e.contact_user_id = text_or_empty(contact, "user_id");
}

/// `<country>.<letters and digits>` (Cloud API reference §8).
bool looks_like_user_id(std::string_view word) {
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  return word.size() > 3 && is_capital(word[0]) && is_capital(word[1]) && word[2] == '.' &&
         std::all_of(word.begin() + 3, word.end(),
                     [](char c) { return c == '.' || std::isalnum(static_cast<unsigned char>(c)) != 0; });
}

/// `user_changed_user_id`: the new id has a key; the old one often stands only in the sentence for people.
void read_user_id_change(const json_value& item, event& e) {
  const auto system = object_member(item, "system");
  if (!system.member("type").is_text("user_changed_user_id"))
    return;
  e.contact_user_id = text_or_empty(system, "user_id");
  e.previous_user_id = text_or_empty(system, "previous_user_id");
  const auto sentence = text_or_empty(system, "body");
  for (std::string_view rest = sentence; e.previous_user_id.empty() && !rest.empty();) {
    const auto word = rest.substr(0, rest.find(' '));
    if (looks_like_user_id(word) && word != e.contact_user_id)
      e.previous_user_id = std::string(word);
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
  }
}

/// `user_changed_number`: the shopper is the same, the number is another.
void read_number_change(const json_value& item, event& e) {
  const auto system = object_member(item, "system");
  if (!system.member("type").is_text("user_changed_number"))
    return;
  e.new_phone = text_or_empty(system, "wa_id");
  if (e.new_phone.empty())
    e.new_phone = text_or_empty(system, "new_wa_id"); // as it was called before
}

/// What messages, echoes and history have in common.
void read_body(const change_view& change, event_kind kind, const json_value& item, event& e) {
  start_event(change, kind, e);
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
  if (const auto context = object_member(item, "context"))
    e.context_id = text_or_empty(context, "id");
  e.group_id = text_or_empty(item, "group_id");
  read_first_error(item, e);
}

} // namespace

std::optional<std::string> message_value(const json_value& item, const std::optional<std::string>& type) {
  if (!type)
    return std::nullopt;
  if (*type == "text")
    return text_in(item, "text", "body");
  if (is_media(*type))
    return text_in(item, *type, "id");
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
    return text_in(item, *type, "original_message_id");
  event reason; // `unsupported`, `unknown`, and types not known here: why it could not be shown, if that is said
  read_first_error(item, reason);
  return reason.error_code.empty() ? std::nullopt : std::optional(reason.error_code.get());
}

void read_message(const change_view& change, const json_value& item, event& e) {
  // Media of a shared history arrive as `messages` too; whatever else carries that key is recorded, never answered.
  const bool live = !change.field || change.is_field("messages");
  read_body(change, live ? event_kind::message : event_kind::history, item, e);
  e.sender = e.from ? e.from : e.from_user_id;
  if (const auto contact = contact_that_wrote(change.value, e)) {
    read_contact(contact, e);
    if (!e.sender)
      e.sender = id_member(contact, "wa_id");
    if (!e.sender)
      e.sender = id_member(contact, "user_id");
  }
  read_user_id_change(item, e);
  read_number_change(item, e);
  if (const auto referral = object_member(item, "referral"))
    e.referral = text_or_empty(referral, "source_type") + ":" + text_or_empty(referral, "source_id");
  finish_event(item, e);
}

void read_echo(const change_view& change, const json_value& item, event& e) {
  read_body(change, event_kind::echo, item, e);
  e.to = id_member(item, "to");
  e.to_user_id = id_member(item, "to_user_id");
  finish_event(item, e);
}

void read_history_message(const change_view& change, const json_value& item, event& e) {
  read_body(change, event_kind::history, item, e);
  finish_event(item, e);
}

} // namespace wakala::whatsapp
