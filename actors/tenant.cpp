#include "actors/tenant.hpp"

#include "actors/conversation.hpp"
#include "actors/conversation_records.hpp"
#include "actors/identity_records.hpp"
#include "actors/letters.hpp"
#include "actors/sender.hpp"
#include "actors/tenant_parts.hpp"
#include "runtime/core/log.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace wakala::actors {

using persistence::table;
using whatsapp::event;
using whatsapp::event_kind;

tenant::~tenant() {
  if (context_)
    context_->node->count->conversations_live.fetch_sub(static_cast<std::int64_t>(by_address_.size()),
                                                        std::memory_order_relaxed);
}

caf::behavior tenant::start(node_context_ptr node, tenant_entry_ptr entry, caf::actor supervisor) {
  supervisor_ = std::move(supervisor);
  auto context = std::make_shared<tenant_context>();
  context->node = std::move(node);
  context->entry = std::move(entry);
  context->shelf = std::make_shared<const commerce::catalog>();
  context_ = std::move(context);
  self_->set_default_handler(caf::drop);
  self_->set_down_handler([this](const caf::down_msg& message) { down(message); });
  self_->set_exit_handler([this](const caf::exit_msg& message) {
    // Children are linked so that they end with us; their own end is seen by the monitor.
    if (message.source == supervisor_.address())
      self_->quit(message.reason);
  });
  load_catalog();
  const auto idle = context_->node->limits.conversation_idle;
  self_->delayed_send(self_, std::max(idle / 4, std::chrono::milliseconds{50}), idle_tick{});
  return {
      [this](tenant_batch& batch) {
        auto promise = self_->make_response_promise();
        take(std::move(batch), promise);
        return promise;
      },
      [](const deferred& later) { later.run(); },
      [this](idle_tick) {
        idle_sweep();
        self_->delayed_send(self_,
                            std::max(context_->node->limits.conversation_idle / 4, std::chrono::milliseconds{50}),
                            idle_tick{});
      },
      [this](const wake& w) { self_->send(awake(w.conversation).actor, w); },
      [this](const timer_fired& timer) { self_->send(awake(timer.conversation).actor, timer); },
      [this](const reconfigure& change) { reconfigure_with(change.entry); },
      [this](const send_ticket& ticket) {
        if (const auto sender = sender_for(ticket.number_id))
          self_->send(sender, ticket);
      },
      [this](const conversation_query& q) { return ask_conversation(q); },
      [this](const messages_query& q) { return ask_conversation(q); },
      [this](const conversations_query& q) { return list_conversations(q); },
      [this](const catalog_put& put) { return put_catalog(put); },
      [this](catalog_get) {
        return text_answer{commerce::to_text(*context_->shelf), {}};
      },
      [this](const letters_query& q) { return list_letters(q); },
      [this](const letter_action& action) { return act_on_letter(action); },
  };
}

void tenant::load_catalog() {
  runtime::get_request request{context_->entry->config.id, {{table::tenant_entity, catalog_key}}};
  self_->request(supervisor_, ask_timeout, std::move(request))
      .await(
          [this](const runtime::get_answer& answer) {
            if (!answer.value) {
              self_->quit(caf::sec::runtime_error); // restarted with back-off by the supervisor
              return;
            }
            const auto& sealed = answer.value->at(0);
            if (!sealed)
              return;
            const auto& entry = *context_->entry;
            const auto text =
                entry.keys->data.open(associated_data(entry.config.id, table::tenant_entity, catalog_key), *sealed);
            auto shelf = text ? commerce::parse_catalog(*text, entry.config.currency)
                              : result<commerce::catalog>(text.error());
            if (!shelf) {
              log::error("tenant.catalog_unreadable", {{"tenant", entry.config.id}, {"why", shelf.error().what}});
              return; // an empty shop answers politely; a dead one loses its shoppers
            }
            auto next = std::make_shared<tenant_context>(*context_);
            next->shelf = std::make_shared<const commerce::catalog>(std::move(*shelf));
            context_ = std::move(next);
          },
          [this](const caf::error&) { self_->quit(caf::sec::runtime_error); });
}

