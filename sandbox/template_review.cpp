#include "sandbox/template_review.hpp"

#include "sandbox/control_calls.hpp"
#include "sandbox/request_parts.hpp"
#include "whatsapp/template_rules.hpp"

#include <algorithm>
#include <charconv>

namespace wakala::sandbox {

using json = nlohmann::ordered_json;

namespace {

/// Meta writes `en-US` in some fields and `en_US` in others.
std::string dashed(std::string language) {
  std::ranges::replace(language, '_', '-');
  return language;
}

json value_of(const stored_template& one, bool dash) {
  std::uint64_t id = 0;
  std::from_chars(one.id.data(), one.id.data() + one.id.size(), id);
  return {{"message_template_id", id},
          {"message_template_name", one.definition.name},
          {"message_template_language", dash ? dashed(one.definition.language) : one.definition.language}};
}

meta_change change_of(const stored_template& one, std::string field, json value) {
  return {one.waba_id, {}, std::move(field), std::move(value), {}, 0};
}

} // namespace

meta_change template_status_change(const stored_template& one, std::string_view event, time_ms now) {
  json value{{"event", event}};
  value.update(value_of(one, true));
  if (event == "FLAGGED") {
    value["reason"] = nullptr;
    value["disable_info"] = {{"disable_date", english_date(now + 30 * ms_per_day)}};
    return change_of(one, "message_template_status_update", std::move(value));
  }
  value["reason"] = event == "REJECTED" ? one.reason : "NONE";
  value["message_template_category"] = one.category;
  if (event == "REJECTED" && one.reason == "INVALID_FORMAT")
    value["rejection_info"] = {
        {"reason", "Your template has parameters placed next to each other (like {{1}}{{2}}) without text or "
                   "punctuation between them."},
        {"recommendation", "Separate parameters with descriptive text and ensure each parameter is clearly "
                           "contextualized."}};
  if (event == "PAUSED")
    value["other_info"] = {{"title", one.pauses <= 1 ? "FIRST_PAUSE" : "SECOND_PAUSE"},
                           {"description", "The template was paused because of its quality."}};
  if (event == "DISABLED")
    value["other_info"] = {{"title", "DISABLED"},
                           {"description", "The template was disabled because of its quality."}};
  if (event == "REINSTATED")
    value["other_info"] = {{"title", "UNPAUSE"}, {"description", "The template can be sent again."}};
  return change_of(one, "message_template_status_update", std::move(value));
}

meta_change template_quality_change(const stored_template& one, std::string_view previous) {
  json value{{"previous_quality_score", previous}, {"new_quality_score", one.quality}};
  value.update(value_of(one, false));
  return change_of(one, "message_template_quality_update", std::move(value));
}

meta_change template_category_change(const stored_template& one, time_ms announced_at) {
  auto value = value_of(one, true);
  if (announced_at > 0) {
    value["new_category"] = one.category;
    value["correct_category"] = one.correct_category;
    value["category_update_timestamp"] = announced_at / ms_per_second;
  } else {
    value["previous_category"] = one.previous_category;
    value["new_category"] = one.category;
  }
  return change_of(one, "template_category_update", std::move(value));
}

meta_change begin_review(call_context& context, stored_template& one) {
  one.status = "PENDING";
  const auto n = static_cast<std::uint64_t>(one.reviews++);
  const auto subject = one.waba_id + "|" + one.definition.name + "|" + one.definition.language;
  auto decided = one;
  decided.reason = objection_to(one.definition);
  if (decided.reason.empty() && context.dice.chance(context.spec.template_reject, "template_reject", subject, n))
    decided.reason = "PROMOTIONAL";
  if (decided.reason.empty() && one.category == "UTILITY" &&
      context.dice.chance(context.spec.template_marketing, "template_marketing", subject, n))
    decided.category = "MARKETING";
  const auto rejected = !decided.reason.empty();
  auto change = template_status_change(decided, rejected ? "REJECTED" : "APPROVED", context.now);
  change.template_id = one.id;
  change.after_ms = context.dice.pick(context.spec.review_ms, "review_ms", subject, n);
  return change;
}

bool end_review(registry& held, const std::string& template_id, const json& value) {
  auto* one = held.templates.find(template_id);
  if (!one || one->status != "PENDING")
    return false;
  one->status = text_or(value, "event");
  one->reason = text_or(value, "reason");
  const auto category = text_or(value, "message_template_category");
  if (category != one->category) {
    one->previous_category = one->category;
    one->category = category;
  }
  one->was_approved = one->was_approved || one->status == "APPROVED";
  return true;
}

} // namespace wakala::sandbox
