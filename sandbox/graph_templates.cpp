// Calls about templates (Cloud API reference §13).
#include "sandbox/graph_call.hpp"
#include "sandbox/request_parts.hpp"
#include "sandbox/template_review.hpp"
#include "whatsapp/template_rules.hpp"

#include <algorithm>
#include <array>

namespace wakala::sandbox {

using json = nlohmann::ordered_json;

namespace {

constexpr std::size_t created_max = 100; // in an hour
constexpr std::size_t templates_max = 250;
constexpr std::size_t templates_max_verified = 6'000;
constexpr std::size_t edits_max = 10; // of an approved template, in 30 days

graph_outcome only(graph_answer answer) { return {std::move(answer), {}, {}}; }

graph_outcome faulty(call_context& context, const whatsapp::template_fault& fault) {
  return only(refuse_with_title(100, fault.subcode, fault.title, fault.message, context.ids.trace_id()));
}

std::string upper_category(whatsapp::template_category category) {
  switch (category) {
  case whatsapp::template_category::marketing:
    return "MARKETING";
  case whatsapp::template_category::utility:
    return "UTILITY";
  case whatsapp::template_category::authentication:
    return "AUTHENTICATION";
  }
  return {};
}

/// The body as a definition; what Meta no longer looks at is left out.
result<whatsapp::template_definition> read_definition(json body) {
  for (const auto* ignored : {"allow_category_change", "access_token", "cta_url_link_tracking_opted_out"})
    body.erase(ignored);
  if (auto format = body.find("parameter_format"); format != body.end() && format->is_string()) {
    auto word = format->get<std::string>();
    std::ranges::transform(word, word.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    *format = word;
  }
  return whatsapp::parse_template_definition(nlohmann::json(body));
}

std::size_t most_templates(const call_context& context, const account& whose) {
  const auto named = std::ranges::any_of(context.held.numbers.all(), [&](const business_number& number) {
    return number.waba_id == whose.id && name_is_approved(number.condition);
  });
  return whose.verification == "verified" && named ? templates_max_verified : templates_max;
}

/// A text that other templates of the account have, too: their body and footer.
bool repeats_another(const call_context& context, const stored_template& one) {
  const auto texts = [](const stored_template& from) {
    std::string text;
    for (const auto& component : from.definition.components) {
      if (const auto* body = std::get_if<whatsapp::body_definition>(&component))
        text += body->text + '\n';
      if (const auto* footer = std::get_if<whatsapp::footer_definition>(&component))
        text += footer->text;
    }
    return text;
  };
  return one.category != "AUTHENTICATION" &&
         std::ranges::any_of(context.held.templates.of(one.waba_id), [&](const stored_template* other) {
           return other->id != one.id && other->definition.name != one.definition.name && texts(*other) == texts(one);
         });
}

meta_change review(call_context& context, stored_template& one) {
  auto change = begin_review(context, one);
  if (change.value["event"] == "APPROVED" && repeats_another(context, one)) {
    change.value["event"] = "REJECTED";
    change.value["reason"] = "INVALID_FORMAT";
  }
  return change;
}

graph_outcome create(call_context& context, const account& whose, const graph_call& call) {
  auto& templates = context.held.templates;
  auto definition = read_definition(call.parameters);
  if (!definition)
    return faulty(context, {0, "Invalid parameter", definition.error().field + ": " + definition.error().what});
  if (const auto fault = fault_in(*definition))
    return faulty(context, *fault);
  if (templates.find(whose.id, definition->name, definition->language))
    return faulty(context, {2388024, "Content in this language already exists",
                            "There is already content in this language for this template."});
  if (templates.is_name_blocked(whose.id, definition->name, context.now))
    return faulty(context, {2388023, "Message template language is being deleted",
                            "A template of this name was deleted less than 30 days ago."});
  if (templates.count(whose.id) >= most_templates(context, whose) ||
      templates.created_lately(whose.id, context.now) >= created_max)
    return faulty(context, {2388019, "Message template limit exceeded", "There are too many templates."});
  stored_template one;
  one.id = context.ids.template_id();
  one.waba_id = whose.id;
  one.category = upper_category(definition->category);
  one.components = call.parameters["components"];
  one.definition = std::move(*definition);
  auto& kept = templates.add(std::move(one), context.now);
  auto change = review(context, kept);
  return {
      answer_json({{"id", kept.id}, {"status", kept.status}, {"category", kept.category}}), {std::move(change)}, {}};
}

const std::vector<std::string>& template_fields() {
  static const std::vector<std::string> fields{"id",
                                               "name",
                                               "language",
                                               "status",
                                               "category",
                                               "components",
                                               "quality_score",
                                               "rejected_reason",
                                               "parameter_format",
                                               "previous_category",
                                               "correct_category",
                                               "message_send_ttl_seconds"};
  return fields;
}

std::vector<std::string> asked_fields(const graph_call& call) {
  auto fields = fields_of(
      call, {"name", "parameter_format", "components", "language", "status", "category", "previous_category", "id"});
  if (std::ranges::find(fields, "id") == fields.end())
    fields.emplace_back("id");
  return fields;
}

graph_outcome list(call_context& context, const account& whose, const graph_call& call) {
  const auto fields = asked_fields(call);
  if (auto refusal = refuse_unknown_fields(fields, template_fields(), "WhatsAppMessageTemplate", context.ids))
    return only(std::move(*refusal));
  auto items = json::array();
  for (const auto* one : context.held.templates.of(whose.id)) {
    const auto fits = [&](const char* key, const std::string& value) {
      const auto wanted = text_or(call.parameters, key);
      return wanted.empty() || wanted == value;
    };
    if (fits("name", one->definition.name) && fits("language", one->definition.language) &&
        fits("status", one->status) && fits("category", one->category))
      items.push_back(to_json(*one, fields));
  }
  return only(answer_json(page_of(items, call, 25)));
}

graph_outcome erase(call_context& context, const account& whose, const graph_call& call) {
  auto& templates = context.held.templates;
  const auto name = text_or(call.parameters, "name");
  const auto id = text_or(call.parameters, "hsm_id");
  if (name.empty())
    return only(refuse(100, "The parameter name is required.", context.ids.trace_id()));
  std::vector<std::string> found;
  for (const auto* one : templates.of(whose.id))
    if (one->definition.name == name && (id.empty() || one->id == id))
      found.push_back(one->id);
  if (found.empty())
    return only(refuse(100, "There is no such template.", context.ids.trace_id()));
  for (const auto& each : found)
    templates.erase(each, context.now);
  return only(answer_success());
}

graph_outcome edit(call_context& context, stored_template& one, const graph_call& call) {
  const auto refused = [&](std::string_view details) { return only(refuse(100, details, context.ids.trace_id())); };
  if (one.status != "APPROVED" && one.status != "REJECTED" && one.status != "PAUSED")
    return refused("Only approved, rejected and paused templates can be edited.");
  json body = whatsapp::to_request(one.definition);
  for (const auto* key : {"components", "category", "message_send_ttl_seconds", "parameter_format"})
    if (call.parameters.contains(key))
      body[key] = call.parameters[key];
  auto definition = read_definition(std::move(body));
  if (!definition)
    return faulty(context, {0, "Invalid parameter", definition.error().field + ": " + definition.error().what});
  const auto approved = one.status == "APPROVED";
  if (approved && call.parameters.contains("category") && upper_category(definition->category) != one.category)
    return refused("The category of an approved template cannot be edited.");
  if (approved &&
      (one.edits.within(30 * ms_per_day, context.now) >= edits_max || context.now - one.edited_at < ms_per_day))
    return refused("An approved template can be edited once in 24 hours and ten times in 30 days.");
  if (const auto fault = fault_in(*definition))
    return faulty(context, *fault);
  if (approved) {
    one.edits.note(context.now);
    one.edited_at = context.now;
  }
  if (call.parameters.contains("components"))
    one.components = call.parameters["components"];
  if (!approved)
    one.category = upper_category(definition->category);
  one.definition = std::move(*definition);
  return {answer_success(), {review(context, one)}, {}};
}

graph_outcome unpause(call_context& context, stored_template& one) {
  if (one.status != "PAUSED")
    return only(refuse(100, "The template is not paused.", context.ids.trace_id()));
  one.status = "APPROVED";
  return {answer_success(), {template_status_change(one, "REINSTATED", context.now)}, {}};
}

} // namespace

std::optional<graph_outcome> call_templates(call_context& context, account& whose, const graph_call& call) {
  if (call.edge != "message_templates")
    return std::nullopt;
  if (call.method == "POST")
    return create(context, whose, call);
  if (call.method == "GET")
    return list(context, whose, call);
  if (call.method == "DELETE")
    return erase(context, whose, call);
  return std::nullopt;
}

std::optional<graph_outcome> call_template(call_context& context, stored_template& one, const graph_call& call) {
  if (call.edge == "unpause" && call.method == "POST")
    return unpause(context, one);
  if (!call.edge.empty())
    return std::nullopt;
  if (call.method == "POST")
    return edit(context, one, call);
  if (call.method != "GET")
    return std::nullopt;
  const auto fields = asked_fields(call);
  if (auto refusal = refuse_unknown_fields(fields, template_fields(), "WhatsAppMessageTemplate", context.ids))
    return only(std::move(*refusal));
  return only(answer_json(to_json(one, fields)));
}

} // namespace wakala::sandbox