// -- updates ------------------------------------------------------------

namespace {

/// Does the update belong to one shopper?
bool is_personal(const event& e) {
  switch (e.kind) {
  case event_kind::message:
    return e.sender.has_value() && e.group_id.empty();
  case event_kind::echo:
    return e.to.has_value() || e.to_user_id.has_value();
  case event_kind::status:
  case event_kind::user_id_update:
  case event_kind::preference:
    return true;
  case event_kind::call:
  case event_kind::call_status:
  case event_kind::error:
  case event_kind::group:
  case event_kind::history:
  case event_kind::state_sync:
  case event_kind::management:
    return false;
  }
  return false;
}

bool may_create_conversation(const event& e) {
  return (e.kind == event_kind::message && e.type != "system") || e.kind == event_kind::echo;
}

} // namespace

tenant::names tenant::names_of(const event& e) const {
  const auto& keys = *context_->entry->keys;
  std::string phone;
  std::string user;
  if (e.kind == event_kind::echo) {
    phone = e.to.value_or("");
    user = e.to_user_id.value_or("");
  } else {
    phone = e.from ? *e.from : e.contact_phone;
    user = e.from_user_id.value_or("");
  }
  names all;
  if (!phone.empty())
    all.phone = identity_row_key(keys, identity_kind::phone, phone);
  if (!user.empty())
    all.user = identity_row_key(keys, identity_kind::user_id, user);
  if (!e.previous_user_id.empty())
    all.previous_user = identity_row_key(keys, identity_kind::user_id, e.previous_user_id);
  if (e.kind == event_kind::status && e.id && !parse_outbox_id(e.callback_data))
    all.message = message_row_key(keys, *e.id);
  return all;
}

void tenant::take(tenant_batch batch, caf::response_promise promise) {
  auto work = std::make_shared<batch_work>();
  work->outcomes.assign(batch.events.size(), event_outcome::retry);
  work->open = batch.events.size() + 1;
  work->batch = std::move(batch);
  work->promise = std::move(promise);
  resolve(std::move(work));
}

void tenant::resolve(work_ptr work) {
  runtime::get_request request{context_->entry->config.id, {}};
  const auto want = [&](table where, const bytes& key) {
    if (!key.empty() && (where != table::identity || !identities_.contains(key)))
      request.addresses.emplace_back(where, key);
  };
  for (const auto& e : work->batch.events) {
    if (e.aside != aside_reason::none || !is_personal(e.update))
      continue;
    const auto all = names_of(e.update);
    want(table::identity, all.phone);
    want(table::identity, all.user);
    want(table::identity, all.previous_user);
    want(table::message_ref, all.message);
  }
  if (request.addresses.empty()) {
    dispatch(work, {});
    return;
  }
  // `await`: nothing else is resolved meanwhile, so that two updates of a new shopper find the same conversation.
  self_->request(supervisor_, ask_timeout, request)
      .await(
          [this, work, request](const runtime::get_answer& answer) {
            if (!answer.value) {
              work->promise.deliver(batch_answer{work->outcomes});
              return;
            }
            const auto& entry = *context_->entry;
            std::unordered_map<bytes, bytes> refs;
            for (std::size_t i = 0; i < request.addresses.size(); ++i) {
              const auto& [where, key] = request.addresses[i];
              const auto& sealed = (*answer.value)[i];
              if (!sealed)
                continue;
              auto text = entry.keys->data.open(associated_data(entry.config.id, where, key), *sealed);
              if (!text) {
                log::error("tenant.identity_unreadable", {{"tenant", entry.config.id}, {"why", text.error().what}});
                continue;
              }
              if (where == table::message_ref)
                refs[key] = std::move(*text);
              else if (auto row = identity_row_from(*text); row && !identities_.contains(key))
                learn(key, row->conversation, std::move(row->user));
            }
            dispatch(work, refs);
          },
          [work](const caf::error&) { work->promise.deliver(batch_answer{work->outcomes}); });
}

