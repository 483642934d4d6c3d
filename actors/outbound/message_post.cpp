#include "actors/outbound/message_post.hpp"

#include "actors/outbound/number_gate.hpp"
#include "whatsapp/json_read.hpp"
#include "whatsapp/normalise_request.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace wakala::actors {

using nlohmann::json;
using whatsapp::text_or_empty;
using whatsapp::violation;

namespace {

std::string digits_of(const std::string& number) {
  std::string digits;
  std::copy_if(number.begin(), number.end(), std::back_inserter(digits), [](char c) { return c >= '0' && c <= '9'; });
  return digits;
}

/// The words of it, for the transcript.
std::string summary_of(const json& request, const std::string& type) {
  if (const auto typed = whatsapp::parse_request(request))
    return whatsapp::summary_text(*typed);
  const auto& content = request.contains(type) ? request.at(type) : request;
  for (const char* name : {"body", "caption", "name", "emoji"})
    if (auto text = text_or_empty(content, name); !text.empty())
      return text;
  if (content.is_object() && content.contains("body"))
    return text_or_empty(content.at("body"), "text");
  return {};
}

void check_what_is_ours(const json& request, std::vector<violation>& found) {
  if (request.contains("biz_opaque_callback_data"))
    found.push_back({"/biz_opaque_callback_data", "left out: the shop knows its messages by it; use their id",
                     "present", "not_allowed"});
  if (text_or_empty(request, "recipient_type") == "group")
    found.push_back({"/recipient_type", "individual", "group", "not_supported"});
}

} // namespace

send_priority priority_of(std::string_view request) noexcept {
  return is_template(request) ? send_priority::notification : send_priority::reply;
}

checked_post check_post(json request, std::string number_id, std::string repeat_key) {
  checked_post checked;
  whatsapp::decode_members(request);
  whatsapp::normalise_request(request);
  if (request.is_object() && !request.contains("messaging_product"))
    request["messaging_product"] = "whatsapp";
  checked.violations = whatsapp::validate_request(request);
  if (request.is_object())
    check_what_is_ours(request, checked.violations);
  if (!checked.violations.empty())
    return checked;
  if (request.contains("status")) {
    checked.what = read_post{std::move(number_id), request.dump()};
    return checked;
  }
  message_post post;
  post.number_id = std::move(number_id);
  post.repeat_key = std::move(repeat_key);
  post.phone = digits_of(text_or_empty(request, "to"));
  post.user_id = text_or_empty(request, "recipient");
  if (!post.phone.empty())
    request["to"] = "+" + post.phone; // without it the number's own country code may be put in front (§2.3)
  request["recipient_type"] = "individual";
  if (!request.contains("type"))
    request["type"] = "text";
  post.type = text_or_empty(request, "type");
  post.summary = summary_of(request, post.type);
  if (request.contains("context"))
    post.context_id = text_or_empty(request.at("context"), "message_id");
  post.request = request.dump();
  if (post.is_template()) { // both are there: it was found good
    post.template_name = text_or_empty(request.at("template"), "name");
    post.template_language = text_or_empty(request.at("template").value("language", json::object()), "code");
  }
  post.priority = priority_of(post.request);
  if (post.request.size() > request_bytes_max)
    checked.violations.push_back({"", "max " + std::to_string(request_bytes_max) + " bytes in all",
                                  std::to_string(post.request.size()), "too_long"});
  checked.what = std::move(post);
  return checked;
}

} // namespace wakala::actors
