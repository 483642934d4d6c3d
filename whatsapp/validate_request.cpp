// What every request has in common, and which rules go with which type (Cloud API reference §9.1–9.3).
#include "whatsapp/json_read.hpp"
#include "whatsapp/validate_parts.hpp"

#include <algorithm>
#include <cctype>

namespace wakala::whatsapp {

using nlohmann::json;

namespace {

/// A number with country code: digits, an optional leading `+`, and the punctuation people write between them.
bool is_phone_number(std::string_view text) {
  constexpr std::size_t digits_min = 5;
  constexpr std::size_t digits_max = 15; // E.164
  if (text.starts_with('+'))
    text.remove_prefix(1);
  std::size_t digits = 0;
  for (const char c : text) {
    if (c >= '0' && c <= '9')
      ++digits;
    else if (c != ' ' && c != '-' && c != '(' && c != ')' && c != '.')
      return false;
  }
  return digits >= digits_min && digits <= digits_max;
}

/// `<country>.<1–128 letters or digits>`, or `<country>.ENT.<…>` (§8).
bool is_user_id(std::string_view text) {
  constexpr std::size_t length_max = 128;
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (text.size() < 4 || !is_capital(text[0]) || !is_capital(text[1]) || text[2] != '.')
    return false;
  text.remove_prefix(3);
  if (text.starts_with("ENT."))
    text.remove_prefix(4);
  return !text.empty() && text.size() <= length_max && std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0;
  });
}

void check_recipient(const request_checker& message) {
  const auto kind = message.optional_word("recipient_type", {"individual", "group"});
  if (!message.has("to") && !message.has("recipient"))
    return message.note("to", "to or recipient is required", "", "required");
  if (message.has("to")) {
    const auto to = message.required_text("to", any_length);
    if (to && !to->empty() && kind != "group" && !is_phone_number(*to))
      message.note("to", "a phone number in digits, with or without +", std::to_string(to->size()) + " characters",
                   "invalid");
  }
  if (message.has("recipient")) {
    const auto id = message.required_text("recipient", any_length);
    if (id && !id->empty() && !is_user_id(*id))
      message.note("recipient", "a business-scoped user id such as KE.134912",
                   std::to_string(id->size()) + " characters", "invalid");
  }
}

void check_read_receipt(const request_checker& message) {
  message.required_word("status", {"read"});
  message.required_text("message_id", any_length);
  if (const auto typing = message.optional_object("typing_indicator"))
    typing.required_word("type", {"text"});
}

void check_content(const request_checker& message, std::string_view type) {
  if (type == "contacts")
    return check_contacts(message);
  if (type == "reaction")
    return check_reaction(message);
  const auto content = message.required_object(std::string(type).c_str());
  if (type == "text")
    check_text(content);
  else if (type == "location")
    check_location(content);
  else if (type == "interactive")
    check_interactive(content);
  else if (type == "template")
    check_template(content);
  else
    check_media(content, type);
}

} // namespace

std::vector<violation> validate_request(const json& request) {
  std::vector<violation> found;
  const request_checker message(request, found);
  if (!request.is_object()) {
    message.note("an object", request.type_name(), "invalid");
    return found;
  }
  message.required_word("messaging_product", {"whatsapp"});
  if (message.has("status")) {
    check_read_receipt(message);
    return found;
  }
  check_recipient(message);
  message.optional_text("biz_opaque_callback_data", 512);
  if (const auto context = message.optional_object("context"))
    context.required_text("message_id", any_length);
  if (!message.has("type"))
    check_content(message, "text");
  else if (const auto type =
               message.optional_word("type", {"text", "image", "video", "audio", "document", "sticker", "location",
                                              "contacts", "reaction", "interactive", "template"}))
    check_content(message, *type);
  return found;
}

} // namespace wakala::whatsapp
