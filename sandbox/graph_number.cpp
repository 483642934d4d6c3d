// Calls about a number (Cloud API reference §3.6, §18).
#include "sandbox/graph_call.hpp"
#include "sandbox/number_view.hpp"
#include "sandbox/request_parts.hpp"

namespace wakala::sandbox {

using json = nlohmann::ordered_json;

namespace {

graph_outcome describe_number(call_context& context, const business_number& number, const graph_call& call) {
  const auto fields = fields_of(call, {"verified_name", "code_verification_status", "display_phone_number",
                                       "quality_rating", "platform_type", "throughput", "id"});
  if (auto refusal = refuse_unknown_fields(fields, number_fields(), "WhatsAppBusinessPhoneNumber", context.ids))
    return {std::move(*refusal), {}, {}};
  const auto& owner = context.held.accounts.of(number.waba_id, number.name);
  return {answer_json(view_of(number, owner, context.held.files, fields, context.now)), {}, {}};
}

/// `POST /{number}`: an own callback, or a new PIN.
graph_outcome change_number(call_context& context, business_number& number, const graph_call& call) {
  const auto& parameters = call.parameters;
  if (const auto at = parameters.find("webhook_configuration"); at != parameters.end() && at->is_object())
    return set_callback(context, context.held.files[number.id].callback, *at, call.callback_verified);
  if (parameters.contains("pin"))
    return change_pin(context, number, call);
  return {refuse(100, "webhook_configuration or pin is required.", context.ids.trace_id()), {}, {}};
}

} // namespace

std::optional<graph_outcome> call_number(call_context& context, business_number& number, const graph_call& call) {
  const auto post = call.method == "POST";
  if (call.edge.empty() && call.method == "GET")
    return describe_number(context, number, call);
  if (call.edge.empty() && post)
    return change_number(context, number, call);
  if (call.edge == "register" && post)
    return register_number(context, number, call);
  if (call.edge == "deregister" && post)
    return deregister_number(context, number);
  if (call.edge == "request_code" && post)
    return request_code(context, number, call);
  if (call.edge == "verify_code" && post)
    return verify_code(context, number, call);
  if (call.edge == "whatsapp_business_profile" && (post || call.method == "GET"))
    return business_profile(context, number, call);
  if (call.edge == "block_users" && (post || call.method == "GET" || call.method == "DELETE"))
    return block_users(context, number, call);
  return std::nullopt;
}

} // namespace wakala::sandbox
