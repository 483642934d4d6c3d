#include "actors/tenant/tenant.hpp"

#include "actors/records/conversation_records.hpp"
#include "actors/records/identity_records.hpp"
#include "actors/tenant/payments/pay_desk.hpp"
#include "actors/tenant/tenant_parts.hpp"
#include "runtime/core/log.hpp"
#include "runtime/core/monotonic.hpp"
#include "runtime/measured_actor.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace wakala::actors {

using persistence::table;
using whatsapp::event;
using whatsapp::event_kind;

tenant::tenant(caf::event_based_actor* self) : self_(self), desk_(std::make_unique<pay_desk>(*this)) {}

tenant::~tenant() {
  order_.clear();
  for (const auto& [id, s] : slots_) {
    if (!s->actor)
      continue;
    caf::anon_send_exit(s->actor, caf::exit_reason::user_shutdown);
    context_->node->count->conversations_live.fetch_sub(1, std::memory_order_relaxed);
  }
}

caf::behavior tenant::start(node_context_ptr node, tenant_entry_ptr entry, tenant_place place,
                            const std::shared_ptr<send_valve>& valve) {
  place_ = std::move(place);
  valve_->above = valve;
  auto context = std::make_shared<tenant_context>();
  context->is_home = entry->shard == place_.shard;
  context->shard = place_.shard;
  context->name = node->figures->number_of(entry->config.id);
  context->owner = caf::actor_cast<caf::actor>(self_);
  number_gates::ask_home_function ask_home; // a number's pace is kept at home
  if (!context->is_home)
    ask_home = [me = context->owner](const std::string& number, std::uint32_t count, time_ms paused) {
      caf::anon_send(me, sends_wanted{number, count, paused});
    };
  replies_ = std::make_shared<reply_budget>([me = context->owner](reply_budget::wish wish) {
    caf::anon_send(me, replies_wanted{wish.count, wish.returned});
  });
  context->gates = std::make_shared<number_gates>(node->limits.messages_per_second, node->graph->has_limits(), valve_,
                                                  std::move(ask_home), replies_);
  context->here_since = node->clock->now();
  context->node = std::move(node);
  context->entry = std::move(entry);
  context->shelf = std::make_shared<const commerce::catalog>();
  context->supervisor = place_.supervisor;
  context->pay = offer_of(*context->node, context->entry->config);
  context_ = std::move(context);
  set_posting_limits();
  self_->set_default_handler(caf::drop);
  self_->set_down_handler([this](const caf::down_msg& message) { down(message); });
  self_->set_exit_handler([this](const caf::exit_msg& message) {
    // Senders are linked so that they end with us; their own end is seen by the monitor.
    if (message.source == context_->supervisor.address())
      self_->quit(message.reason);
  });
  load();
  const auto idle = context_->node->limits.conversation_idle;
  self_->delayed_send(self_, std::max(idle / 4, std::chrono::milliseconds{50}), idle_tick{});
  return {
      [this](tenant_batch& batch) { take(std::move(batch)); },
      [this](const conversation_answer& answer) { answered(answer); },
      [this](const conversation_ended& gone) { ended(gone.conversation); },
      [this](const conversation_stays& here) {
        if (const auto it = slots_.find(here.conversation); it != slots_.end()) {
          it->second->leaving = false;
          touch(*it->second);
          run_held(*it->second);
        }
      },
      [](const deferred& later) { later.run(); },
      [this](idle_tick) {
        idle_sweep();
        drop_lapsed_orders();
        apply_account(); // a hold or a slow pace may have come to its end
        ask_meta_now_and_then();
        sync_catalog();
        deliver_hooks();
        self_->delayed_send(self_,
                            std::max(context_->node->limits.conversation_idle / 4, std::chrono::milliseconds{50}),
                            idle_tick{});
      },
      [this](const wake& w) { wake_up(w); },
      [this](const timer_fired& timer) { fire(timer); },
      [this](const sends_wanted& wanted) { ask_for_sends(wanted); },
      [this](const replies_wanted& wanted) { ask_for_replies(wanted); },
      [this](const place_question& q) { return answer_place(q); },
      [this](const reconfigure& change) { reconfigure_with(change.entry); },
      [this](const send_ticket& ticket) { self_->send(sender_for(ticket.number_id), ticket); },
      [this](const conversation_query& q) { return ask_conversation(q); },
      [this](const messages_query& q) { return ask_conversation(q); },
      [this](const conversations_query& q) { return list_conversations(q); },
      [this](const catalog_put& put) { return put_catalog(put); },
      [this](const orders_query& q) { return list_orders(q); },
      [this](const order_action& q) { return act_on_order(q); },
      [this](const ledger_query& q) { return list_ledger(q); },
      [this](const payment_call& what) { return desk_->call(what); },
      [this](const hooks_query& q) { return list_hooks(q); },
      [this](const hook_action& q) { return act_on_hook(q); },
      [this](message_post& post) { return post_message(std::move(post)); },
      [this](const read_post& post) { return post_read(post); },
      [this](const account_query& q) { return answer_account(q); },
      [this](const account_errand& errand) { return run_account_errand(errand); },
      [this](const shopper_block& q) { return block_shopper(q); },
      [this](const human_turn& q) { return ask_conversation(q); },
      [this](const actor_action& q) { return act_on_actor(q); },
      [this](const audit_add& add) { return add_audit(add); },
      [this](const audit_query& q) { return q.verifies ? verify_audit() : list_audit(q); },
      [this](const number_news& news) { take_news(news); },
      [this](catalog_get) {
        return text_answer{catalog_text(), {}};
      },
      [this](const catalog_import& import) { return import_catalog(import); },
      [this](const letters_query& q) { return list_letters(q); },
      [this](const letter_action& action) { return act_on_letter(action); },
  };
}

