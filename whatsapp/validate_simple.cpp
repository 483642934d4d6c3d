// Text, media, location, contacts and reactions (Cloud API reference §9.2).
#include "whatsapp/json_read.hpp"
#include "whatsapp/validate_parts.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace wakala::whatsapp {

using nlohmann::json;

namespace {

constexpr std::size_t caption_max = 1024;
constexpr std::size_t contacts_max = 257;

void check_coordinate(const request_checker& location, const char* key, double most) {
  if (!location)
    return;
  if (!location.has(key))
    return location.note(key, "required", "", "required");
  const auto text = as_text(location.value().at(key)).value_or("");
  char* end = nullptr;
  const double degrees = std::strtod(text.c_str(), &end);
  if (text.empty() || end != text.c_str() + text.size() || !(std::fabs(degrees) <= most))
    location.note(key,
                  "degrees from -" + std::to_string(static_cast<int>(most)) + " to " +
                      std::to_string(static_cast<int>(most)),
                  text.substr(0, 24), "invalid");
}

bool is_date(std::string_view text) {
  constexpr std::string_view shape = "dddd-dd-dd";
  return text.size() == shape.size() && std::equal(text.begin(), text.end(), shape.begin(), [](char c, char s) {
           return s == 'd' ? c >= '0' && c <= '9' : c == s;
         });
}

void check_contact(const request_checker& contact) {
  const auto name = contact.required_object("name");
  name.required_text("formatted_name", any_length);
  bool has_part = false;
  for (const char* part : {"first_name", "last_name", "middle_name", "prefix", "suffix"}) {
    const auto text = name.optional_text(part, any_length);
    has_part = has_part || (text && !text->empty());
  }
  if (name && !has_part)
    name.note("one of first_name, last_name, middle_name, prefix, suffix beside formatted_name", "", "required");
  if (const auto birthday = contact.optional_text("birthday", any_length); birthday && !is_date(*birthday))
    contact.note("birthday", "a date such as 1999-01-23", std::string(birthday->substr(0, 24)), "invalid");
  contact.optional_object("org");
  for (const char* list : {"phones", "emails", "addresses", "urls"})
    contact.optional_items(list, any_length, list);
}

} // namespace

void check_media(const request_checker& media, std::string_view kind) {
  if (media && !media.has("id") && !media.has("link"))
    media.note("id", "id or link is required", "", "required");
  if (media.has("id"))
    media.required_text("id", any_length);
  if (media.has("link"))
    media.required_url("link");
  if (kind == "audio" || kind == "sticker")
    media.forbid("caption", "this kind of media has no caption");
  else
    media.optional_text("caption", caption_max);
  if (kind == "document")
    media.optional_text("filename", any_length);
  if (kind == "audio")
    media.optional_bool("voice");
}

void check_text(const request_checker& text) {
  text.required_text("body", 4096);
  text.optional_bool("preview_url");
}

void check_location(const request_checker& location) {
  check_coordinate(location, "latitude", 90);
  check_coordinate(location, "longitude", 180);
  location.optional_text("name", any_length);
  location.optional_text("address", any_length);
}

void check_contacts(const request_checker& message) {
  for (const auto& contact : message.required_items("contacts", 1, contacts_max, "contacts"))
    check_contact(contact);
}

void check_reaction(const request_checker& message) {
  message.forbid("context", "a reaction cannot quote a message");
  const auto reaction = message.required_object("reaction");
  reaction.required_text("message_id", any_length);
  if (reaction && !reaction.has("emoji"))
    reaction.note("emoji", "required; empty text takes the reaction back", "", "required");
  reaction.optional_text("emoji", any_length);
}

} // namespace wakala::whatsapp
