#include "actors/conversation/conversation.hpp"

#include "actors/conversation/conversation_parts.hpp"
#include "runtime/core/log.hpp"
#include "runtime/core/monotonic.hpp"

#include <algorithm>
#include <typeinfo>

namespace wakala::actors {

using persistence::table;
using whatsapp::event_kind;

conversation::conversation(caf::actor_config& config, tenant_context_ptr context, const conversation_id& id)
    : runtime::slim_actor(config, runtime::own_figures(context->node->figures, runtime::actor_kind::conversation,
                                                       context->name, context->shard, id)),
      context_(std::move(context)), id_(id) {}

void conversation::on_exit() {
  if (!context_)
    return;
  caf::anon_send(context_->owner, conversation_ended{id_});
  // Whoever still knows us must not keep places at a number, keys and texts alive.
  activity_.reset();
  key_.reset();
  outbox_.clear();
  context_.reset();
}

bool conversation::receive(caf::type_erased_tuple& what) {
  if (auto* batch = as<conversation_batch>(what)) {
    act().inbox.push_back(std::move(*batch));
    go();
  } else if (auto* result = as<send_result>(what)) {
    returned(std::move(*result));
  } else if (as<passivate>(what) != nullptr) {
    later([this] { may_go(); });
  } else if (const auto* woken = as<wake>(what)) {
    later([this, has_moved = woken->has_moved] { // it has loaded by then, and will look at the outbox
      if (has_moved)
        adopt_outbox();
    });
  } else if (const auto* timer = as<timer_fired>(what)) {
    later([this, due = *timer] { fire(due); });
  } else if (const auto* change = as<context_change>(what)) {
    context_ = change->context;
  } else if (auto* grant = as<send_grant>(what)) {
    act().grant = std::move(*grant); // unused it gives its place back
    go();
  } else if (const auto* tick = as<pump_tick>(what)) {
    if (tick->generation == pump_generation_) {
      pump_at_ = 0;
      go();
    }
  } else if (as<resume_tick>(what) != nullptr) {
    act().is_busy = false;
    go();
  } else if (as<paused_tick>(what) != nullptr) {
    look_if_paused();
  } else if (const auto* action = as<actor_action>(what)) {
    later([this, q = *action, promise = make_response_promise()] { act_on(q, promise); });
  } else if (as<conversation_query>(what) != nullptr) {
    later([this, promise = make_response_promise()]() mutable { promise.deliver(view()); });
  } else if (const auto* post = as<message_post>(what)) {
    later([this, p = *post, promise = make_response_promise()] { post_message(p, promise); });
  } else if (const auto* order = as<shopper_block>(what)) {
    later([this, q = *order, promise = make_response_promise()] { block(q, promise); });
  } else if (const auto* turn = as<human_turn>(what)) {
    later([this, q = *turn, promise = make_response_promise()] { take_turn(q, promise); });
  } else if (const auto* query = as<messages_query>(what)) {
    later([this, q = *query, promise = make_response_promise()] { messages(q, promise); });
  } else {
    return false;
  }
  return true;
}

void conversation::may_go() {
  const auto patience = 4 * context_->node->limits.graph_timeout.count();
  if (in_flight_ != 0 && context_->node->clock->now() - in_flight_since_ > patience)
    in_flight_ = 0; // its answer was lost on the way to us
  if (in_flight_ != 0 || !outbox_.empty() || is_paused()) {
    send(context_->owner, conversation_stays{id_});
  } else {
    is_ending_ = true;
    quit();
  }
}

// -- one thing after the other ------------------------------------------------------------

conversation::activity& conversation::act() {
  if (!activity_)
    activity_ = std::make_unique<activity>();
  return *activity_;
}

void conversation::later(std::function<void()> what) {
  act().later.push_back(std::move(what));
  go();
}

void conversation::go() {
  auto& now = act();
  while (!now.is_busy && !is_ending_) {
    if (!is_loaded_)
      return load();
    if (now.asking)
      return ask_home();
    const bool takes_in = !now.inbox.empty() && !is_paused();
    if (takes_in || !now.results.empty()) {
      if (!fetch_unknown_deliveries())
        handle_all();
    } else if (!now.later.empty()) {
      const auto next = std::move(now.later.front());
      now.later.pop_front();
      next();
    } else {
      break;
    }
  }
  if (now.is_busy || is_ending_ || is_paused())
    return;
  pump();
  if (now.is_busy || !now.armed.empty())
    return;
  activity_.reset(); // silent
  if (outbox_.empty())
    outbox_items{}.swap(outbox_); // its room, too
}

// -- loading ------------------------------------------------------------

void conversation::load() {
  act().is_busy = true;
  // The supervisor answers everything, also when it closes; were it gone, the request would bounce.
  ask<load_answer>(
      context_->supervisor, caf::infinite, load_request{context_->entry->config.id, id_},
      [this](const load_answer& answer) { loaded_with(answer); },
      [this](const caf::error&) {
        loaded_with(load_answer{std::nullopt, make_error(errc::unavailable, "the shard did not answer")});
      });
}

void conversation::loaded_with(const load_answer& answer) {
  act().is_busy = false;
  const auto opened = answer.value ? unseal(*answer.value) : result<void>(answer.why);
  if (opened) {
    is_loaded_ = true;
    count_bytes();
    return go();
  }
  log::error(
      "conversation.load_failed",
      {{"tenant", context_->entry->config.id}, {"conversation", to_string(id_)}, {"why", opened.error().what}});
  refuse_inbox();
  is_ending_ = true; // questions hear of it by their bounce or their timeout
  quit(caf::sec::runtime_error);
}

void conversation::refuse_inbox() {
  for (const auto& batch : std::exchange(act().inbox, {}))
    send(context_->owner, conversation_answer{id_, {batch.events.size(), event_outcome::retry}});
}

result<void> conversation::unseal(const loaded& all) {
  lease_ = all.lease;
  const auto& entry = *context_->entry;
  auto& ring = *context_->node->keys;
  if (all.wrapped_key) {
    auto key = ring.unwrap_conversation(*entry.keys, entry.config.id, id_, *all.wrapped_key);
    if (!key)
      return key.error();
    key_ = std::move(*key);
  } else if (all.state) {
    return make_error(errc::corrupt, "the conversation's key is gone");
  } else {
    auto fresh = ring.new_conversation_key(*entry.keys, entry.config.id, id_);
    key_ = std::move(fresh.key);
    unsaved_key_ = std::make_unique<bytes>(std::move(fresh.wrapped));
  }
  if (all.state) {
    auto text = unsealed(table::conversation, conversation_row_key(id_), *all.state);
    if (!text)
      return text.error();
    if (const auto record = conversation_record_from(*text); !record)
      return record.error();
    state_ = resident_string(*text);
  }
  for (const auto& row : all.outbox) {
    const auto text = unsealed(table::outbox, row.key, row.value);
    if (!text)
      return text.error();
    auto item = outbox_item_from(*text);
    if (!item)
      return item.error();
    if (item->attempting && !item->read_mark) {
      context_->node->count->sends_ambiguous.fetch_add(1, std::memory_order_relaxed);
      item->in_doubt_from = context_->here_since;
    }
    outbox_.push_back(std::move(*item));
  }
  return {};
}

persistence::record conversation::sealed(table where, bytes row_key, std::string_view text, time_ms due) const {
  return sealed_record(*key_, context_->entry->config.id, where, std::move(row_key), text, *context_->node->random,
                       due);
}

result<std::string> conversation::unsealed(table where, const bytes& row_key, std::string_view value) const {
  return key_->open(associated_data(context_->entry->config.id, where, row_key), value);
}

bool conversation::fetch_unknown_deliveries() {
  std::vector<std::uint64_t> ordinals;
  auto& now = act();
  if (is_paused())
    return false;
  for (const auto& batch : now.inbox)
    for (const auto& e : batch.events)
      if (e.ordinal != 0 && !deliveries_.has(e.ordinal) && find(e.ordinal) == nullptr &&
          std::find(now.not_ours.begin(), now.not_ours.end(), e.ordinal) == now.not_ours.end())
        ordinals.push_back(e.ordinal);
  if (ordinals.empty())
    return false;
  runtime::get_request request{context_->entry->config.id, {}};
  for (const auto ordinal : ordinals) {
    request.addresses.emplace_back(table::transcript, ordinal_row_key(id_, ordinal));
    request.addresses.emplace_back(table::delivery, ordinal_row_key(id_, ordinal));
  }
  now.is_busy = true;
  ask<runtime::get_answer>(
      context_->supervisor, caf::infinite, request,
      [this, ordinals, request](const runtime::get_answer& answer) {
        act().is_busy = false;
        if (!answer.value)
          refuse_inbox();
        for (std::size_t i = 0; answer.value && i < ordinals.size(); ++i) {
          if (!(*answer.value)[2 * i]) {
            act().not_ours.push_back(ordinals[i]);
            continue;
          }
          delivery_record d;
          if (const auto& delivery = (*answer.value)[2 * i + 1])
            if (const auto text = unsealed(table::delivery, request.addresses[2 * i + 1].second, *delivery))
              if (auto stored = delivery_record_from(*text))
                d = std::move(*stored);
          if (!deliveries_.has(ordinals[i]))
            deliveries_.put(ordinals[i], d);
        }
        go();
      },
      [this](const caf::error&) {
        act().is_busy = false;
        refuse_inbox();
        go();
      });
  return true;
}

// -- the tenant's home is asked ------------------------------------------------------------

result<conversation::home_word> conversation::word_of(const home_wish& wish, const text_answer& answer) {
  if (!answer.value)
    return answer.why;
  home_word said;
  said.event = wish.event;
  if (std::holds_alternative<template_wanted>(wish.what.what)) {
    auto read = commerce::template_answer_from(*answer.value);
    if (!read)
      return read.error();
    said.may_reach = std::move(*read);
  } else if (std::holds_alternative<pay_wanted>(wish.what.what)) {
    auto read = commerce::payment_answer_from(*answer.value);
    if (!read)
      return read.error();
    said.payment = std::move(*read);
  } else {
    auto read = commerce::order_answer_from(*answer.value);
    if (!read)
      return read.error();
    said.order = std::move(*read);
  }
  return said;
}

void conversation::ask_home() {
  act().is_busy = true;
  const auto refuse = [this](const std::string& why) {
    auto& now = act();
    // One of many while the home is on its way to another node, and each comes again: nobody is to be woken by it.
    log::debug("conversation.home_refused", {{"tenant", context_->entry->config.id}, {"why", why}});
    now.asking.reset();
    auto& batch = now.inbox.front();
    auto outcomes = batch.settled;
    outcomes.resize(batch.events.size(), event_outcome::retry);
    send(context_->owner, conversation_answer{id_, {outcomes.begin(), outcomes.end()}});
    now.inbox.erase(now.inbox.begin());
  };
  ask<text_answer>(
      context_->owner, home_patience, act().asking->what,
      [this, refuse](const text_answer& answer) {
        auto& now = act();
        now.is_busy = false;
        if (auto said = word_of(*now.asking, answer)) {
          now.said = std::move(*said);
          now.asking.reset();
        } else {
          refuse(said.error().what);
        }
        go();
      },
      [this, refuse](const caf::error&) {
        act().is_busy = false;
        refuse("the tenant did not answer");
        go();
      });
}

// -- commits ------------------------------------------------------------

void conversation::handle_all() {
  auto& now = act();
  auto w = std::make_shared<work>();
  w->results = std::exchange(now.results, {});
  const auto at_once = is_paused() ? std::size_t{0} : now.singly > 0 ? std::size_t{1} : batches_at_once;
  const auto count = std::min(now.inbox.size(), at_once);
  const auto end = now.inbox.begin() + static_cast<std::ptrdiff_t>(count);
  w->batches.assign(std::move_iterator(now.inbox.begin()), std::move_iterator(end));
  now.inbox.erase(now.inbox.begin(), end);
  now.singly -= std::min(now.singly, count);
  for (const auto& what : w->results)
    apply_result(*w, what);
  for (std::size_t i = 0; i < w->batches.size(); ++i) {
    auto& answer = w->answers.emplace_back(conversation_answer{id_, {}});
    if (!w->threw)
      handle(*w, w->batches[i], answer);
    if (!w->asking)
      continue;
    const auto rest = w->batches.begin() + static_cast<std::ptrdiff_t>(i) + 1;
    now.inbox.insert(now.inbox.begin(), std::move_iterator(rest), std::move_iterator(w->batches.end()));
    w->batches.erase(rest, w->batches.end());
  }
  now.not_ours.clear();
  now.said.reset();
  if (!w->threw && !w->disarm)
    arm(*w);
  finish_drafts(*w);
  if (!w->all.empty())
    return commit(std::move(w));
  committed(*w); // nothing to write: that is as good as written
}

void conversation::handle(work& w, const conversation_batch& batch, conversation_answer& answer) {
  answer.outcomes.assign(batch.settled.begin(), batch.settled.end());
  for (auto i = batch.settled.size(); i < batch.events.size(); ++i) {
    const auto& e = batch.events[i];
    const auto& update = e.event->update;
    const auto now = context_->node->clock->now();
    if (now >= batch.deadline)
      break; // Meta has its 503 by now; a late commit would be right, but pointless work
    // An earlier copy is past its deadline before a later one is let in; should that ever fail, not both are applied.
    if (std::any_of(w.all.begin(), w.all.end(), [&](const auto& draft) { return draft.key == e.event->key; })) {
      answer.outcomes.push_back(event_outcome::retry);
      return;
    }
    w.draft = commit_draft{};
    w.draft.conversation = id_;
    w.draft.key = e.event->key;
    w.draft.received_at = batch.received_at;
    w.draft.times = batch.times;
    w.draft.times.conversation_began = monotonic_us();
    auto outcome = event_outcome::handler_failed;
    const auto failed = [&](const char* what) {
      log::error("conversation.handler_failed", {{"tenant", context_->entry->config.id},
                                                 {"conversation", to_string(id_)},
                                                 {"kind", to_string(update.kind)},
                                                 {"exception", what}});
      w.threw = true;
    };
    try {
      if (update.kind != event_kind::status && !w.record)
        w.record = unpacked().value();
      outcome = apply(w, e, batch.received_at);
    } catch (const std::exception& problem) {
      failed(typeid(problem).name()); // its type only: the text of an exception may quote what the shopper wrote
    } catch (...) {
      failed("unknown");
    }
    if (w.asking)
      return;
    answer.outcomes.push_back(outcome);
    if (outcome != event_outcome::committed)
      return;
    w.all.push_back(std::move(w.draft));
  }
  answer.outcomes.resize(batch.events.size(), event_outcome::retry); // what is missing was too late
}

void conversation::finish_drafts(work& w) {
  if (w.threw) // of the update that failed nothing is kept
    std::erase_if(w.fresh, [&](const auto& item) { return item.second >= w.all.size(); });
  for (const auto& [ordinal, index] : w.fresh)
    if (const auto* item = find(ordinal); item != nullptr && index < w.all.size())
      put_outbox(*item, w.all[index]);
  if (w.undo.state) // the last of the states, in the last of the drafts that changed it
    for (auto draft = w.all.rbegin(); draft != w.all.rend(); ++draft)
      if (draft->changes_state) {
        draft->personal.push_back(sealed(table::conversation, conversation_row_key(id_), *w.undo.state));
        break;
      }
  deliveries_.trim(deliveries_kept); // the store has them
  deliveries_.trim_before(context_->node->clock->now() - delivery_kept_ms, deliveries_kept_long);
}

void conversation::commit(std::shared_ptr<work> w) {
  commit_request request;
  request.tenant = context_->entry->config.id;
  request.lease = lease_;
  request.drafts = std::move(w->all);
  for (const auto asked = monotonic_us(); auto& draft : request.drafts)
    draft.times.conversation_ended = draft.times.conversation_began == 0 ? 0 : asked;
  if (unsaved_key_)
    request.keys.push_back(persistence::wrapped_key{request.tenant, id_, *unsaved_key_});
  act().is_busy = true;
  ask<commit_answer>(
      context_->supervisor, caf::infinite, std::move(request),
      [this, w](const commit_answer& answer) {
        act().is_busy = false;
        if (answer.committed) {
          unsaved_key_.reset(); // it went along: not before, what comes later could never be read
          committed(*w);
        } else {
          refused(*w, answer.why);
        }
        go();
      },
      [this, w](const caf::error&) {
        act().is_busy = false;
        refused(*w, make_error(errc::unavailable, "the shard did not answer"));
      });
}

void conversation::count_bytes() {
  auto all = sizeof *this + state_.capacity() + outbox_.capacity() * sizeof(outbox_item);
  for (const auto& item : outbox_)
    all += item.request.capacity();
  keeps(all);
}

void conversation::committed(work& w) {
  if (w.undo.state)
    state_ = resident_string(*w.undo.state); // no larger than it is: an assignment keeps room to grow
  count_bytes();
  auto& now = act();
  if (w.asking) {
    w.batches.back().settled.assign(w.answers.back().outcomes.begin(), w.answers.back().outcomes.end());
    w.answers.pop_back();
    now.inbox.insert(now.inbox.begin(), std::move(w.batches.back()));
    now.asking = std::move(w.asking);
  }
  if (w.told)
    w.told(nullptr);
  std::move(w.arming.begin(), w.arming.end(), std::back_inserter(now.armed));
  transmit_next();
  for (auto& answer : w.answers)
    if (!answer.outcomes.empty())
      send(context_->owner, std::move(answer)); // of others the tenant hears by our end
  if (w.threw)
    end_early(); // a fresh actor tries again
}

void conversation::refused(work& w, const error& why) {
  take_back(w.undo);
  if (w.told)
    w.told(&why);
  auto& now = act();
  std::move(now.armed.begin(), now.armed.end(), std::back_inserter(w.disarmed));
  now.armed = std::move(w.disarmed);
  // What Meta said must not be forgotten because the shard is behind: it would be sent again.
  now.results.insert(now.results.begin(), std::move_iterator(w.results.begin()), std::move_iterator(w.results.end()));
  const bool is_clean = why.code == errc::overloaded || why.code == errc::conflict;
  if (why.code == errc::conflict && w.batches.size() > 1 && !w.threw) {
    // One of them was committed before; which one, they find out one by one.
    now.singly = w.batches.size();
    now.inbox.insert(now.inbox.begin(), std::move_iterator(w.batches.begin()), std::move_iterator(w.batches.end()));
    return;
  }
  const bool repeat = why.code == errc::conflict && w.batches.size() == 1 && w.batches.front().events.size() == 1;
  if (w.asking && w.answers.back().outcomes.empty() && is_clean) { // nobody waits for what has not been tried
    now.inbox.insert(now.inbox.begin(), std::move(w.batches.back()));
    w.batches.pop_back();
    w.answers.pop_back();
  }
  for (std::size_t i = 0; i < w.answers.size(); ++i) {
    auto& answer = w.answers[i];
    if (answer.outcomes.empty())
      continue;
    const auto before = static_cast<std::ptrdiff_t>(w.batches[i].settled.size());
    std::replace(answer.outcomes.begin() + before, answer.outcomes.end(), event_outcome::committed,
                 repeat ? event_outcome::repeated : event_outcome::retry);
    send(context_->owner, std::move(answer));
  }
  if (!is_clean || w.threw)
    return end_early(); // written or not is unknown: be loaded again
  // Nothing was written: what is due is tried again, but not at once.
  if (!now.results.empty() || !outbox_.empty()) {
    now.is_busy = true;
    remind(std::chrono::milliseconds{refused_pause}, resume_tick{});
  }
}

void conversation::take_back(changes& undo) {
  if (undo.outbox)
    outbox_ = std::move(*undo.outbox);
  for (auto it = undo.deliveries.rbegin(); it != undo.deliveries.rend(); ++it) {
    const auto ordinal = it->first;
    if (it->second)
      deliveries_.put(ordinal, *it->second);
    else
      deliveries_.erase(ordinal);
  }
}

void conversation::end_early() {
  // What is to be sent must not wait until the shopper writes again.
  if (!outbox_.empty())
    send_later(context_->owner, std::chrono::milliseconds{refused_pause}, wake{id_});
  is_ending_ = true;
  quit(caf::sec::runtime_error);
}

caf::actor spawn_conversation(caf::event_based_actor* owner, tenant_context_ptr context, const conversation_id& id) {
  return owner->spawn<conversation>(std::move(context), id);
}

} // namespace wakala::actors
