// What becomes of an update: the answers of conversations, tries, look-ups, dead letters and what is set aside.
#include "actors/records/conversation_records.hpp"
#include "actors/records/identity_records.hpp"
#include "actors/records/letters.hpp"
#include "actors/tenant/tenant.hpp"
#include "actors/tenant/tenant_parts.hpp"
#include "runtime/core/log.hpp"

namespace wakala::actors {

using persistence::table;

void tenant::go_on(chain_ptr todo, const conversation_answer& answer) {
  for (const auto outcome : answer.outcomes) {
    if (todo->done >= todo->events.size())
      return;
    const auto& event = todo->events[todo->done].event;
    switch (outcome) {
    case event_outcome::handler_failed:
      context_->node->count->handler_failures.fetch_add(1, std::memory_order_relaxed);
      if (++todo->tries >= context_->node->limits.event_attempts) {
        if (!context_->is_home)
          report(todo, event_outcome::handler_failed);
        else if (event->replay)
          give_up(todo, event_outcome::handler_failed); // its dead letter is still there
        else
          dead_letter(todo);
      } else {
        const auto pause = std::chrono::milliseconds{20} * todo->tries;
        self_->delayed_send(self_, pause, deferred{[this, todo] { run(todo); }});
      }
      return;
    case event_outcome::unmatched:
      return look_up(todo);
    case event_outcome::retry:
      return give_up(todo, event_outcome::retry);
    case event_outcome::repeated:
    case event_outcome::set_aside:
    case event_outcome::dead_lettered:
      tell(event, outcome);
      break;
    case event_outcome::committed:
      break; // the supervisor saw it
    }
    ++todo->done;
    todo->tries = 0;
    todo->was_looked_up = false;
  }
  if (todo->done < todo->events.size())
    give_up(todo, event_outcome::retry);
}

void tenant::look_up(chain_ptr todo) {
  const auto event = todo->events[todo->done].event;
  const auto aside = [this, todo, event] {
    if (!context_->is_home)
      return report(todo, event_outcome::unmatched);
    ++todo->done;
    todo->was_looked_up = false;
    record(event, aside_reason::unmatched);
    run(todo); // what came after it
  };
  auto key = message_of(event->update);
  if (key.empty() || std::exchange(todo->was_looked_up, true))
    return aside();
  const runtime::get_request request{context_->entry->config.id, {{table::message_ref, key}}};
  self_->request(context_->supervisor, ask_timeout, request)
      .then(
          [this, todo, event, key, aside](const runtime::get_answer& answer) {
            if (!answer.value)
              return give_up(todo, event_outcome::retry);
            const auto& sealed = answer.value->at(0);
            if (!sealed)
              return aside();
            const auto& entry = *context_->entry;
            const auto text =
                entry.keys->data.open(associated_data(entry.config.id, table::message_ref, key), *sealed);
            const auto row = text ? message_row_from(*text) : result<message_row>(text.error());
            if (!row)
              return aside();
            if (row->conversation == todo->conversation) {
              todo->events[todo->done].ordinal = row->ordinal;
              return run(todo);
            }
            if (!context_->is_home)
              return report(todo, event_outcome::unmatched); // the home finds it
            // The number is another conversation's by now; the message is not.
            auto other = std::make_shared<chain>();
            other->conversation = row->conversation;
            other->events.push_back(conversation_event{event, row->ordinal});
            other->received_at = todo->received_at;
            other->deadline = todo->deadline;
            other->generation = todo->generation;
            other->was_looked_up = true;
            ++todo->done;
            todo->was_looked_up = false;
            run(std::move(other));
            run(todo);
          },
          [this, todo](const caf::error&) { give_up(todo, event_outcome::retry); });
}

void tenant::bounced(chain_ptr todo) {
  // The conversation ended before it answered this; another event may have been its poison.
  if (++todo->bounces > bounces_max)
    give_up(todo, event_outcome::retry);
  else
    self_->delayed_send(self_, std::chrono::milliseconds{10}, deferred{[this, todo] { run(todo); }});
}

void tenant::give_up(const chain_ptr& todo, event_outcome outcome) {
  for (; todo->done < todo->events.size(); ++todo->done)
    tell(todo->events[todo->done].event, outcome);
}

void tenant::tell(const event_ptr& what, event_outcome outcome) {
  self_->send(context_->supervisor, event_verdict{what->key, outcome});
}

void tenant::dead_letter(chain_ptr todo) {
  const auto& e = *todo->events[todo->done].event;
  const auto& entry = *context_->entry;
  const bytes row_key{reinterpret_cast<const char*>(e.key.hash.data()), e.key.hash.size()};
  letter l{e, "the handler failed " + std::to_string(todo->tries) + " times", context_->node->clock->now()};
  commit_request request;
  request.tenant = entry.config.id;
  commit_draft draft;
  draft.key = e.key;
  draft.outcome = event_outcome::dead_lettered;
  draft.business.push_back(sealed_record(entry.keys->data, entry.config.id, table::dead_letter, row_key, to_text(l),
                                         *context_->node->random));
  request.drafts.push_back(std::move(draft));
  log::error("event.dead_lettered", {{"tenant", entry.config.id},
                                     {"kind", to_string(e.update.kind)},
                                     {"id", to_hex(e.key.hash)},
                                     {"tries", todo->tries}});
  self_->request(context_->supervisor, ask_timeout, std::move(request))
      .then(
          [this, todo](const commit_answer& answer) {
            if (!answer.committed)
              return give_up(todo, event_outcome::retry);
            ++todo->done;
            todo->tries = 0;
            run(todo);
          },
          [this, todo](const caf::error&) { give_up(todo, event_outcome::retry); });
}

commit_request tenant::letter_commit(const event_ptr& what, aside_reason reason) const {
  auto e = *what;
  e.aside = reason;
  const auto& entry = *context_->entry;
  const auto now = context_->node->clock->now();
  const auto where = reason == aside_reason::none ? table::notice : table::aside;
  const bytes row_key{reinterpret_cast<const char*>(e.key.hash.data()), e.key.hash.size()};
  commit_request request;
  request.tenant = entry.config.id;
  commit_draft draft;
  draft.key = e.key;
  draft.outcome = where == table::aside ? event_outcome::set_aside : event_outcome::committed;
  draft.business.push_back(sealed_record(entry.keys->data, entry.config.id, where, row_key,
                                         to_text(letter{e, {}, now}), *context_->node->random,
                                         where == table::aside ? now + unmatched_kept : 0));
  request.drafts.push_back(std::move(draft));
  return request;
}

void tenant::record(const event_ptr& what, aside_reason reason) {
  if (what->update.kind == whatsapp::event_kind::management && reason == aside_reason::none)
    return record_management(what);
  if (reason != aside_reason::none && reason != aside_reason::unmatched)
    log::warn("event.set_aside",
              {{"reason", to_string(reason)}, {"origin", what->origin}, {"kind", to_string(what->update.kind)}});
  if (reason == aside_reason::unmatched)
    context_->node->count->statuses_unmatched.fetch_add(1, std::memory_order_relaxed);
  commit_letter(what, letter_commit(what, reason));
}

void tenant::commit_letter(const event_ptr& what, commit_request request, std::function<void()> then) {
  self_->request(context_->supervisor, ask_timeout, std::move(request))
      .then(
          [this, what, then](const commit_answer& answer) {
            if (!answer.committed)
              tell(what, answer.why.code == errc::conflict ? event_outcome::repeated : event_outcome::retry);
            else if (then)
              then();
          },
          [this, what](const caf::error&) { tell(what, event_outcome::retry); });
}

conversation_event tenant::counted(const conversation_id& from, event_ptr e, std::uint64_t ordinal) {
  conversation_event counted{std::move(e), ordinal};
  if (counted.event->update.kind != whatsapp::event_kind::message || is_elsewhere(from))
    return counted;
  const auto& config = context_->entry->config;
  const auto verdict = floods_.take(from, config.shopper_messages_per_minute(), context_->node->clock->now());
  if (verdict == flood_guard::verdict::first_too_much)
    log::warn("shopper.too_many_messages", {{"tenant", config.id}, {"conversation", to_string(from)}});
  counted.is_too_much = verdict != flood_guard::verdict::fine;
  if (counted.is_too_much)
    context_->node->count->messages_too_many.fetch_add(1, std::memory_order_relaxed);
  return counted;
}

} // namespace wakala::actors
