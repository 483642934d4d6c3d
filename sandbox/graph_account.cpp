// Calls about an account (Cloud API reference §3.6, §18).
#include "sandbox/graph_call.hpp"
#include "sandbox/number_view.hpp"
#include "sandbox/request_parts.hpp"

#include <fmt/format.h>

namespace wakala::sandbox {

using json = nlohmann::ordered_json;

namespace {

graph_outcome describe_account(call_context& context, const account& whose, const graph_call& call) {
  static const std::vector<std::string> known{"id",
                                              "name",
                                              "currency",
                                              "timezone_id",
                                              "message_template_namespace",
                                              "account_review_status",
                                              "business_verification_status",
                                              "health_status"};
  const auto fields = fields_of(call, {"id", "name", "timezone_id", "message_template_namespace"});
  if (auto refusal = refuse_unknown_fields(fields, known, "WhatsAppBusinessAccount", context.ids))
    return {std::move(*refusal), {}, {}};
  json shown = json::object();
  for (const auto& field : fields) {
    if (field == "name")
      shown[field] = whose.name;
    else if (field == "currency")
      shown[field] = "USD";
    else if (field == "timezone_id")
      shown[field] = "1";
    else if (field == "message_template_namespace")
      shown[field] = fmt::format("sandbox_{}", whose.id);
    else if (field == "account_review_status")
      shown[field] = whose.review;
    else if (field == "business_verification_status")
      shown[field] = whose.verification;
    else if (field == "health_status")
      shown[field] = health_of(whose, context.now);
  }
  shown["id"] = whose.id;
  return {answer_json(shown), {}, {}};
}

graph_outcome list_numbers(call_context& context, const account& whose, const graph_call& call) {
  const auto fields = fields_of(call, {"verified_name", "code_verification_status", "display_phone_number",
                                       "quality_rating", "status", "platform_type", "throughput", "id"});
  if (auto refusal = refuse_unknown_fields(fields, number_fields(), "WhatsAppBusinessPhoneNumber", context.ids))
    return {std::move(*refusal), {}, {}};
  auto items = json::array();
  for (const auto& number : context.held.numbers.all())
    if (number.waba_id == whose.id)
      items.push_back(view_of(number, whose, context.held.files, fields, context.now));
  return {answer_json(page_of(items, call, 25)), {}, {}};
}

graph_outcome subscriptions(call_context& context, account& whose, const graph_call& call) {
  if (call.method == "DELETE") {
    whose.subscribed = false;
    whose.callback = {};
    return {answer_success(), {}, {}};
  }
  if (call.method == "POST") {
    auto outcome = set_callback(context, whose.callback, call.parameters, call.callback_verified);
    if (!outcome.check && outcome.answer.status == 200)
      whose.subscribed = true;
    return outcome;
  }
  auto apps = json::array();
  if (whose.subscribed) {
    json app{{"whatsapp_business_api_data",
              {{"link", "https://www.facebook.com/games/?app_id=1"}, {"name", "Sandbox app"}, {"id", "1"}}}};
    if (!whose.callback.uri.empty())
      app["override_callback_uri"] = whose.callback.uri;
    apps.push_back(std::move(app));
  }
  return {answer_json({{"data", std::move(apps)}}), {}, {}};
}

} // namespace

std::optional<graph_outcome> call_account(call_context& context, account& whose, const graph_call& call) {
  if (call.edge.empty() && call.method == "GET")
    return describe_account(context, whose, call);
  if (call.edge == "phone_numbers" && call.method == "GET")
    return list_numbers(context, whose, call);
  if (call.edge == "subscribed_apps" && (call.method == "GET" || call.method == "POST" || call.method == "DELETE"))
    return subscriptions(context, whose, call);
  return call_templates(context, whose, call);
}

} // namespace wakala::sandbox
