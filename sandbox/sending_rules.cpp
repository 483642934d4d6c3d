#include "sandbox/sending_rules.hpp"

#include "sandbox/request_parts.hpp"
#include "sandbox/template_match.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wakala::sandbox {

using json = nlohmann::ordered_json;

namespace {

bool is_template(const json& request) { return text_or(request, "type") == "template"; }

const stored_template* template_of(const registry& held, const business_number& number, const json& request) {
  if (!is_template(request))
    return nullptr;
  const auto& message = request["template"];
  const auto language = message.contains("language") ? text_or(message["language"], "code") : std::string{};
  return held.templates.find(number.waba_id, text_or(message, "name"), language);
}

std::optional<graph_answer> template_refusal(call_context& context, const business_number& number,
                                             const json& request) {
  const auto& held = context.held;
  if (!held.strict_templates && held.templates.count(number.waba_id) == 0)
    return std::nullopt;
  const auto* one = template_of(held, number, request);
  const auto& message = request["template"];
  const auto name = text_or(message, "name");
  if (one && one->status == "PAUSED")
    return refuse(132015, fmt::format("template ({}) is paused", name), context.ids.trace_id());
  if (one && one->status == "DISABLED")
    return refuse(132016, fmt::format("template ({}) is disabled", name), context.ids.trace_id());
  if (!one || one->status != "APPROVED")
    return refuse(132001,
                  fmt::format("template name ({}) does not exist in {}", name,
                              message.contains("language") ? text_or(message["language"], "code") : ""),
                  context.ids.trace_id());
  if (const auto wrong = mismatch(one->definition, message); !wrong.empty())
    return refuse(132000, wrong, context.ids.trace_id());
  return std::nullopt;
}

} // namespace

std::optional<graph_answer> refusal_of(call_context& context, const business_number& number, const account& owner,
                                       const json& request) {
  auto& ids = context.ids;
  if (owner.gone)
    return refuse_unknown_object("post", number.id, ids.trace_id());
  if (!number.condition.registered)
    return refuse(133010, {}, ids.trace_id());
  if (owner.ban == "DISABLE" || number.condition.status == "BANNED")
    return refuse(131031, "The WhatsApp Business Account is disabled.", ids.trace_id());
  const auto* kind =
      is_template(request) ? "RESTRICTED_BIZ_INITIATED_MESSAGING" : "RESTRICTED_CUSTOMER_INITIATED_MESSAGING";
  if (is_restricted(owner, kind, context.now))
    return refuse(368, fmt::format("The account has the restriction {}.", kind), ids.trace_id());
  if (!name_is_approved(number.condition))
    return refuse(131037, "The display name of this number is not approved.", ids.trace_id());
  return is_template(request) ? template_refusal(context, number, request) : std::nullopt;
}

int failure_of(call_context& context, const business_number& number, account& owner, const json& request,
               const recipient_state& who) {
  if (number.condition.spam_limited)
    return 131048;
  if (!is_template(request))
    return 0;
  if (number.condition.unpaid)
    return 131042;
  if (who.marketing_stopped && category_of(context.held, number, request) == "marketing")
    return 131050;
  return who.window_open || count_reached(owner, who.key, context.now) ? 0 : 131048;
}

std::string category_of(const registry& held, const business_number& number, const json& request) {
  if (!is_template(request))
    return "service";
  const auto* one = template_of(held, number, request);
  auto category = one ? one->category : std::string{"UTILITY"};
  std::ranges::transform(category, category.begin(), [](char c) { return static_cast<char>(c + 32); });
  return category;
}

} // namespace wakala::sandbox