void tenant::learn(const bytes& key, const conversation_id& conversation, std::string user) {
  if (identities_.size() >= identities_max)
    // Those of awake conversations stay: theirs may not be in the store yet.
    std::erase_if(identities_, [&](const auto& item) { return !slots_.contains(item.second.conversation); });
  identities_[key] = mapping{conversation, std::move(user)};
}

std::optional<conversation_id> tenant::conversation_of(const event& e, bool may_create) {
  const auto all = names_of(e);
  const auto find = [&](const bytes& key) -> const mapping* {
    const auto it = key.empty() ? identities_.end() : identities_.find(key);
    return it == identities_.end() ? nullptr : &it->second;
  };
  const auto user_hex = all.user.empty() ? std::string{} : to_hex(as_span(all.user));
  const auto clash = [&](const char* what) {
    context_->node->count->identity_clashes.fetch_add(1, std::memory_order_relaxed);
    log::warn("identity.clash", {{"tenant", context_->entry->config.id}, {"what", what}});
  };
  const auto* by_user = find(all.user);
  const auto* by_previous = find(all.previous_user);
  const auto* by_phone = find(all.phone);
  std::optional<conversation_id> chosen;
  if (by_user != nullptr) {
    chosen = by_user->conversation;
    if (by_phone != nullptr && by_phone->conversation != *chosen)
      clash("the number points to the user's conversation now");
  } else if (by_previous != nullptr) {
    chosen = by_previous->conversation;
  } else if (by_phone != nullptr) {
    const bool stranger = !user_hex.empty() && !by_phone->user.empty() && by_phone->user != user_hex;
    if (!stranger)
      chosen = by_phone->conversation;
    else
      clash("another user writes from a known number");
  }
  if (!chosen) {
    if (!may_create)
      return std::nullopt;
    chosen = context_->node->random->next_conversation_id();
  }
  if (may_create || e.kind == event_kind::user_id_update || (e.kind == event_kind::message && e.type == "system")) {
    if (!all.user.empty())
      learn(all.user, *chosen, user_hex);
    if (!all.phone.empty()) {
      const auto* known = find(all.phone);
      const bool same = known != nullptr && known->conversation == *chosen;
      learn(all.phone, *chosen, !user_hex.empty() ? user_hex : (same ? known->user : std::string{}));
    }
  }
  return chosen;
}

void tenant::dispatch(work_ptr work, const std::unordered_map<bytes, bytes>& refs) {
  std::vector<chain_ptr> chains;
  std::unordered_map<conversation_id, chain_ptr> by_conversation;
  for (std::size_t i = 0; i < work->batch.events.size(); ++i) {
    const auto& e = work->batch.events[i];
    if (e.aside != aside_reason::none || !is_personal(e.update)) {
      record(work, i, e.aside);
      continue;
    }
    std::optional<conversation_id> conversation;
    std::uint64_t ordinal = 0;
    if (e.update.kind == event_kind::status) {
      if (const auto sent = parse_outbox_id(e.update.callback_data)) {
        conversation = sent->first;
        ordinal = sent->second;
      } else if (const auto ref = e.update.id ? refs.find(names_of(e.update).message) : refs.end();
                 ref != refs.end()) {
        if (const auto row = message_row_from(ref->second)) {
          conversation = row->conversation;
          ordinal = row->ordinal;
        }
      }
    }
    if (!conversation)
      conversation = conversation_of(e.update, may_create_conversation(e.update));
    if (!conversation) {
      record(work, i, e.update.kind == event_kind::status ? aside_reason::unmatched : aside_reason::none);
      continue;
    }
    auto& link = by_conversation[*conversation];
    if (!link) {
      link = std::make_shared<chain>();
      link->conversation = *conversation;
      chains.push_back(link);
    }
    link->indices.push_back(i);
    link->ordinals.push_back(ordinal);
  }
  for (const auto& link : chains)
    run(work, link);
  if (--work->open == 0)
    work->promise.deliver(batch_answer{work->outcomes});
}

