// What becomes of an accepted message, and when its webhooks go out.
#include "sandbox/backend.hpp"
#include "sandbox/control_calls.hpp"
#include "sandbox/sending_rules.hpp"
#include "sandbox/template_review.hpp"

#include <nlohmann/json.hpp>

namespace wakala::sandbox {

using json = nlohmann::ordered_json;

namespace {

constexpr span_ms duplicate_gap{0, 400};

} // namespace

timed_update backend::plan_change(const meta_change& change) {
  const auto* number = change.phone_number_id.empty() ? held_.numbers.first_of(change.waba_id)
                                                      : held_.numbers.find(change.phone_number_id);
  const json shown{{"value", change.value}, {"field", change.field}};
  webhook_update update;
  update.phone_number_id = number ? number->id : change.phone_number_id;
  update.change = {change.waba_id, meta_dump(shown), 0};
  if (is_management_field(change.field))
    update.change.time_s = (clock_->now() + change.after_ms) / ms_per_second;
  update.field = change.field;
  update.template_id = change.template_id;
  auto timed = plan(std::move(update), change.waba_id + "|" + change.field, change_count_++);
  timed.after_ms = change.after_ms;
  return timed;
}

std::vector<timed_update> backend::plan_changes(const std::vector<meta_change>& changes) {
  std::vector<timed_update> updates;
  for (const auto& change : changes)
    updates.push_back(plan_change(change));
  return updates;
}

timed_update backend::plan(webhook_update update, const std::string& subject, std::uint64_t n) const {
  const auto& spec = options_.chaos;
  timed_update timed;
  timed.held_ms = dice_.pick(spec.delay_ms, "delay_ms", subject, n);
  if (dice_.chance(spec.reorder, "reorder", subject, n))
    timed.held_ms += dice_.pick(spec.reorder_ms, "reorder_ms", subject, n);
  if (dice_.chance(spec.duplicate, "duplicate", subject, n))
    timed.again_after_ms = dice_.pick(duplicate_gap, "duplicate gap", subject, n);
  timed.update = std::move(update);
  return timed;
}

std::vector<timed_update> backend::plan_statuses(const business_number& number, const shopper& who, pair_state& pair,
                                                 const accepted_message& message, const json& request) {
  const auto& spec = options_.chaos;
  const auto subject = number.id + "|" + who.key();
  std::vector<std::string_view> course{"sent", "delivered", "read"};
  auto error_code = 0;
  const auto window_open = window_is_open(pair);
  auto calling = context();
  const recipient_state recipient{who.key(), window_open, pair.marketing_stopped};
  error_code = failure_of(calling, number, owner_of(number), request, recipient);
  if (error_code == 0 && spec.window && !window_open && message.type != "template")
    error_code = 131047;
  if (error_code != 0) {
    course = {"failed"};
  } else if (dice_.chance(spec.fail, "fail", subject, pair.updates)) {
    course = {"sent", "failed"};
    error_code = 131026;
  } else if (message.type == "reaction") {
    course = {"sent"};
  } else if (message.type == "audio" && message.body.find("\"voice\":true") != std::string::npos) {
    course.emplace_back("played");
  }
  status_facts facts;
  facts.wamid = message.wamid;
  facts.callback_data = message.callback_data;
  facts.conversation_id = ids_.conversation_id();
  facts.category = category_of(held_, number, request);
  facts.error_code = error_code;
  std::vector<timed_update> updates;
  std::int64_t after = 0;
  for (const auto status : course) {
    const auto n = pair.updates++;
    after += dice_.pick(spec.status_ms, "status_ms", subject, n);
    facts.status = status;
    facts.at = clock_->now() + after;
    auto timed = plan(
        {number.id, {number.waba_id, meta_dump(status_change(number, who, facts))}, {}, facts.wamid, facts.status},
        subject, n);
    timed.after_ms = after;
    timed.lost = dice_.chance(spec.status_loss, "status_loss", subject, n);
    updates.push_back(std::move(timed));
  }
  return updates;
}

bool backend::happened(const webhook_update& update) {
  if (!update.template_id.empty()) {
    const auto change = json::parse(update.change.change, nullptr, false);
    return end_review(held_, update.template_id, change["value"]);
  }
  if (update.status.empty())
    return true;
  record_.note_status(update.wamid, update.status);
  record_.feed({{"kind", "status"}, {"at", clock_->now()}, {"wamid", update.wamid}, {"status", update.status}});
  return true;
}

void backend::acknowledged(const webhook_update& update) {
  if (update.status.empty() && !update.wamid.empty())
    record_.feed({{"kind", "acknowledged"}, {"at", clock_->now()}, {"wamid", update.wamid}});
}

} // namespace wakala::sandbox
