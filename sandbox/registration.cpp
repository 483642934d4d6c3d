// Registration, PINs and verification codes (Cloud API reference §10.3, §18). Meta publishes that a number can be
// registered and deregistered ten times in 72 hours; the other figures here are the sandbox's choice.
#include "sandbox/graph_call.hpp"
#include "sandbox/request_parts.hpp"

#include <fmt/format.h>

namespace wakala::sandbox {

using json = nlohmann::ordered_json;

namespace {

constexpr time_ms registrations_span = 72 * ms_per_hour;
constexpr std::size_t registrations_max = 10;
constexpr std::size_t wrong_pins_max = 5; // in an hour
constexpr time_ms wrong_pin_pause = 5 * ms_per_second;
constexpr std::size_t codes_max = 10; // in 72 hours

graph_outcome only(graph_answer answer) { return {std::move(answer), {}, {}}; }

meta_change security(const business_number& number, std::string_view event) {
  return {number.waba_id, number.id, "security", {{"display_phone_number", number.display}, {"event", event}}, {}, 0};
}

} // namespace

graph_outcome register_number(call_context& context, business_number& number, const graph_call& call) {
  auto& condition = number.condition;
  auto& file = context.held.files[number.id];
  const auto refused = [&](int code, std::string_view details) {
    return only(refuse(code, details, context.ids.trace_id()));
  };
  const auto pin = text_or(call.parameters, "pin");
  if (text_or(call.parameters, "messaging_product") != "whatsapp")
    return refused(100, "The parameter messaging_product is required.");
  if (!is_pin(pin))
    return refused(100, "The parameter pin must have six digits.");
  if (condition.code_verification_status != "VERIFIED")
    return refused(133006, "The phone number must be verified before it is registered.");
  if (file.registrations.within(registrations_span, context.now) >= registrations_max)
    return refused(133016, "The number was registered or deregistered too often in 72 hours.");
  if (file.wrong_pins.within(ms_per_hour, context.now) >= wrong_pins_max)
    return refused(133008, "Too many wrong PINs. Try again in 60 minutes.");
  if (file.last_wrong_pin > 0 && context.now - file.last_wrong_pin < wrong_pin_pause)
    return refused(133009, "The PIN was entered too quickly. Try again in 5 seconds.");
  if (!condition.pin.empty() && condition.pin != pin) {
    file.wrong_pins.note(context.now);
    file.last_wrong_pin = context.now;
    return refused(133005, "The two-step verification PIN is not this number's.");
  }
  file.registrations.note(context.now);
  file.wrong_pins = {};
  file.last_wrong_pin = 0;
  condition.pin = pin;
  condition.registered = true;
  condition.status = "CONNECTED";
  return only(answer_success());
}

graph_outcome deregister_number(call_context& context, business_number& number) {
  auto& file = context.held.files[number.id];
  if (!number.condition.registered)
    return only(refuse(133010, {}, context.ids.trace_id()));
  if (file.registrations.within(registrations_span, context.now) >= registrations_max)
    return only(
        refuse(133016, "The number was registered or deregistered too often in 72 hours.", context.ids.trace_id()));
  file.registrations.note(context.now);
  number.condition.registered = false;
  number.condition.status = "DISCONNECTED";
  return only(answer_success());
}

graph_outcome request_code(call_context& context, business_number& number, const graph_call& call) {
  auto& file = context.held.files[number.id];
  const auto method = text_or(call.parameters, "code_method");
  if ((method != "SMS" && method != "VOICE") || text_or(call.parameters, "language").empty())
    return only(refuse(100, "code_method (SMS or VOICE) and language are required.", context.ids.trace_id()));
  const auto asked = file.codes_asked.within(registrations_span, context.now);
  if (asked >= codes_max)
    return only(refuse_with_title(136024, 0, "The code could not be sent",
                                  "Too many codes were requested. Try later.", context.ids.trace_id()));
  file.codes_asked.note(context.now);
  file.verification_code =
      fmt::format("{:06}", context.dice.pick({0, 999'999}, "verification code", number.id, asked));
  return only(answer_success());
}

graph_outcome verify_code(call_context& context, business_number& number, const graph_call& call) {
  auto& file = context.held.files[number.id];
  if (file.verification_code.empty() || digits_of(text_or(call.parameters, "code")) != file.verification_code)
    return only(refuse_with_title(136025, 2388093, "The code could not be verified",
                                  "The code entered is not correct.", context.ids.trace_id()));
  file.verification_code.clear();
  number.condition.code_verification_status = "VERIFIED";
  return only(answer_success());
}

graph_outcome change_pin(call_context& context, business_number& number, const graph_call& call) {
  const auto pin = text_or(call.parameters, "pin");
  if (!is_pin(pin))
    return only(refuse(100, "The parameter pin must have six digits.", context.ids.trace_id()));
  number.condition.pin = pin;
  return {answer_success(), {security(number, "PIN_CHANGED")}, {}};
}

} // namespace wakala::sandbox