void tenant::run(work_ptr work, chain_ptr todo) {
  if (todo->done >= todo->indices.size())
    return;
  const auto now = context_->node->clock->now();
  if (now >= work->batch.deadline) {
    give_up(work, todo, event_outcome::retry);
    return;
  }
  auto& s = awake(todo->conversation);
  if (s.leaving) {
    s.held.push_back([this, work, todo] { run(work, todo); });
    return;
  }
  conversation_batch batch;
  batch.received_at = work->batch.received_at;
  batch.deadline = work->batch.deadline;
  for (auto i = todo->done; i < todo->indices.size(); ++i)
    batch.events.push_back(conversation_event{work->batch.events[todo->indices[i]], todo->ordinals[i]});
  ++s.outstanding;
  const auto done = [this, id = todo->conversation] {
    if (const auto it = slots_.find(id); it != slots_.end() && it->second.outstanding > 0)
      --it->second.outstanding;
  };
  self_->request(s.actor, std::chrono::milliseconds{work->batch.deadline - now + 300}, std::move(batch))
      .then(
          [this, work, todo, done](const batch_answer& answer) {
            done();
            answered(work, todo, answer);
          },
          [this, work, todo, done](const caf::error& why) {
            done();
            if (why == caf::sec::request_timeout)
              give_up(work, todo, event_outcome::retry);
            else
              bounced(work, todo);
          });
}

void tenant::answered(work_ptr work, chain_ptr todo, const batch_answer& answer) {
  for (const auto outcome : answer.outcomes) {
    if (todo->done >= todo->indices.size())
      return;
    const auto index = todo->indices[todo->done];
    if (outcome == event_outcome::handler_failed) {
      context_->node->count->handler_failures.fetch_add(1, std::memory_order_relaxed);
      if (++todo->tries >= context_->node->limits.event_attempts) {
        if (work->batch.events[index].replay)
          give_up(work, todo, event_outcome::handler_failed); // its dead letter is still there
        else
          dead_letter(work, todo);
      } else {
        const auto pause = std::chrono::milliseconds{20} * todo->tries;
        self_->delayed_send(self_, pause, deferred{[this, work, todo] { run(work, todo); }});
      }
      return;
    }
    if (outcome == event_outcome::retry) {
      give_up(work, todo, event_outcome::retry);
      return;
    }
    if (outcome == event_outcome::unmatched)
      record(work, index, aside_reason::unmatched);
    else
      finish(work, index, outcome);
    ++todo->done;
    todo->tries = 0;
  }
  if (todo->done < todo->indices.size())
    give_up(work, todo, event_outcome::retry);
}

void tenant::bounced(work_ptr work, chain_ptr todo) {
  // The conversation ended before it looked at this; another event may have been its poison.
  if (++todo->bounces > bounces_max)
    give_up(work, todo, event_outcome::retry);
  else
    self_->delayed_send(self_, std::chrono::milliseconds{10}, deferred{[this, work, todo] { run(work, todo); }});
}

void tenant::give_up(const work_ptr& work, const chain_ptr& todo, event_outcome outcome) {
  for (; todo->done < todo->indices.size(); ++todo->done)
    finish(work, todo->indices[todo->done], outcome);
}

void tenant::finish(const work_ptr& work, std::size_t index, event_outcome outcome) {
  work->outcomes[index] = outcome;
  if (--work->open == 0)
    work->promise.deliver(batch_answer{work->outcomes});
}

