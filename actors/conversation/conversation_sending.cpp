#include "actors/conversation/conversation.hpp"
#include "actors/conversation/conversation_parts.hpp"
#include "actors/conversation/send_policy.hpp"
#include "commerce/own_lists.hpp"
#include "runtime/core/log.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace wakala::actors {

using persistence::table;
using whatsapp::delivery_status;

namespace {

message_class class_of(const outbox_item& item) {
  if (item.read_mark || (item.is_posted && !is_template(item.request)))
    return message_class::service;
  return item.is_posted ? message_class::templated : message_class::reply;
}

/// Meta's answer when it cannot show any of the products (Cloud API reference §9.4).
constexpr int goods_refused = 131009;

/// A message that shows products of Meta's catalog.
bool shows_goods(const outbox_item& item) {
  const auto body = nlohmann::json::parse(item.request, nullptr, false);
  if (!body.is_object() || !body.contains("interactive") || !body.at("interactive").is_object())
    return false;
  const auto kind = body.at("interactive").value("type", "");
  return kind == "product" || kind == "product_list" || kind == "carousel";
}

} // namespace

void conversation::plan_pump(time_ms wait) {
  const auto now = context_->node->clock->now();
  if (pump_at_ > now && pump_at_ <= now + wait)
    return; // a look is planned that comes early enough
  pump_at_ = now + std::max<time_ms>(wait, 1);
  remind(std::chrono::milliseconds{pump_at_ - now}, pump_tick{++pump_generation_});
}

bool conversation::is_armed(std::uint64_t ordinal) const {
  const auto is_it = [&](const armed_call& call) { return call.ordinal == ordinal; };
  return activity_ && std::any_of(activity_->armed.begin(), activity_->armed.end(), is_it);
}

number_gate::permit_ptr conversation::permit_for(const outbox_item& item, time_ms now) {
  if (auto& grant = act().grant; grant && grant->ordinal == item.ordinal)
    return std::exchange(grant, std::nullopt)->permit;
  return context_->gates->at(item.number_id)->enter(now, false, class_of(item));
}

void conversation::arm(work& w) {
  const auto now = context_->node->clock->now();
  const auto& limits = context_->node->limits;
  const bool limited = context_->node->graph->has_limits();
  auto& count = *context_->node->count;
  const auto most = limited ? attempts_ahead_max : attempts_ahead_unlimited;
  auto ahead = act().armed.size() + (in_flight_ != 0 ? 1U : 0U);
  commit_draft draft;
  draft.conversation = id_;
  for (std::size_t i = 0; i < outbox_.size() && ahead < most; ++i) {
    if (outbox_[i].ordinal == in_flight_ || is_armed(outbox_[i].ordinal))
      continue;
    const auto ready = may_repeat_at(outbox_[i], limits.ambiguous_grace);
    if (outbox_[i].next_at > now || (outbox_[i].attempting && !outbox_[i].read_mark && (now < ready || ahead > 0)) ||
        now - outbox_[i].created_at > std::chrono::milliseconds{limits.outbox_ttl}.count() ||
        (limited && !outbox_[i].read_mark && pair_budget_.wait(now) > 0))
      break;
    auto permit = permit_for(outbox_[i], now);
    if (!permit)
      break;
    remember_outbox(w);
    auto& item = outbox_[i];
    ++ahead;
    const auto is_item = [&](const auto& f) { return f.first == item.ordinal; };
    const bool is_fresh = std::any_of(w.fresh.begin(), w.fresh.end(), is_item);
    if (item.read_mark) { // a courtesy: it needs no row to be forgotten by
      w.arming.push_back(armed_call{item.ordinal, item.number_id, std::move(item.request), std::move(permit)});
      if (!is_fresh)
        draft.personal.push_back(erased_record(table::outbox, ordinal_row_key(id_, item.ordinal)));
      outbox_.erase(outbox_.begin() + static_cast<std::ptrdiff_t>(i--));
      continue;
    }
    if (item.attempting) {
      ++item.ambiguous;
      count.sends_resent_after_ambiguity.fetch_add(1, std::memory_order_relaxed);
      log::warn("send.repeated_after_unknown_outcome",
                {{"tenant", context_->entry->config.id}, {"id", outbox_id(id_, item.ordinal)}});
    }
    if (limited)
      pair_budget_.take(now);
    item.attempting = true;
    item.attempt_at = now;
    if (!is_fresh)
      put_outbox(item, draft);
    w.arming.push_back(armed_call{item.ordinal, item.number_id, {}, std::move(permit)});
  }
  if (!draft.personal.empty())
    w.all.push_back(std::move(draft));
}

