// Conversations and their transcripts.
#include "http/admin_call.hpp"
#include "http/admin_handlers.hpp"
#include "http/status.hpp"

#include <algorithm>

namespace wakala::http {

std::string contact_of(const std::string& text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_ornament = [](char c) { return c == '+' || c == ' ' || c == '-' || c == '(' || c == ')'; };
  const bool is_number = std::any_of(text.begin(), text.end(), is_digit) &&
                         std::all_of(text.begin(), text.end(), [&](char c) { return is_digit(c) || is_ornament(c); });
  if (!is_number)
    return text;
  std::string digits;
  std::copy_if(text.begin(), text.end(), std::back_inserter(digits), is_digit);
  return digits;
}

void list_conversations(admin_call& call) {
  if (auto wanted = read_page(call.what, is_hex_cursor))
    call.actors().conversations(call.value("tenant"), std::move(wanted->after), wanted->limit, answer_with(call.to));
  else
    call.to.send(problem_for(wanted.error()));
}

void get_conversation(admin_call& call) {
  call.actors().conversation(call.value("tenant"), contact_of(call.value("contact")), answer_with(call.to));
}

result<bool> flag_of(const request_head& what, std::string_view name) {
  const auto given = query_values{what.query}.find(name);
  if (!given || *given == "false")
    return false;
  if (*given == "true")
    return true;
  return make_error(errc::invalid_argument, "must be true or false", std::string(name));
}

void hand_over_conversation(admin_call& call) {
  call.actors().take_turn(call.value("tenant"), contact_of(call.value("contact")), true, false, answer_with(call.to));
}

void hand_back_conversation(admin_call& call) {
  if (const auto greets = flag_of(call.what, "greet"))
    call.actors().take_turn(call.value("tenant"), contact_of(call.value("contact")), false, *greets,
                            answer_with(call.to));
  else
    call.to.send(problem_for(greets.error()));
}

void list_messages(admin_call& call) {
  if (auto wanted = read_page(call.what, is_ordinal_cursor))
    call.actors().messages(call.value("tenant"), contact_of(call.value("contact")), std::move(wanted->after),
                           wanted->limit, answer_with(call.to));
  else
    call.to.send(problem_for(wanted.error()));
}

} // namespace wakala::http