void tenant::load() {
  runtime::get_request request{context_->entry->config.id,
                               {{table::tenant_entity, catalog_key},
                                {table::tenant_entity, spread_key},
                                {table::tenant_entity, account_key},
                                {table::tenant_entity, balances_key},
                                {table::tenant_entity, catalog_sync_key}}};
  self_->request(context_->supervisor, ask_timeout, std::move(request))
      .await(
          [this](const runtime::get_answer& answer) {
            if (!answer.value) {
              self_->quit(caf::sec::runtime_error); // restarted with back-off by the supervisor
              return;
            }
            read_shelf(answer.value->at(0));
            read_spread(answer.value->at(1));
            read_account(answer.value->at(2));
            load_stock();
            read_catalog_sync(answer.value->at(4));
            if (!context_->is_home)
              return;
            read_balances(answer.value->at(3));
            read_catalog_sync(answer.value->at(4));
            load_hooks();
            load_news(); // `await` is last in, first out: the orders are there when the news are told
            desk_->load();
            load_orders();
            load_windows();
          },
          [this](const caf::error&) { self_->quit(caf::sec::runtime_error); });
}

void tenant::read_shelf(const std::optional<bytes>& sealed) {
  meta_catalog_.is_shelf_known = true;
  if (!sealed)
    return;
  const auto& entry = *context_->entry;
  const auto text =
      entry.keys->data.open(associated_data(entry.config.id, table::tenant_entity, catalog_key), *sealed);
  auto shelf = text ? commerce::parse_catalog(*text, entry.config.currency) : result<commerce::catalog>(text.error());
  if (!shelf) {
    log::error("tenant.catalog_unreadable", {{"tenant", entry.config.id}, {"why", shelf.error().what}});
    meta_catalog_.is_shelf_known = false;
    return; // an empty shop answers politely; a dead one loses its shoppers
  }
  put_shelf_ = std::make_shared<const commerce::catalog>(std::move(*shelf));
  show_shelf();
}

