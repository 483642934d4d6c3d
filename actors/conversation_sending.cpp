#include "actors/conversation.hpp"
#include "actors/conversation_parts.hpp"
#include "actors/conversation_view.hpp"
#include "actors/identity_records.hpp"
#include "actors/send_policy.hpp"
#include "runtime/core/log.hpp"
#include "runtime/core/money.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace wakala::actors {

using persistence::table;
using whatsapp::delivery_status;
using whatsapp::event;
using whatsapp::event_kind;

outbox_item* conversation::find(std::deque<outbox_item>& outbox, std::uint64_t ordinal) const {
  const auto it =
      std::find_if(outbox.begin(), outbox.end(), [&](const auto& item) { return item.ordinal == ordinal; });
  return it == outbox.end() ? nullptr : &*it;
}

void conversation::plan_pump(time_ms wait) {
  self_->delayed_send(self_, std::chrono::milliseconds{std::max<time_ms>(wait, 1)}, pump_tick{++pump_generation_});
}

void conversation::pump() {
  const auto now = context_->node->clock->now();
  const auto& limits = context_->node->limits;
  if (in_flight_) {
    const auto* item = find(state_.outbox, *in_flight_);
    if (item != nullptr && now - item->attempt_at <= 4 * limits.graph_timeout.count())
      return plan_pump(limits.graph_timeout.count());
    in_flight_.reset(); // settled by a status, or the answer was lost on the way to us
  }
  if (state_.outbox.empty())
    return;
  auto& item = state_.outbox.front();
  if (now - item.created_at > std::chrono::milliseconds{limits.outbox_ttl}.count()) {
    auto next = state_;
    commit_draft draft;
    draft.conversation = id_;
    draft.personal.push_back(erased_record(table::outbox, ordinal_row_key(id_, item.ordinal)));
    if (!item.read_mark) {
      auto d = next.deliveries.contains(item.ordinal) ? next.deliveries[item.ordinal] : delivery_record{};
      d.status = delivery_status::expired;
      d.at = now;
      put_delivery(next, item.ordinal, d, draft);
      context_->node->count->sends_expired.fetch_add(1, std::memory_order_relaxed);
      log::warn("send.expired", {{"tenant", context_->entry->config.id}, {"id", outbox_id(id_, item.ordinal)}});
    }
    next.outbox.pop_front();
    waiting_grant_.reset();
    return commit(std::move(next), {std::move(draft)}, [](const commit_answer&) {});
  }
  if (item.attempting && !item.read_mark) {
    const auto ready = item.attempt_at + limits.ambiguous_grace.count();
    if (now < ready)
      return plan_pump(ready - now);
  }
  if (item.next_at > now)
    return plan_pump(item.next_at - now);
  if (!item.read_mark && context_->node->graph->has_limits())
    if (const auto wait = pair_budget_.wait(now); wait > 0)
      return plan_pump(wait);
  waiting_grant_ = item.ordinal;
  self_->send(owner_, send_ticket{caf::actor_cast<caf::actor>(self_), item.number_id, item.ordinal});
  plan_pump(grant_patience); // should the ticket be lost with its sender
}

void conversation::granted(const send_grant& grant) {
  const auto granter = caf::actor_cast<caf::actor>(self_->current_sender());
  if (!is_loaded_ || in_flight_ || waiting_grant_ != grant.ordinal || state_.outbox.empty() ||
      state_.outbox.front().ordinal != grant.ordinal) {
    self_->send(granter, send_release{grant.ordinal});
    return;
  }
  waiting_grant_.reset();
  const auto now = context_->node->clock->now();
  auto next = state_;
  auto& item = next.outbox.front();
  const bool again = item.attempting && !item.read_mark;
  if (again) {
    ++item.ambiguous;
    context_->node->count->sends_resent_after_ambiguity.fetch_add(1, std::memory_order_relaxed);
    log::warn("send.repeated_after_unknown_outcome",
              {{"tenant", context_->entry->config.id}, {"id", outbox_id(id_, item.ordinal)}});
  }
  item.attempting = true;
  item.attempt_at = now;
  commit_draft draft;
  draft.conversation = id_;
  put_outbox(item, draft);
  if (!item.read_mark) {
    pair_budget_.take(now);
    auto d = next.deliveries.contains(item.ordinal) ? next.deliveries[item.ordinal] : delivery_record{};
    d.status = delivery_status::attempting;
    d.at = now;
    d.attempts = attempts_of(item);
    d.ambiguous = item.ambiguous;
    put_delivery(next, item.ordinal, d, draft);
  }
  auto call = transmit{caf::actor_cast<caf::actor>(self_), item.ordinal, item.request};
  commit(std::move(next), {std::move(draft)}, [this, granter, call](const commit_answer& answer) {
    if (!answer.committed) {
      self_->send(granter, send_release{call.ordinal});
      return;
    }
    in_flight_ = call.ordinal;
    self_->send(granter, call);
  });
}