bool conversation::must_wait_for_results() const {
  return activity_ && std::any_of(activity_->results.begin(), activity_->results.end(), [](const send_result& r) {
           return r.outcome.what != send_outcome::kind::accepted;
         });
}

void conversation::transmit_next() {
  auto& armed = act().armed;
  while (in_flight_ == 0 && !armed.empty() && !must_wait_for_results()) {
    auto next = std::move(armed.front());
    armed.pop_front();
    is_marking_ = !next.read_mark.empty();
    const auto* item = find(next.ordinal);
    if (item == nullptr && !is_marking_)
      continue; // settled meanwhile
    in_flight_ = next.ordinal;
    in_flight_since_ = context_->node->clock->now();
    context_->node->count->sends_attempted.fetch_add(1, std::memory_order_relaxed);
    context_->node->graph->send(
        send_call{next.number_id, context_->entry->config.access_token,
                  is_marking_ ? std::move(next.read_mark) : item->request},
        [me = self(), ordinal = next.ordinal, number = next.number_id, permit = next.permit](send_outcome outcome) {
          number_gate::settle(permit, outcome);
          caf::anon_send(me, send_result{ordinal, number, std::move(outcome)});
        });
  }
}

void conversation::returned(send_result what) {
  const bool was_mark = in_flight_ == what.ordinal && is_marking_;
  if (in_flight_ == what.ordinal) {
    in_flight_ = 0;
    is_marking_ = false;
  }
  const auto& outcome = what.outcome;
  const auto lesson = context_->gates->at(what.number_id)
                          ->returned(outcome, context_->node->clock->now(), random_id_hash{}(id_) + what.ordinal);
  if (lesson != number_gate::lesson::none)
    send(context_->owner,
         number_news{what.number_id, outcome.failure.code, lesson == number_gate::lesson::recovered});
  if (lesson == number_gate::lesson::paused)
    log::error("sender.paused", {{"tenant", context_->entry->config.id},
                                 {"number", what.number_id},
                                 {"code", outcome.failure.code},
                                 {"why", to_string(whatsapp::classify(outcome.failure))}});
  // A mark as read is a courtesy: whatever became of it, it is not tried again.
  const bool goes_on =
      outcome.what == send_outcome::kind::accepted || (was_mark && lesson == number_gate::lesson::none);
  if (was_mark ? !goes_on : find(what.ordinal) != nullptr)
    act().results.push_back(std::move(what));
  if (goes_on)
    transmit_next(); // the row of the result may lag, the next message need not
  go();
}

void conversation::apply_result(work& w, const send_result& what) {
  remember_outbox(w);
  w.draft = commit_draft{};
  w.draft.conversation = id_;
  if (find(what.ordinal) == nullptr) {
    if (what.outcome.what == send_outcome::kind::accepted || act().armed.empty())
      return;  // a status was quicker
    disarm(w); // a mark as read found the number shut
    w.all.push_back(std::move(w.draft));
    return;
  }
  auto& item = *find(what.ordinal);
  const auto now = context_->node->clock->now();
  auto& count = *context_->node->count;
  const bool may_give_up = now - item.created_at > transient_patience ||
                           !(is_service_down(what.outcome) || context_->gates->at(item.number_id)->is_failing());
  const auto decision = decide(item, what.outcome, *context_->node->random, may_give_up);
  auto d = delivery_of(item.ordinal);
  d.at = now;
  d.attempts = attempts_of(item);
  d.ambiguous = item.ambiguous;
  const auto& failure = what.outcome.failure;
  const bool refused_by_meta = what.outcome.what == send_outcome::kind::refused;
  d.error_code = refused_by_meta && !failure.no_code ? std::to_string(failure.code) : "";
  d.error_text = refused_by_meta ? failure.details : what.outcome.why;
  const auto ordinal = item.ordinal;
  std::optional<outbox_item> goods;
  if (decision.what == send_decision::verdict::failed && refused_by_meta && !failure.no_code &&
      failure.code == goods_refused && !item.is_posted && shows_goods(item))
    goods = item;
  switch (decision.what) {
  case send_decision::verdict::accepted:
    d.status = delivery_status::accepted;
    d.message_id = what.outcome.answer.message_id;
    d.error_code.clear();
    d.error_text.clear();
    if (!d.message_id.empty())
      put_message_ref(ordinal, d.message_id, w.draft);
    erase_from_outbox(w, ordinal);
    count.sends_accepted.fetch_add(1, std::memory_order_relaxed);
    break;
  case send_decision::verdict::retry:
    d.status = delivery_status::queued;
    item.attempting = false;
    ++item.tries;
    item.next_at = now + decision.wait;
    put_outbox(item, w.draft);
    disarm(w);
    count.sends_retried.fetch_add(1, std::memory_order_relaxed);
    break;
  case send_decision::verdict::ambiguous:
    d.status = delivery_status::ambiguous;
    item.in_doubt_from = now; // the call may have left long after its row
    disarm(w);                // the row still says that an attempt is out, which is the truth
    count.sends_ambiguous.fetch_add(1, std::memory_order_relaxed);
    break;
  case send_decision::verdict::failed:
    d.status = delivery_status::failed;
    learn_from_code(w, refused_by_meta && !failure.no_code ? failure.code : -1, what.number_id, now, false);
    erase_from_outbox(w, ordinal);
    count.sends_failed.fetch_add(1, std::memory_order_relaxed);
    log::warn("send.failed", {{"tenant", context_->entry->config.id},
                              {"id", outbox_id(id_, ordinal)},
                              {"code", failure.code},
                              {"trace", failure.trace_id}});
    break;
  }
  put_delivery(w, ordinal, d);
  if (goods)
    show_goods_ourselves(w, *goods);
  w.all.push_back(std::move(w.draft));
}