void tenant::read_spread(const std::optional<bytes>& sealed) {
  if (sealed) {
    const auto& entry = *context_->entry;
    const auto text =
        entry.keys->data.open(associated_data(entry.config.id, table::tenant_entity, spread_key), *sealed);
    const auto found = text ? spread_from(*text) : result<spread>(text.error());
    if (!found) { // nobody knows where the conversations are: none may be served in the wrong place
      log::error("tenant.spread_unreadable", {{"tenant", entry.config.id}, {"why", found.error().what}});
      self_->quit(caf::sec::runtime_error);
      return;
    }
    const bool was_changing = rules_.now().is_changing();
    if (found->generation >= rules_.now().generation) // what an update has told may be younger than the tables
      rules_.read(*found);
    write_in_order();
    if (context_->is_home && !rules_.now().is_changing())
      log::info(
          "tenant.spread_over",
          {{"tenant", entry.config.id}, {"shards", rules_.now().width}, {"generation", rules_.now().generation}});
    if (was_changing && !rules_.now().is_changing() && !context_->is_home)
      self_->send(context_->supervisor, wake_tenant{entry.config.id});
  }
  look_at_spread();
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
  case event_kind::order:
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
  const auto row_key = [&](identity_kind kind, std::string_view value) {
    return value.empty() ? bytes{} : identity_row_key(keys, kind, value);
  };
  names all;
  if (e.kind == event_kind::echo) {
    all.phone = row_key(identity_kind::phone, e.to.value_or(""));
    all.user = row_key(identity_kind::user_id, e.to_user_id.value_or(""));
  } else {
    all.phone = row_key(identity_kind::phone, e.from ? *e.from : e.contact_phone);
    all.user = row_key(identity_kind::user_id, e.from_user_id.value_or(""));
  }
  all.previous_user = row_key(identity_kind::user_id, e.previous_user_id);
  all.new_phone = row_key(identity_kind::phone, e.new_phone);
  return all;
}

bytes tenant::message_of(const event& e) const {
  if (e.kind != event_kind::status || !e.id || parse_outbox_id(e.callback_data))
    return {};
  return message_row_key(*context_->entry->keys, *e.id);
}

void tenant::take(tenant_batch batch) {
  batch.times.tenant_began = monotonic_us();
  if (!context_->is_home)
    return take_handed(batch);
  if (change_ || !waiting_.empty() || !parked_.empty()) {
    // Nobody knows yet where it is to go, or others that came before it go first.
    waiting_events_ += batch.events.size();
    if (waiting_events_ <= waiting_events_max)
      return waiting_.push_back(std::move(batch));
    waiting_events_ -= batch.events.size();
    for (const auto& e : batch.events)
      tell(e, event_outcome::retry);
    return;
  }
  take_at_home(std::move(batch));
}

void tenant::take_at_home(tenant_batch batch) {
  for (const auto& e : batch.events)
    newest_bucket_ = std::max(newest_bucket_, e->key.bucket);
  if (rules_.now().widest > 1)
    look_elsewhere(std::move(batch));
  else
    resolve(std::move(batch));
}

void tenant::resolve(tenant_batch batch) {
  intake in{std::move(batch), {}};
  runtime::get_request request{context_->entry->config.id, {}};
  for (const auto& e : in.batch.events) {
    auto& who = in.who.emplace_back();
    if (e->aside != aside_reason::none || !is_personal(e->update))
      continue;
    if (e->update.kind == event_kind::status && parse_outbox_id(e->update.callback_data))
      continue; // it says itself whose it is
    who = names_of(e->update);
    bool all_known = true;
    for (const auto* key : {&who.phone, &who.user, &who.previous_user, &who.new_phone})
      if (!key->empty() && !identities_.contains(*key)) {
        all_known = false;
        request.addresses.emplace_back(table::identity, *key);
      }
    // The conversation of a known shopper finds the message of a status by itself, most of the time.
    if (!all_known)
      if (auto message = message_of(e->update); !message.empty())
        request.addresses.emplace_back(table::message_ref, std::move(message));
  }
  if (request.addresses.empty())
    return dispatch(in, {});
  // `await`: nothing else is resolved meanwhile, so that two updates of a new shopper find the same conversation.
  auto held = std::make_shared<intake>(std::move(in));
  const auto refuse = [this, held] {
    for (const auto& e : held->batch.events)
      tell(e, event_outcome::retry);
  };
  self_->request(context_->supervisor, ask_timeout, request)
      .await(
          [this, held, request, refuse](const runtime::get_answer& answer) {
            if (!answer.value)
              return refuse();
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
                learn(key, row->conversation, from_hex(row->user).value_or(bytes{}));
            }
            dispatch(*held, refs);
          },
          [refuse](const caf::error&) { refuse(); });
}

