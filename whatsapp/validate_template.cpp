// Template messages (Cloud API reference §9.5). What depends on the approved template (how many parameters, the
// length of the filled body) cannot be told from the request.
#include "whatsapp/json_read.hpp"
#include "whatsapp/validate_parts.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace wakala::whatsapp {

using nlohmann::json;

namespace {

constexpr std::size_t name_max = 512;
constexpr std::size_t code_max = 15;
constexpr std::size_t cards_max = 10;
constexpr long long button_index_max = 9;

/// Type words are accepted in any letter case.
std::string lower_word(const request_checker& at, const char* key) {
  std::string word = at ? text_or_empty(at.value(), key) : std::string{};
  std::transform(word.begin(), word.end(), word.begin(),
                 [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
  return word;
}

void unknown_word(const request_checker& at, const char* key, std::string_view allowed) {
  if (at.has(key))
    at.note(key, "one of " + std::string(allowed), lower_word(at, key).substr(0, 40), "invalid");
  else
    at.note(key, "required", "", "required");
}

/// The text of a variable: no newlines, no tabs, no run of more than four blanks.
void check_variable_text(const request_checker& parameter, const char* key) {
  const auto text = parameter.required_text(key, any_length);
  if (text &&
      (text->find_first_of("\n\r\t") != std::string_view::npos || text->find("     ") != std::string_view::npos))
    parameter.note(key, "no newlines, tabs or more than four blanks in a row", "", "invalid");
}

void check_header_parameter(const request_checker& parameter) {
  const auto type = lower_word(parameter, "type");
  if (type == "text")
    return check_variable_text(parameter, "text");
  if (type == "image" || type == "video" || type == "document" || type == "gif")
    return check_media(parameter.required_object(type.c_str()), type);
  if (type == "location")
    return check_location(parameter.required_object("location"));
  if (type == "product") {
    const auto product = parameter.required_object("product");
    product.required_text("product_retailer_id", any_length);
    product.required_text("catalog_id", any_length);
    return;
  }
  unknown_word(parameter, "type", "text, image, video, document, location, product");
}

void check_body_parameter(const request_checker& parameter) {
  const auto type = lower_word(parameter, "type");
  parameter.optional_text("parameter_name", any_length);
  if (type == "text")
    return check_variable_text(parameter, "text");
  if (type == "currency") {
    const auto currency = parameter.required_object("currency");
    currency.required_text("fallback_value", any_length);
    currency.required_text("code", 3);
    if (currency)
      currency.required_integer("amount_1000", -(1LL << 53), 1LL << 53);
    return;
  }
  if (type == "date_time") {
    parameter.required_object("date_time").required_text("fallback_value", any_length);
    return;
  }
  unknown_word(parameter, "type", "text, currency, date_time");
}

void check_button_action(const request_checker& parameter, std::string_view sub_type) {
  parameter.required_word("type", {"action"});
  const auto action = parameter.required_object("action");
  action.optional_text("thumbnail_product_retailer_id", any_length);
  if (sub_type == "mpm" && action)
    check_product_sections(action);
}

void check_button_parameter(const request_checker& parameter, std::string_view sub_type) {
  if (sub_type == "quick_reply") {
    parameter.required_word("type", {"payload"});
    parameter.required_text("payload", any_length);
  } else if (sub_type == "url") {
    parameter.required_word("type", {"text"});
    check_variable_text(parameter, "text");
  } else if (sub_type == "copy_code") {
    parameter.required_word("type", {"coupon_code"});
    parameter.required_text("coupon_code", code_max);
  } else if (sub_type == "catalog" || sub_type == "mpm" || sub_type == "flow") {
    check_button_action(parameter, sub_type);
  }
}

void check_button(const request_checker& button) {
  const auto sub_type = lower_word(button, "sub_type");
  button.required_integer("index", 0, button_index_max);
  constexpr std::array<std::string_view, 10> known{
      "quick_reply", "url",        "copy_code",     "catalog", "mpm",
      "flow",        "voice_call", "order_details", "spm",     "request_contact_info"};
  if (std::find(known.begin(), known.end(), sub_type) == known.end())
    return unknown_word(button, "sub_type", "quick_reply, url, copy_code, catalog, mpm, flow");
  for (const auto& parameter : button.optional_items("parameters", 1, "parameters"))
    check_button_parameter(parameter, sub_type);
}

void check_offer(const request_checker& component) {
  for (const auto& parameter : component.required_items("parameters", 1, 1, "parameters")) {
    parameter.required_word("type", {"limited_time_offer"});
    const auto offer = parameter.required_object("limited_time_offer");
    if (offer)
      offer.required_integer("expiration_time_ms", 0, 1LL << 53);
  }
}

enum class nesting : std::uint8_t { message, card };

void check_component(const request_checker& component, nesting level) {
  const auto type = lower_word(component, "type");
  if (type == "header") {
    for (const auto& parameter : component.optional_items("parameters", 1, "parameters"))
      check_header_parameter(parameter);
  } else if (type == "body") {
    for (const auto& parameter : component.optional_items("parameters", any_length, "parameters"))
      check_body_parameter(parameter);
  } else if (type == "button") {
    check_button(component);
  } else if (type == "limited_time_offer" && level == nesting::message) {
    check_offer(component);
  } else if (type == "carousel" && level == nesting::message) {
    for (const auto& card : component.required_items("cards", 1, cards_max, "cards")) {
      card.required_integer("card_index", 0, cards_max - 1);
      for (const auto& part : card.required_items("components", 1, any_length, "components"))
        check_component(part, nesting::card);
    }
  } else {
    unknown_word(component, "type",
                 level == nesting::message ? "header, body, button, limited_time_offer, carousel"
                                           : "header, body, button");
  }
}

} // namespace

void check_template(const request_checker& message_template) {
  const auto name = message_template.required_text("name", name_max);
  if (name && !std::all_of(name->begin(), name->end(),
                           [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }))
    message_template.note("name", "small letters, digits and _", std::string(name->substr(0, 40)), "invalid");
  message_template.required_object("language").required_text("code", any_length);
  for (const auto& component : message_template.optional_items("components", any_length, "components"))
    check_component(component, nesting::message);
}

} // namespace wakala::whatsapp
