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
#include <typeinfo>

namespace wakala::actors {

using persistence::table;
using whatsapp::delivery_status;
using whatsapp::event;
using whatsapp::event_kind;

caf::behavior conversation::start(tenant_context_ptr context, conversation_id id, caf::actor supervisor,
                                  caf::actor owner) {
  context_ = std::move(context);
  id_ = id;
  supervisor_ = std::move(supervisor);
  owner_ = std::move(owner);
  self_->set_default_handler(caf::drop);
  return {
      [this](conversation_batch& batch) {
        auto promise = self_->make_response_promise();
        take(std::move(batch), promise);
        return promise;
      },
      [this](passivate) {
        if (in_flight_ || !state_.outbox.empty())
          return false;
        self_->quit();
        return true;
      },
      [this](const wake&) { with_loaded([this] { pump(); }, [](const error&) {}); },
      [this](const timer_fired& timer) {
        with_loaded([this, timer] { fire(timer); }, [](const error&) {}); // it is still due at the next look
      },
      [this](const context_change& change) { context_ = change.context; },
      [this](const send_grant& grant) { granted(grant); },
      [this](send_result& returned) { sent(std::move(returned)); },
      [this](pump_tick tick) {
        if (tick.generation == pump_generation_)
          pump();
      },
      [this](const conversation_query&) {
        auto promise = self_->make_response_promise();
        with_loaded([this, promise]() mutable { promise.deliver(view()); },
                    [promise](const error& why) mutable {
                      promise.deliver(text_answer{std::nullopt, why});
                    });
        return promise;
      },
      [this](const messages_query& q) {
        auto promise = self_->make_response_promise();
        with_loaded([this, q, promise] { messages(q, promise); },
                    [promise](const error& why) mutable {
                      promise.deliver(text_answer{std::nullopt, why});
                    });
        return promise;
      },
  };
}

// -- loading ------------------------------------------------------------

void conversation::with_loaded(std::function<void()> then, std::function<void(const error&)> failed) {
  if (is_loaded_)
    return then();
  self_->request(supervisor_, store_timeout, load_request{context_->entry->config.id, id_})
      .await(
          [this, then, failed](const load_answer& answer) {
            auto done = answer.value ? unseal(*answer.value) : result<void>(answer.why);
            if (!done) {
              log::error("conversation.load_failed", {{"tenant", context_->entry->config.id},
                                                      {"conversation", to_string(id_)},
                                                      {"why", done.error().what}});
              failed(done.error());
              self_->quit(caf::sec::runtime_error);
              return;
            }
            is_loaded_ = true;
            then();
          },
          [this, failed](const caf::error&) {
            failed(make_error(errc::unavailable, "the shard did not answer"));
            self_->quit(caf::sec::runtime_error);
          });
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
    unsaved_key_ = std::move(fresh.wrapped);
  }
  if (all.state) {
    const auto text = unsealed(table::conversation, conversation_row_key(id_), *all.state);
    if (!text)
      return text.error();
    auto record = conversation_record_from(*text);
    if (!record)
      return record.error();
    state_.record = std::move(*record);
    state_.exists = true;
  }
  for (const auto& row : all.outbox) {
    const auto text = unsealed(table::outbox, row.key, row.value);
    if (!text)
      return text.error();
    auto item = outbox_item_from(*text);
    if (!item)
      return item.error();
    if (item->attempting && !item->read_mark)
      context_->node->count->sends_ambiguous.fetch_add(1, std::memory_order_relaxed);
    state_.outbox.push_back(std::move(*item));
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

// -- updates ------------------------------------------------------------

void conversation::take(conversation_batch batch, caf::response_promise promise) {
  auto shared = std::make_shared<conversation_batch>(std::move(batch));
  const auto refuse = [shared, promise] {
    auto p = promise;
    p.deliver(batch_answer{std::vector(shared->events.size(), event_outcome::retry)});
  };
  with_loaded(
      [this, shared, promise, refuse] {
        std::vector<std::uint64_t> unknown;
        for (const auto& e : shared->events)
          if (e.ordinal != 0 && !state_.deliveries.contains(e.ordinal) && find(state_.outbox, e.ordinal) == nullptr)
            unknown.push_back(e.ordinal);
        if (unknown.empty())
          return process(*shared, promise);
        fetch_deliveries(std::move(unknown), [this, shared, promise, refuse](bool good) {
          if (good)
            process(*shared, promise);
          else
            refuse();
        });
      },
      [refuse](const error&) { refuse(); });
}

void conversation::fetch_deliveries(std::vector<std::uint64_t> ordinals, std::function<void(bool)> then) {
  runtime::get_request request{context_->entry->config.id, {}};
  for (const auto ordinal : ordinals) {
    request.addresses.emplace_back(table::transcript, ordinal_row_key(id_, ordinal));
    request.addresses.emplace_back(table::delivery, ordinal_row_key(id_, ordinal));
  }
  self_->request(supervisor_, store_timeout, request)
      .await(
          [this, ordinals, request, then](const runtime::get_answer& answer) {
            if (!answer.value)
              return then(false);
            known_ordinals_.clear();
            for (std::size_t i = 0; i < ordinals.size(); ++i) {
              const auto& entry = (*answer.value)[2 * i];
              const auto& delivery = (*answer.value)[2 * i + 1];
              known_ordinals_[ordinals[i]] = entry.has_value();
              if (!delivery)
                continue;
              const auto text = unsealed(table::delivery, request.addresses[2 * i + 1].second, *delivery);
              if (auto d = text ? delivery_record_from(*text) : result<delivery_record>(text.error()))
                state_.deliveries[ordinals[i]] = std::move(*d);
            }
            then(true);
          },
          [then](const caf::error&) { then(false); });
}

void conversation::process(const conversation_batch& batch, caf::response_promise promise) {
  auto next = state_;
  std::vector<commit_draft> drafts;
  std::vector<event_outcome> outcomes;
  bool threw = false;
  for (const auto& e : batch.events) {
    if (context_->node->clock->now() >= batch.deadline)
      break; // Meta has its 503 by now; a late commit would be right, but pointless work
    auto candidate = next;
    commit_draft draft;
    draft.conversation = id_;
    draft.key = e.event.key;
    append_u64(draft.hops, static_cast<std::uint64_t>(batch.received_at));
    append_u64(draft.hops, static_cast<std::uint64_t>(context_->node->clock->now()));
    auto outcome = event_outcome::handler_failed;
    try {
      outcome = apply(candidate, e, batch.received_at, draft);
    } catch (const std::exception& problem) {
      // Its type only: the text of an exception may quote what the shopper wrote.
      log::error("conversation.handler_failed", {{"tenant", context_->entry->config.id},
                                                 {"conversation", to_string(id_)},
                                                 {"kind", to_string(e.event.update.kind)},
                                                 {"exception", typeid(problem).name()}});
      threw = true;
    } catch (...) {
      log::error("conversation.handler_failed", {{"tenant", context_->entry->config.id},
                                                 {"conversation", to_string(id_)},
                                                 {"kind", to_string(e.event.update.kind)},
                                                 {"exception", "unknown"}});
      threw = true;
    }
    outcomes.push_back(outcome);
    if (outcome == event_outcome::unmatched)
      continue;
    if (outcome != event_outcome::committed)
      break;
    next = std::move(candidate);
    drafts.push_back(std::move(draft));
  }
  const auto answer = [this, promise, threw, size = batch.events.size()](std::vector<event_outcome> list) {
    // After a failure of the handler the rest was not tried; otherwise what is missing was too late.
    if (!threw)
      list.resize(size, event_outcome::retry);
    auto p = promise;
    p.deliver(batch_answer{std::move(list)});
    if (threw)
      end_early(); // a fresh actor tries again
  };
  if (drafts.empty())
    return answer(std::move(outcomes));
  const bool alone = drafts.size() == 1 && batch.events.size() == 1;
  commit(std::move(next), std::move(drafts), [answer, outcomes, alone](const commit_answer& done) mutable {
    if (!done.committed) {
      const bool repeat = alone && done.why.code == errc::conflict;
      std::fill(outcomes.begin(), outcomes.end(), repeat ? event_outcome::repeated : event_outcome::retry);
    }
    answer(std::move(outcomes));
  });
}

event_outcome conversation::apply(mutable_state& next, const conversation_event& e, time_ms received_at,
                                  commit_draft& draft) {
  if (e.event.update.kind == event_kind::status)
    return apply_status(next, e, draft);
  if (next.outbox.size() >= context_->node->limits.outbox_per_conversation)
    return event_outcome::retry;
  apply_step(next, e.event, received_at, draft);
  return event_outcome::committed;
}

void conversation::apply_step(mutable_state& next, const routed_event& e, time_ms received_at, commit_draft& draft) {
  const auto& u = e.update;
  const auto& config = context_->entry->config;
  commerce::step_context about;
  about.now = context_->node->clock->now();
  about.id_seed = context_->node->random->next_u64();
  about.store_name = config.name;
  about.currency = config.currency;
  about.shelf = context_->shelf.get();
  about.phrases = context_->node->phrases.get();
  about.silent = !config.wants("messages");
  auto done = context_->node->step(next.record.shop, u, about);
  put_cart_timer(next.record.shop.basket, done.state.basket, draft);
  next.record.shop = std::move(done.state);
  next.exists = true;
  const auto number =
      u.phone_number_id.value_or(config.phone_numbers.empty() ? std::string{} : config.phone_numbers.front().id);
  if (u.kind == event_kind::message || u.kind == event_kind::echo) {
    transcript_entry entry;
    entry.id = u.id.value_or(u.derived_id);
    entry.inbound = u.kind == event_kind::message;
    entry.echo = u.kind == event_kind::echo;
    entry.type = u.type.value_or("");
    entry.text = u.text.empty() ? u.value.value_or("") : u.text;
    entry.number_id = number;
    entry.context_id = u.context_id;
    entry.at = u.at > 0 ? u.at : received_at;
    entry.answered = done.answered;
    draft.personal.push_back(
        sealed(table::transcript, ordinal_row_key(id_, next.record.next_ordinal++), to_text(entry)));
  }
  const auto enqueue = [&](const whatsapp::outbound_content& content, bool read_mark) {
    outbox_item item;
    item.ordinal = next.record.next_ordinal++;
    item.number_id = number;
    item.read_mark = read_mark;
    item.created_at = about.now;
    const auto& who = next.record.shop.who;
    const whatsapp::recipient to = who.phone.empty() ? whatsapp::recipient{{}, who.user_id}
                                                     : whatsapp::recipient{u.from.value_or(who.phone), {}};
    const auto id = read_mark ? std::string{} : outbox_id(id_, item.ordinal);
    item.request =
        whatsapp::to_request(to, content, id).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    if (!read_mark) {
      transcript_entry entry;
      entry.id = id;
      entry.inbound = false;
      entry.type = whatsapp::type_name(content);
      entry.text = whatsapp::summary_text(content);
      entry.number_id = number;
      entry.at = about.now;
      draft.personal.push_back(sealed(table::transcript, ordinal_row_key(id_, item.ordinal), to_text(entry)));
    }
    put_outbox(item, draft);
    next.outbox.push_back(std::move(item));
  };
  if (done.answered && u.id)
    enqueue(whatsapp::mark_as_read{*u.id, false}, true);
  for (const auto& reply : done.replies)
    enqueue(reply.content, false);
  map_identities(next, draft);
  if (!done.figures.session_id.empty()) {
    persistence::record figures;
    figures.where = table::figures;
    figures.key = done.figures.session_id;
    figures.value = nlohmann::json{
        {"created_at", done.figures.created_at},
        {"category", done.figures.category},
        {"message_count", done.figures.message_count},
        {"duration_seconds", done.figures.duration_seconds},
        {"cost_usd",
         "0.00"}}.dump();
    draft.business.push_back(std::move(figures));
  }
  put_state(next, draft);
}

event_outcome conversation::apply_status(mutable_state& next, const conversation_event& e, commit_draft& draft) {
  const auto& u = e.event.update;
  auto ordinal = e.ordinal;
  if (ordinal == 0 && u.id)
    for (const auto& [number, d] : next.deliveries)
      if (d.message_id == *u.id)
        ordinal = number;
  const auto* waiting = ordinal == 0 ? nullptr : find(next.outbox, ordinal);
  const auto known = next.deliveries.find(ordinal);
  const auto stored = known_ordinals_.find(ordinal);
  const bool ours =
      waiting != nullptr || known != next.deliveries.end() || (stored != known_ordinals_.end() && stored->second);
  if (ordinal == 0 || !ours)
    return event_outcome::unmatched;
  auto d = known != next.deliveries.end() ? known->second : delivery_record{};
  const auto before = d.status;
  d.status = whatsapp::merge_status(d.status, u.type.value_or(""));
  if (d.status != before)
    d.at = u.at > 0 ? u.at : context_->node->clock->now();
  if (d.status == delivery_status::failed && before != delivery_status::failed) {
    d.error_code = u.error_code;
    d.error_text = u.error_title;
    context_->node->count->sends_failed.fetch_add(1, std::memory_order_relaxed);
  }
  if (u.id) {
    if (d.message_id.empty())
      put_message_ref(ordinal, *u.id, draft);
    d.message_id = *u.id;
  }
  if (waiting != nullptr) {
    // Meta speaks of it, so Meta has it: this settles an attempt whose answer is still out or was lost.
    draft.personal.push_back(erased_record(table::outbox, ordinal_row_key(id_, ordinal)));
    std::erase_if(next.outbox, [&](const outbox_item& item) { return item.ordinal == ordinal; });
    context_->node->count->sends_accepted.fetch_add(1, std::memory_order_relaxed);
  }
  put_delivery(next, ordinal, d, draft);
  return event_outcome::committed;
}

void conversation::map_identities(mutable_state& next, commit_draft& draft) const {
  const auto& entry = *context_->entry;
  const auto& who = next.record.shop.who;
  const auto user_key =
      who.user_id.empty() ? bytes{} : identity_row_key(*entry.keys, identity_kind::user_id, who.user_id);
  const auto user_hex = to_hex(as_span(user_key));
  const auto put = [&](const bytes& key) {
    if (next.record.mapped.holds(key, user_key))
      return;
    next.record.mapped.put(key, user_key);
    draft.business.push_back(sealed_record(entry.keys->data, entry.config.id, table::identity, key,
                                           to_text(identity_row{id_, user_hex}), *context_->node->random));
  };
  if (!user_key.empty())
    put(user_key);
  if (!who.phone.empty())
    put(identity_row_key(*entry.keys, identity_kind::phone, who.phone));
}

void conversation::put_cart_timer(const commerce::cart& before, const commerce::cart& after,
                                  commit_draft& draft) const {
  const auto due = [](const commerce::cart& c) { return c.lines.empty() ? time_ms{0} : c.expires_at; };
  if (due(before) == due(after))
    return;
  const auto row_key = timer_row_key(id_, cart_timer);
  draft.personal.push_back(due(after) == 0 ? erased_record(table::timer, row_key)
                                           : sealed(table::timer, row_key, cart_timer, due(after)));
}

void conversation::fire(const timer_fired& timer) {
  const auto now = context_->node->clock->now();
  auto next = state_;
  auto& basket = next.record.shop.basket;
  commit_draft draft;
  draft.conversation = id_;
  if (timer.name == cart_timer && basket.expires_at > now)
    return; // the shopper came back; a later timer stands in its place
  draft.personal.push_back(erased_record(table::timer, timer_row_key(id_, timer.name)));
  if (timer.name == cart_timer)
    basket = commerce::cart{};
  draft.key = event_key{static_cast<std::uint32_t>(timer.due / ms_per_hour),
                        persistence::keyed_hash(context_->entry->keys->lookup,
                                                {"timer", to_string(id_), timer.name, std::to_string(timer.due)})};
  if (next.exists)
    put_state(next, draft);
  commit(std::move(next), {std::move(draft)}, [](const commit_answer&) {});
}

void conversation::put_state(const mutable_state& next, commit_draft& draft) const {
  draft.personal.push_back(sealed(table::conversation, conversation_row_key(id_), to_text(next.record)));
}

void conversation::put_delivery(mutable_state& next, std::uint64_t ordinal, const delivery_record& d,
                                commit_draft& draft) const {
  draft.personal.push_back(sealed(table::delivery, ordinal_row_key(id_, ordinal), to_text(d)));
  const bool is_final =
      d.status == delivery_status::read || d.status == delivery_status::played || d.status == delivery_status::failed;
  if (is_final)
    next.deliveries.erase(ordinal);
  else
    next.deliveries[ordinal] = d;
  while (next.deliveries.size() > deliveries_kept)
    next.deliveries.erase(next.deliveries.begin());
}

void conversation::put_outbox(const outbox_item& item, commit_draft& draft) const {
  draft.personal.push_back(
      sealed(table::outbox, ordinal_row_key(id_, item.ordinal), to_text(item), std::max<time_ms>(item.next_at, 1)));
}

void conversation::put_message_ref(std::uint64_t ordinal, const std::string& message_id, commit_draft& draft) const {
  const auto& entry = *context_->entry;
  draft.business.push_back(sealed_record(entry.keys->data, entry.config.id, table::message_ref,
                                         message_row_key(*entry.keys, message_id), to_text(message_row{id_, ordinal}),
                                         *context_->node->random));
}

void conversation::commit(mutable_state next, std::vector<commit_draft> drafts,
                          std::function<void(const commit_answer&)> then) {
  commit_request request;
  request.tenant = context_->entry->config.id;
  request.lease = lease_;
  request.drafts = std::move(drafts);
  if (!unsaved_key_.empty())
    request.keys.push_back(persistence::wrapped_key{request.tenant, id_, unsaved_key_});
  auto shared = std::make_shared<mutable_state>(std::move(next));
  self_->request(supervisor_, store_timeout, std::move(request))
      .await(
          [this, shared, then](const commit_answer& answer) {
            if (answer.committed) {
              state_ = std::move(*shared);
              unsaved_key_.clear();
            }
            then(answer);
            if (answer.committed)
              pump();
            else if (answer.why.code != errc::overloaded && answer.why.code != errc::conflict)
              end_early(); // written or not is unknown: be loaded again
            else
              plan_pump(refused_pause); // nothing was written: what is due is tried again
          },
          [this, then](const caf::error&) {
            then(commit_answer{false, make_error(errc::unavailable, "the shard did not answer")});
            end_early();
          });
}

void conversation::end_early() {
  // What is to be sent must not wait until the shopper writes again.
  if (!state_.outbox.empty())
    self_->delayed_send(owner_, std::chrono::milliseconds{refused_pause}, wake{id_});
  self_->quit(caf::sec::runtime_error);
}

caf::actor spawn_conversation(caf::event_based_actor* owner, tenant_context_ptr context, const conversation_id& id,
                              caf::actor supervisor) {
  return owner->spawn<caf::linked + caf::monitored>(
      [context = std::move(context), id, supervisor = std::move(supervisor),
       parent = caf::actor_cast<caf::actor>(owner)](caf::stateful_actor<conversation>* self) -> caf::behavior {
        return self->state.start(context, id, supervisor, parent);
      });
}

} // namespace wakala::actors