void tenant::dead_letter(work_ptr work, chain_ptr todo) {
  const auto index = todo->indices[todo->done];
  const auto& e = work->batch.events[index];
  const auto& entry = *context_->entry;
  const bytes row_key{reinterpret_cast<const char*>(e.key.hash.data()), e.key.hash.size()};
  letter l{e, "the handler failed " + std::to_string(todo->tries) + " times", context_->node->clock->now()};
  commit_request request;
  request.tenant = entry.config.id;
  commit_draft draft;
  draft.key = e.key;
  draft.business.push_back(sealed_record(entry.keys->data, entry.config.id, table::dead_letter, row_key, to_text(l),
                                         *context_->node->random));
  request.drafts.push_back(std::move(draft));
  log::error("event.dead_lettered", {{"tenant", entry.config.id},
                                     {"kind", to_string(e.update.kind)},
                                     {"id", to_hex(e.key.hash)},
                                     {"tries", todo->tries}});
  self_->request(supervisor_, ask_timeout, std::move(request))
      .then(
          [this, work, todo, index](const commit_answer& answer) {
            if (!answer.committed) {
              give_up(work, todo, event_outcome::retry);
              return;
            }
            finish(work, index, event_outcome::dead_lettered);
            ++todo->done;
            todo->tries = 0;
            run(work, todo);
          },
          [this, work, todo](const caf::error&) { give_up(work, todo, event_outcome::retry); });
}

void tenant::record(work_ptr work, std::size_t index, aside_reason reason) {
  auto e = work->batch.events[index];
  e.aside = reason;
  const auto& entry = *context_->entry;
  const auto now = context_->node->clock->now();
  const auto where = reason == aside_reason::none ? table::notice : table::aside;
  const bytes row_key{reinterpret_cast<const char*>(e.key.hash.data()), e.key.hash.size()};
  commit_request request;
  request.tenant = entry.config.id;
  commit_draft draft;
  draft.key = e.key;
  draft.business.push_back(sealed_record(entry.keys->data, entry.config.id, where, row_key,
                                         to_text(letter{e, {}, now}), *context_->node->random,
                                         where == table::aside ? now + unmatched_kept : 0));
  request.drafts.push_back(std::move(draft));
  if (reason != aside_reason::none && reason != aside_reason::unmatched)
    log::warn("event.set_aside",
              {{"reason", to_string(reason)}, {"origin", e.origin}, {"kind", to_string(e.update.kind)}});
  if (reason == aside_reason::unmatched)
    context_->node->count->statuses_unmatched.fetch_add(1, std::memory_order_relaxed);
  self_->request(supervisor_, ask_timeout, std::move(request))
      .then(
          [this, work, index, where](const commit_answer& answer) {
            const auto good = where == table::aside ? event_outcome::set_aside : event_outcome::committed;
            finish(work, index,
                   answer.committed
                       ? good
                       : (answer.why.code == errc::conflict ? event_outcome::repeated : event_outcome::retry));
          },
          [this, work, index](const caf::error&) { finish(work, index, event_outcome::retry); });
}

// -- conversations ------------------------------------------------------------

tenant::slot& tenant::awake(const conversation_id& id) {
  auto it = slots_.find(id);
  if (it == slots_.end()) {
    make_room();
    it = slots_.emplace(id, slot{}).first;
    it->second.order = order_.insert(order_.end(), id);
  }
  auto& s = it->second;
  if (!s.actor) {
    s.actor = spawn_conversation(self_, context_, id, supervisor_);
    by_address_[s.actor.address()] = id;
    context_->node->count->conversations_live.fetch_add(1, std::memory_order_relaxed);
    context_->node->count->conversations_activated.fetch_add(1, std::memory_order_relaxed);
  }
  touch(s, id);
  return s;
}

void tenant::touch(slot& s, const conversation_id&) {
  s.last_used = context_->node->clock->now();
  order_.splice(order_.end(), order_, s.order);
}

