// What the Graph API answers to a send (Cloud API reference §10.1, §10.2).
#include "whatsapp/event.hpp"
#include "whatsapp/json_read.hpp"
#include "whatsapp/json_text.hpp"
#include "whatsapp/outbound.hpp"

#include <charconv>

namespace wakala::whatsapp {

using nlohmann::json;

namespace {

constexpr int object_does_not_exist = 33;
constexpr int invalid_parameter = 100;

std::optional<int> integer_member(const json& object, const char* key) {
  const auto text = text_or_empty(object, key);
  int value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failure == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

send_error no_graph_error(int http_status) {
  send_error e;
  e.no_code = true;
  e.http_status = http_status;
  e.details = "HTTP status " + std::to_string(http_status) + " without a Graph API answer";
  return e;
}

send_error read_error_object(int http_status, const json& object) {
  send_error e;
  e.http_status = http_status;
  const auto code = integer_member(object, "code");
  e.code = code.value_or(0);
  e.no_code = !code;
  // Code 100 says "invalid parameter" and means by this subcode that the number or token is not ours (§10.3).
  if (e.code == invalid_parameter && integer_member(object, "error_subcode") == object_does_not_exist)
    e.code = object_does_not_exist;
  if (const json* data = object_member(object, "error_data"))
    e.details = text_or_empty(*data, "details");
  for (const char* key : {"error_user_msg", "message"})
    if (e.details.empty())
      e.details = text_or_empty(object, key);
  e.trace_id = text_or_empty(object, "fbtrace_id");
  return e;
}

} // namespace

std::variant<send_answer, send_error> parse_answer(int http_status, std::string_view body) {
  const auto parsed = parse_json(body, nesting_max);
  if (!parsed)
    return no_graph_error(http_status);
  if (const json* error = object_member(*parsed, "error"))
    return read_error_object(http_status, *error);
  const bool good = http_status >= 200 && http_status < 300;
  const json* messages = array_member(*parsed, "messages");
  const json* success = member(*parsed, "success");
  send_answer answer;
  if (messages != nullptr && !messages->empty())
    answer.message_id = text_or_empty(messages->front(), "id");
  const bool receipt = success != nullptr && success->is_boolean() && success->get<bool>();
  if (!good || (answer.message_id.empty() && !receipt))
    return no_graph_error(http_status);
  if (const json* contacts = array_member(*parsed, "contacts"); contacts != nullptr && !contacts->empty()) {
    answer.wa_id = text_or_empty(contacts->front(), "wa_id");
    answer.user_id = text_or_empty(contacts->front(), "user_id");
  }
  return answer;
}

} // namespace wakala::whatsapp