void conversation::show_goods_ourselves(work& w, const outbox_item& refused) {
  send(context_->owner, number_news{refused.number_id, goods_refused});
  auto& record = record_of(w);
  auto about = known();
  about.at_meta = nullptr;
  auto stepped = commerce::show_in_own_lists(record.shop, about);
  if (stepped.replies.empty())
    return;
  record.shop = std::move(stepped.state);
  for (const auto& reply : stepped.replies)
    enqueue(w, recipient_of(record.shop.who), reply, refused.number_id, send_priority::reply);
  put_figures(stepped.figures, w.draft);
  put_state(w, record);
}

void conversation::disarm(work& w) {
  // At once, not when it is committed: what the commit says was not sent must not be sent meanwhile.
  w.disarm = true;
  for (auto& item : outbox_) {
    if (!is_armed(item.ordinal))
      continue;
    item.attempting = false; // it was not sent: it waits its turn again
    put_outbox(item, w.draft);
  }
  auto& armed = act().armed;
  w.disarmed.insert(w.disarmed.end(), std::move_iterator(armed.begin()), std::move_iterator(armed.end()));
  armed.clear();
}

void conversation::expire_front() {
  const auto item = outbox_.front();
  auto w = std::make_shared<work>();
  w->draft.conversation = id_;
  erase_from_outbox(*w, item.ordinal);
  if (!item.read_mark) {
    auto d = delivery_of(item.ordinal);
    d.status = delivery_status::expired;
    d.at = context_->node->clock->now();
    put_delivery(*w, item.ordinal, d);
    context_->node->count->sends_expired.fetch_add(1, std::memory_order_relaxed);
    log::warn("send.expired", {{"tenant", context_->entry->config.id}, {"id", outbox_id(id_, item.ordinal)}});
  }
  w->all.push_back(std::move(w->draft));
  commit(std::move(w));
}

void conversation::pump() {
  if (in_flight_ != 0 && (is_marking_ || find(in_flight_) != nullptr))
    return;       // its answer comes back here
  in_flight_ = 0; // settled by a status
  transmit_next();
  if (in_flight_ != 0 || outbox_.empty()) {
    act().grant.reset(); // whoever waits may have the place
    return;
  }
  const auto now = context_->node->clock->now();
  const auto& limits = context_->node->limits;
  const auto& item = outbox_.front();
  if (now - item.created_at > std::chrono::milliseconds{limits.outbox_ttl}.count())
    return expire_front();
  if (item.attempting && !item.read_mark) {
    const auto ready = may_repeat_at(item, limits.ambiguous_grace);
    if (now < ready)
      return plan_pump(ready - now);
  }
  if (item.next_at > now)
    return plan_pump(item.next_at - now);
  if (!item.read_mark && context_->node->graph->has_limits())
    if (const auto wait = pair_budget_.wait(now); wait > 0)
      return plan_pump(wait);
  auto w = std::make_shared<work>();
  arm(*w);
  act().grant.reset();
  if (!w->all.empty())
    return commit(std::move(w));
  // Its number's gate is shut: its sender says when it is not.
  if (std::exchange(waiting_grant_, item.ordinal) == item.ordinal && pump_at_ > now)
    return;
  send(context_->owner,
       send_ticket{self(), item.number_id, item.ordinal, static_cast<send_priority>(item.priority), class_of(item)});
  plan_pump(grant_patience); // should the ticket be lost with its sender
}

} // namespace wakala::actors