void tenant::remove(const conversation_id& id) {
  const auto it = slots_.find(id);
  if (it == slots_.end())
    return;
  auto held = std::move(it->second.held);
  if (it->second.actor) {
    by_address_.erase(it->second.actor.address());
    self_->send(supervisor_, conversation_gone{id}); // before a successor can ask to be loaded
    context_->node->count->conversations_live.fetch_sub(1, std::memory_order_relaxed);
  }
  order_.erase(it->second.order);
  slots_.erase(it);
  for (const auto& run_again : held)
    run_again();
}

void tenant::down(const caf::down_msg& message) {
  const auto it = by_address_.find(message.source);
  if (it == by_address_.end()) {
    for (auto& [number, sender] : senders_)
      if (sender.address() == message.source) {
        log::error("sender.down", {{"tenant", context_->entry->config.id}});
        senders_.erase(number); // conversations ask again
        return;
      }
    return;
  }
  const auto id = it->second;
  const bool was_leaving = slots_.at(id).leaving;
  if (was_leaving)
    context_->node->count->conversations_passivated.fetch_add(1, std::memory_order_relaxed);
  remove(id);
}

void tenant::let_go(const conversation_id& id) {
  auto& s = slots_.at(id);
  s.leaving = true;
  const auto stay = [this, id] {
    const auto it = slots_.find(id);
    if (it == slots_.end())
      return;
    it->second.leaving = false;
    touch(it->second, id);
    for (const auto& run_again : std::exchange(it->second.held, {}))
      run_again();
  };
  self_->request(s.actor, ask_timeout, passivate{})
      .then(
          [stay](bool gone) {
            if (!gone)
              stay(); // otherwise its end comes as a down message, which removes it and runs what was held
          },
          [stay](const caf::error& why) {
            if (why == caf::sec::request_timeout)
              stay();
          });
}

void tenant::make_room() {
  const auto live = context_->node->count->conversations_live.load(std::memory_order_relaxed);
  if (live < static_cast<std::int64_t>(context_->node->limits.live_conversations))
    return;
  std::size_t looked_at = 0;
  for (const auto& id : order_) {
    const auto& s = slots_.at(id);
    if (s.outstanding == 0 && !s.leaving && s.actor) {
      let_go(id);
      return;
    }
    if (++looked_at == 16)
      return; // busy ones at the front; the next newcomer looks again
  }
}

void tenant::idle_sweep() {
  const auto before = context_->node->clock->now() - context_->node->limits.conversation_idle.count();
  std::vector<conversation_id> idle;
  for (const auto& id : order_) {
    const auto& s = slots_.at(id);
    if (s.last_used > before || idle.size() >= 1'000)
      break;
    if (s.outstanding == 0 && !s.leaving && s.actor)
      idle.push_back(id);
  }
  for (const auto& id : idle)
    let_go(id);
}

caf::actor tenant::sender_for(const std::string& number_id) {
  auto& sender = senders_[number_id];
  if (!sender) {
    sender = spawn_sender(self_, context_->node, context_->entry, number_id);
    self_->monitor(sender);
  }
  return sender;
}

void tenant::change_context(tenant_context_ptr next) {
  context_ = std::move(next);
  for (const auto& [id, s] : slots_)
    if (s.actor)
      self_->send(s.actor, context_change{context_});
}

void tenant::reconfigure_with(tenant_entry_ptr entry) {
  auto next = std::make_shared<tenant_context>(*context_);
  next->entry = std::move(entry);
  change_context(std::move(next));
  for (const auto& [number, sender] : senders_)
    self_->send(sender, reconfigure{context_->entry});
}

caf::actor spawn_tenant(caf::event_based_actor* parent, node_context_ptr node, tenant_entry_ptr entry,
                        caf::actor supervisor) {
  return parent->spawn<caf::linked>(
      [node = std::move(node), entry = std::move(entry), supervisor = std::move(supervisor)](
          caf::stateful_actor<tenant>* self) -> caf::behavior { return self->state.start(node, entry, supervisor); });
}

} // namespace wakala::actors