void conversation::sent(send_result returned) {
  const auto settle = [this, ordinal = returned.ordinal] {
    if (in_flight_ == ordinal)
      in_flight_.reset();
  };
  const auto* now_waiting = is_loaded_ ? find(state_.outbox, returned.ordinal) : nullptr;
  if (now_waiting == nullptr) {
    settle();
    return pump(); // a status was quicker
  }
  const auto now = context_->node->clock->now();
  auto next = state_;
  auto& item = *find(next.outbox, returned.ordinal);
  auto& count = *context_->node->count;
  auto decision = decide(item, returned.outcome, *context_->node->random);
  // A read mark is a courtesy: it must not hold up the reply behind it.
  if (item.read_mark && decision.what != send_decision::verdict::accepted)
    decision = {send_decision::verdict::failed, false, 0};
  auto d = next.deliveries.contains(item.ordinal) ? next.deliveries[item.ordinal] : delivery_record{};
  d.at = now;
  d.attempts = attempts_of(item);
  d.ambiguous = item.ambiguous;
  const bool refused = returned.outcome.what == send_outcome::kind::refused;
  d.error_code = refused && !returned.outcome.failure.no_code ? std::to_string(returned.outcome.failure.code) : "";
  d.error_text = refused ? returned.outcome.failure.details : returned.outcome.why;
  commit_draft draft;
  draft.conversation = id_;
  const auto ordinal = item.ordinal;
  const bool read_mark = item.read_mark;
  bool gone = false;
  switch (decision.what) {
  case send_decision::verdict::accepted:
    d.status = delivery_status::accepted;
    d.message_id = returned.outcome.answer.message_id;
    d.error_code.clear();
    d.error_text.clear();
    if (!read_mark && !d.message_id.empty())
      put_message_ref(ordinal, d.message_id, draft);
    gone = true;
    count.sends_accepted.fetch_add(1, std::memory_order_relaxed);
    break;
  case send_decision::verdict::retry:
    d.status = delivery_status::queued;
    item.attempting = false;
    ++item.tries;
    item.next_at = now + decision.wait;
    put_outbox(item, draft);
    count.sends_retried.fetch_add(1, std::memory_order_relaxed);
    break;
  case send_decision::verdict::ambiguous:
    d.status = delivery_status::ambiguous;
    count.sends_ambiguous.fetch_add(1, std::memory_order_relaxed);
    break; // the row still says that an attempt is out, which is the truth
  case send_decision::verdict::failed:
    d.status = delivery_status::failed;
    gone = true;
    if (read_mark)
      break;
    count.sends_failed.fetch_add(1, std::memory_order_relaxed);
    log::warn("send.failed", {{"tenant", context_->entry->config.id},
                              {"id", outbox_id(id_, ordinal)},
                              {"code", returned.outcome.failure.code},
                              {"trace", returned.outcome.failure.trace_id}});
    break;
  }
  if (gone) {
    draft.personal.push_back(erased_record(table::outbox, ordinal_row_key(id_, ordinal)));
    std::erase_if(next.outbox, [&](const outbox_item& i) { return i.ordinal == ordinal; });
  }
  if (!read_mark)
    put_delivery(next, ordinal, d, draft);
  if (draft.personal.empty() && draft.business.empty()) {
    settle();
    return pump();
  }
  commit(std::move(next), {std::move(draft)}, [this, settle, returned](const commit_answer& answer) {
    if (answer.why.code == errc::overloaded && !answer.committed)
      // What Meta said must not be forgotten because the shard is behind: it would be sent again.
      self_->delayed_send(self_, std::chrono::milliseconds{refused_pause}, returned);
    else
      settle();
  });
}

} // namespace wakala::actors