void tenant::learn(const bytes& key, const conversation_id& conversation, const bytes& user) {
  identities_.put(key, conversation, user, [this](const conversation_id& id) { return keeps_names_of(id); });
}

bool tenant::keeps_names_of(const conversation_id& id) const {
  return slots_.contains(id) || mapping_.contains(id); // awake, or its names are on their way to the store
}

std::optional<conversation_id> tenant::conversation_of(const event& e, const names& all, bool may_create) {
  const auto clash = [&](const char* what) {
    context_->node->count->identity_clashes.fetch_add(1, std::memory_order_relaxed);
    log::warn("identity.clash", {{"tenant", context_->entry->config.id}, {"what", what}});
  };
  const auto by_user = identities_.find(all.user);
  const auto by_previous = identities_.find(all.previous_user);
  const auto by_phone = identities_.find(all.phone);
  std::optional<conversation_id> chosen;
  if (by_user) {
    chosen = by_user->conversation;
    if (by_phone && by_phone->conversation != *chosen)
      clash("the number points to the user's conversation now");
  } else if (by_previous) {
    chosen = by_previous->conversation;
  } else if (by_phone) {
    const bool stranger = !all.user.empty() && !by_phone->user.empty() && by_phone->user != all.user;
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
    const auto put = [&](const bytes& key, const std::optional<identity_cache::mapping>& known, const bytes& user) {
      if (!key.empty() && !(known && known->conversation == *chosen && known->user == user)) {
        learn(key, *chosen, user);
        new_identities_.emplace_back(key, user);
      }
    };
    put(all.user, by_user, all.user);
    const bool same = by_phone && by_phone->conversation == *chosen;
    put(all.phone, by_phone, !all.user.empty() ? all.user : (same ? by_phone->user : bytes{}));
    if (const auto by_new = identities_.find(all.new_phone); !all.new_phone.empty()) {
      if (by_new && by_new->conversation != *chosen)
        clash("the number is another shopper's from now on");
      put(all.new_phone, by_new, !all.user.empty() ? all.user : (same ? by_phone->user : bytes{}));
    }
  }
  return chosen;
}

void tenant::dispatch(intake& in, const std::unordered_map<bytes, bytes>& refs) {
  boost::container::small_vector<chain_ptr, 1> chains;
  for (std::size_t i = 0; i < in.batch.events.size(); ++i) {
    auto& e = in.batch.events[i];
    learn_if_shared(*e);
    if (e->aside != aside_reason::none || !is_personal(e->update)) {
      record(e, e->aside);
      continue;
    }
    std::optional<conversation_id> conversation;
    std::uint64_t ordinal = 0;
    if (e->update.kind == event_kind::status) {
      if (const auto sent = parse_outbox_id(e->update.callback_data)) {
        conversation = sent->first;
        ordinal = sent->second;
      } else if (!refs.empty()) {
        if (const auto ref = refs.find(message_of(e->update)); ref != refs.end())
          if (const auto row = message_row_from(ref->second)) {
            conversation = row->conversation;
            ordinal = row->ordinal;
          }
      }
    }
    if (e->update.kind == event_kind::order)
      conversation = parse_conversation_id(e->update.callback_data).value_or(conversation_id{});
    new_identities_.clear();
    if (!conversation)
      conversation = conversation_of(e->update, in.who[i], may_create_conversation(e->update));
    if (!conversation) {
      record(e, e->update.kind == event_kind::status ? aside_reason::unmatched : aside_reason::none);
      continue;
    }
    auto& link = add_to(chains, in.batch, *conversation, counted(*conversation, std::move(e), ordinal));
    link.generation = rules_.now().generation;
    if (is_elsewhere(*conversation)) // a conversation here writes them itself
      std::move(new_identities_.begin(), new_identities_.end(), std::back_inserter(link.to_map));
  }
  for (auto& link : chains)
    map_then_run(std::move(link));
}

tenant::chain& tenant::add_to(boost::container::small_vector<chain_ptr, 1>& chains, const tenant_batch& batch,
                              const conversation_id& conversation, conversation_event event) {
  const auto same = [&](const chain_ptr& link) { return link->conversation == conversation; };
  auto link = std::find_if(chains.begin(), chains.end(), same);
  if (link == chains.end()) {
    auto fresh = std::make_shared<chain>();
    fresh->conversation = conversation;
    fresh->received_at = batch.received_at;
    fresh->deadline = batch.deadline;
    fresh->times = batch.times;
    chains.push_back(std::move(fresh));
    link = std::prev(chains.end());
  }
  (*link)->events.push_back(std::move(event));
  return **link;
}

void tenant::run(chain_ptr todo) {
  if (todo->done >= todo->events.size())
    return;
  if (context_->node->clock->now() >= todo->deadline || (is_between_generations() && !context_->is_home))
    return give_up(todo, event_outcome::retry);
  // What was resolved under another generation is resolved anew: its shopper's identity may never have been written.
  if (context_->is_home && (is_between_generations() || todo->generation != rules_.now().generation))
    return park(todo);
  if (is_elsewhere(todo->conversation))
    return context_->is_home ? hand_on(todo) : give_up(todo, event_outcome::retry);
  if (context_->node->graph->has_limits())
    if (const auto wish = replies_->wanted(context_->node->clock->now())) // before anybody answers
      ask_for_replies({wish->count, wish->returned});
  auto& s = awake(todo->conversation);
  if (s.handed_over >= handed_over_max || (s.held && s.held->size() >= handed_over_max))
    return give_up(todo, event_outcome::retry);
  if (s.leaving)
    return hold(s, [this, todo] { run(todo); });
  conversation_batch batch{{}, todo->received_at, todo->deadline, {}};
  batch.events.assign(todo->events.begin() + static_cast<std::ptrdiff_t>(todo->done), todo->events.end());
  batch.times = todo->times;
  batch.times.tenant_ended = monotonic_us();
  self_->send(s.actor, std::move(batch));
  ++s.handed_over;
  auto* raw = todo.get();
  (s.last == nullptr ? s.first : s.last->next) = std::move(todo);
  s.last = raw;
}

tenant::chain_ptr tenant::take_chain(slot& s) {
  if (!s.first)
    return nullptr;
  auto todo = std::move(s.first);
  s.first = std::move(todo->next);
  if (!s.first)
    s.last = nullptr;
  --s.handed_over;
  return todo;
}

void tenant::answered(const conversation_answer& answer) {
  const auto it = slots_.find(answer.conversation);
  if (it == slots_.end())
    return;
  if (auto todo = take_chain(*it->second))
    go_on(std::move(todo), answer);
}

caf::actor spawn_tenant(caf::event_based_actor* parent, node_context_ptr node, tenant_entry_ptr entry,
                        tenant_place place, std::shared_ptr<send_valve> valve) {
  using measured_tenant = runtime::measured<tenant>;
  runtime::own_figures row(node->figures, runtime::actor_kind::tenant, node->figures->number_of(entry->config.id),
                           place.shard);
  return parent->spawn<measured_tenant, caf::linked>(
      std::move(row),
      [node = std::move(node), entry = std::move(entry), place = std::move(place), valve = std::move(valve)](
          measured_tenant* self) -> caf::behavior { return self->state.start(node, entry, place, valve); });
}

} // namespace wakala::actors
