#include "actors/shards/shard_supervisor.hpp"

#include "actors/records/conversation_records.hpp"
#include "actors/shards/shard_parts.hpp"
#include "actors/tenant/tenant.hpp"
#include "runtime/core/log.hpp"
#include "runtime/core/monotonic.hpp"
#include "runtime/measured_actor.hpp"
#include "runtime/shard_map.hpp"

#include <nlohmann/json.hpp>

namespace wakala::actors {

using persistence::append_outcome;
using persistence::journal_row;
using persistence::table;

template <class T>
caf::response_promise shard_supervisor::ask_tenant(const for_tenant<T>& q) {
  auto promise = self_->make_response_promise();
  const auto tenant = tenant_for(q.tenant);
  if (!tenant) {
    promise.deliver(text_answer{std::nullopt, is_open_ ? make_error(errc::not_found, "no such tenant")
                                                       : make_error(errc::unavailable, "the shard is not open")});
    return promise;
  }
  const auto number = ++last_question_;
  questions_[number] = promise;
  const auto answered = [this, number](text_answer answer) {
    if (auto node = questions_.extract(number); !node.empty())
      node.mapped().deliver(std::move(answer));
  };
  self_->request(tenant, std::chrono::seconds{15}, q.question)
      .then([answered](text_answer& answer) { answered(std::move(answer)); },
            [answered](const caf::error&) {
              answered(text_answer{std::nullopt, make_error(errc::unavailable, "the tenant did not answer")});
            });
  return promise;
}

caf::behavior shard_supervisor::start(shard_place place, node_context_ptr context, store_handles store) {
  shard_ = place.shard;
  place_ = std::move(place);
  context_ = std::move(context);
  backlog_.belong_to(context_->backlog);
  store_ = std::move(store);
  self_->set_down_handler([this](const caf::down_msg& down) { tenant_down(down); });
  self_->set_exit_handler([](const caf::exit_msg&) {}); // tenants are linked to end with us, not we with them
  self_->set_default_handler(caf::drop);                // answers to what was sent without a question
  open();                                               // at once: what came before this ran waits for the answer too
  self_->delayed_send(self_, sweep_pause, sweep_tick{});
  self_->delayed_send(self_, timer_pause, timer_tick{});
  return {
      [this](open_tick) { open(); },
      [this](stop_shard) {
        is_stopping_ = true;
        close(make_error(errc::unavailable, "the node stops"));
        end_when_quiet();
      },
      [this](give_up_shard) { give_up(); },
      [this](quiet_tick) { look_if_quiet(); },
      [this](fold_tick) {
        fold_is_planned_ = false;
        fold();
      },
      [this](sweep_tick) {
        sweep();
        self_->delayed_send(self_, sweep_pause, sweep_tick{});
      },
      [this](wake_tick) { wake_next(); },
      [this](timer_tick) {
        fire_timers();
        self_->delayed_send(self_, timer_pause, timer_tick{});
      },
      [this](drop_tick) {
        drop_is_planned_ = false;
        drop_folded();
      },
      [this](shard_batch& batch) { take(std::move(batch)); },
      [this](const event_verdict& verdict) { settle(verdict.key.hash, verdict.outcome); },
      [this](expiry_tick) {
        expiry_is_planned_ = false;
        // The tenant had its chance to give up by itself.
        settle_if([late = context_->clock->now() - 200](const flight& f) { return f.deadline <= late; });
        if (!in_flight_.empty())
          plan_expiry();
      },
      [this](commit_request& request) {
        auto promise = self_->make_response_promise();
        commit(std::move(request), promise);
        return promise;
      },
      [this](const load_request& request) {
        auto promise = self_->make_response_promise();
        load(request, promise);
        return promise;
      },
      [this](const runtime::get_request& request) {
        auto promise = self_->make_response_promise();
        get(request, promise);
        return promise;
      },
      [this](const persistence::range_query& query) {
        auto promise = self_->make_response_promise();
        range(query, promise);
        return promise;
      },
      [this](const runtime::key_request& request) { return self_->delegate(store_.reader, request); },
      [this](const runtime::probe_shards_request& request) { return self_->delegate(store_.reader, request); },
      [this](settle_tables) { return settle(); },
      [this](write_after order) { latest_ = std::max(latest_, order.at + 1); },
      [this](const wake_tenant& w) { wake_again(w.tenant); },
      [this](const conversation_gone& gone) { leases_.erase(gone.conversation); },
      [this](shard_query) {
        return text_answer{describe(), {}};
      },
      [this](const for_tenant<conversation_query>& q) { return ask_tenant(q); },
      [this](const for_tenant<messages_query>& q) { return ask_tenant(q); },
      [this](const for_tenant<conversations_query>& q) { return ask_tenant(q); },
      [this](const for_tenant<catalog_put>& q) { return ask_tenant(q); },
      [this](const for_tenant<catalog_get>& q) { return ask_tenant(q); },
      [this](const for_tenant<catalog_import>& q) { return ask_tenant(q); },
      [this](const for_tenant<letters_query>& q) { return ask_tenant(q); },
      [this](const for_tenant<letter_action>& q) { return ask_tenant(q); },
      [this](const for_tenant<place_question>& q) { return ask_tenant(q); },
      [this](const for_tenant<orders_query>& q) { return ask_tenant(q); },
      [this](const for_tenant<order_action>& q) { return ask_tenant(q); },
      [this](const for_tenant<ledger_query>& q) { return ask_tenant(q); },
      [this](const for_tenant<payment_call>& q) { return ask_tenant(q); },
      [this](const for_tenant<hooks_query>& q) { return ask_tenant(q); },
      [this](const for_tenant<hook_action>& q) { return ask_tenant(q); },
      [this](const for_tenant<message_post>& q) { return ask_tenant(q); },
      [this](const for_tenant<read_post>& q) { return ask_tenant(q); },
      [this](const for_tenant<account_query>& q) { return ask_tenant(q); },
      [this](const for_tenant<account_errand>& q) { return ask_tenant(q); },
      [this](const for_tenant<shopper_block>& q) { return ask_tenant(q); },
      [this](const for_tenant<human_turn>& q) { return ask_tenant(q); },
      [this](const for_tenant<actor_action>& q) { return ask_tenant(q); },
      [this](const for_tenant<audit_add>& q) { return ask_tenant(q); },
      [this](const for_tenant<audit_query>& q) { return ask_tenant(q); },
      [this](const for_tenant<reconfigure>& q) {
        // A tenant that is not running reads its configuration when it starts; one without configuration was removed.
        const auto it = tenants_.find(q.tenant);
        if (it == tenants_.end() || !it->second.actor) {
          if (q.question.entry && q.question.entry->shard == shard_ && q.question.entry->config.works_unasked())
            tenant_for(q.tenant);
          return;
        }
        if (q.question.entry) {
          self_->send(it->second.actor, q.question);
        } else {
          self_->send_exit(it->second.actor, caf::exit_reason::user_shutdown);
          tenants_.erase(it);
        }
      },
  };
}

// -- owning the shard ------------------------------------------------------------

void shard_supervisor::end_when_quiet() {
  // Who waits for an answer of ours handles nothing else meanwhile, not even its own end.
  if (is_stopping_ && reads_.empty() && appends_out_ == 0)
    self_->quit(is_lost_ ? shard_was_lost : shard_was_ended);
}

void shard_supervisor::open() {
  if (is_open_ || is_stopping_)
    return;
  // Once it was ours, it is taken again only if nobody else has taken it since.
  const auto seen = is_in_cluster() ? std::optional(epoch_ == 0 ? place_.seen : epoch_) : std::nullopt;
  self_->request(store_.reader, std::chrono::seconds{60}, runtime::open_request{shard_, keys_read_at_open, seen})
      .await(
          [this](runtime::open_answer& answer) {
            if (answer.value) {
              opened_with(std::move(*answer.value));
              return;
            }
            if (answer.why.code == errc::fenced)
              return end_as_lost();
            ++open_failures_;
            if (open_failures_ == 1)
              log::error("shard.open_failed", {{"shard", runtime::shard_name(shard_)}, {"why", answer.why.what}});
            const runtime::backoff_policy policy{std::chrono::milliseconds{100}, std::chrono::milliseconds{2'000}};
            self_->delayed_send(self_, policy.wait(open_failures_, *context_->random), open_tick{});
          },
          [this](const caf::error&) {
            ++open_failures_;
            self_->delayed_send(self_, std::chrono::seconds{1}, open_tick{});
          });
}

void shard_supervisor::opened_with(runtime::opened all) {
  epoch_ = all.shard.epoch;
  last_seq_ = all.shard.last_seq;
  folded_seq_ = all.shard.folded_seq;
  latest_ = std::max(latest_, all.shard.last_at);
  tail_.clear();
  keys_.fill(all.keys);
  std::set<std::pair<tenant_id, conversation_id>> waiting;
  for (const auto& row : all.outbox)
    if (const auto at = parse_ordinal_row_key(row.key))
      waiting.emplace(row.tenant, at->first);
  for (auto& row : all.shard.tail) {
    if (row->key)
      keys_.add(*row->key);
    tail_.add(std::move(row));
  }
  backlog_.committed(tail_.rows());
  for (const auto& row : tail_.all(table::outbox))
    if (const auto at = parse_ordinal_row_key(row.key))
      waiting.emplace(row.tenant, at->first);
  to_wake_.assign(waiting.begin(), waiting.end());
  is_open_ = true;
  const auto level = closes_since_commit_ == 1 ? log::level::warn : log::level::debug;
  log::write(level, "shard.opened",
             {{"shard", runtime::shard_name(shard_)},
              {"epoch", epoch_},
              {"seq", last_seq_},
              {"tail", tail_.rows()},
              {"unsent", to_wake_.size()}});
  open_failures_ = 0;
  if (is_in_cluster())
    self_->send(place_.host, shard_is_open{shard_, epoch_});
  fold();
  wake_next();
  const auto tenants = context_->tenants->get();
  for (const auto& [id, entry] : tenants->all())
    if (entry->shard == shard_ && entry->config.works_unasked())
      tenant_for(id); // something may be out or due, and nobody may write for long
}

void shard_supervisor::close(const error& why) {
  if (!is_open_)
    return;
  is_open_ = false;
  if (!is_stopping_) {
    context_->count->shard_reopens.fetch_add(1, std::memory_order_relaxed);
    // While the trouble lasts each failed commit comes here: it is told once.
    log::write(++closes_since_commit_ == 1 ? log::level::warn : log::level::debug, "shard.reopening",
               {{"shard", runtime::shard_name(shard_)}, {"epoch", epoch_}, {"why", why.what}});
  }
  for (auto& [id, slot] : tenants_)
    if (slot.actor)
      self_->send_exit(slot.actor, caf::exit_reason::user_shutdown);
  tenants_.clear();
  leases_.clear();
  appending_.clear();
  committing_.clear();
  to_wake_.clear();
  tail_.clear();
  backlog_.clear();
  keys_.clear();
  drops_.clear();
  folding_ = false;
  for (auto& [conversation, loads] : std::exchange(waiting_loads_, {}))
    for (auto& [request, promise] : loads)
      promise.deliver(load_answer{std::nullopt, why});
  // Who asked a tenant that ends with its shard would hear nothing until its own timeout.
  for (auto& [seq, promise] : std::exchange(settling_, {}))
    promise.deliver(commit_answer{false, why});
  for (auto& [number, promise] : std::exchange(questions_, {}))
    promise.deliver(text_answer{std::nullopt, make_error(errc::unavailable, "the shard was reopened")});
  settle_if([](const flight&) { return true; });
  open_failures_ = 1;
  self_->delayed_send(self_, std::chrono::milliseconds{20}, open_tick{});
}

void shard_supervisor::wake_next() {
  for (std::size_t i = 0; i < wakes_at_once && !to_wake_.empty() && is_open_; ++i) {
    const auto [tenant, conversation] = to_wake_.front();
    to_wake_.pop_front();
    if (const auto actor = tenant_for(tenant))
      self_->send(actor, wake{conversation});
  }
  if (!to_wake_.empty() && is_open_)
    self_->delayed_send(self_, std::chrono::milliseconds{50}, wake_tick{});
}

// -- events ------------------------------------------------------------

void shard_supervisor::finish(waiter& w, event_outcome outcome) {
  if (w.resume)
    w.resume();
  else
    w.post->settle(w.place, outcome);
}

void shard_supervisor::settle(const key_hash& key, event_outcome outcome) {
  auto node = in_flight_.extract(key);
  if (node.empty())
    return;
  auto& f = node.mapped();
  finish(f.first, outcome);
  // Whoever waited for the first copy sees a repeat of what it did.
  for (auto& w : f.others)
    finish(w, outcome == event_outcome::committed ? event_outcome::repeated : outcome);
}

void shard_supervisor::settle_if(const std::function<bool(const flight&)>& which) {
  std::vector<key_hash> keys;
  for (const auto& [key, f] : in_flight_)
    if (which(f))
      keys.push_back(key);
  for (const auto& key : keys)
    settle(key, event_outcome::retry);
}

void shard_supervisor::plan_expiry() {
  if (!std::exchange(expiry_is_planned_, true))
    self_->delayed_send(self_, expiry_pause, expiry_tick{});
}

namespace {

/// Its key is not yet that of a replay.
bool is_to_replay(const routed_event& e) { return e.replay && !e.handed; }

} // namespace

bool shard_supervisor::waits_for_another(shard_batch& batch) {
  if (!is_open_ || batch.events.size() < 2)
    return false;
  for (const auto& e : batch.events) {
    const auto flying = in_flight_.find((is_to_replay(e) ? replay_key(e.key) : e.key).hash);
    if (flying == in_flight_.end())
      continue;
    auto held = std::make_shared<shard_batch>(std::move(batch));
    flying->second.others.push_back(waiter{nullptr, 0, [this, held] { take(std::move(*held)); }});
    return true;
  }
  return false;
}

void shard_supervisor::take(shard_batch batch) {
  batch.times.shard_began = monotonic_us();
  if (is_in_cluster() && passes_on(batch))
    return;
  if (waits_for_another(batch))
    return;
  std::vector<event_ptr> fresh;
  runtime::key_filter::places unsure;
  fresh.reserve(batch.events.size());
  const bool refuse = !is_open_ || lagging();
  for (std::size_t i = 0; i < batch.events.size(); ++i) {
    auto& e = batch.events[i];
    if (is_to_replay(e))
      e.key = replay_key(e.key);
    waiter w{batch.to, batch.places[i], {}};
    if (refuse) {
      finish(w, event_outcome::retry);
    } else if (const auto flying = in_flight_.find(e.key.hash); flying != in_flight_.end()) {
      flying->second.others.push_back(std::move(w));
    } else if (tail_.has_key(e.key.hash)) {
      finish(w, event_outcome::repeated);
    } else {
      in_flight_.emplace(e.key.hash, flight{std::move(w), {}, 0, batch.deadline, batch.times.arrived});
      keys_.look_up(e.key, unsure);
      keys_.look_up(event_key{e.other_bucket, e.key.hash}, unsure);
      fresh.push_back(std::make_shared<const routed_event>(std::move(e))); // in document order
    }
  }
  if (fresh.empty())
    return;
  plan_expiry();
  const arrival how{batch.received_at, batch.deadline, batch.times};
  if (unsure.empty())
    dispatch(std::move(fresh), how);
  else // order inside a POST must hold: everything waits for the look-up, not only what is looked up
    probe(std::move(fresh), unsure, how);
}

void shard_supervisor::probe(std::vector<event_ptr> hold, const runtime::key_filter::places& unsure,
                             const arrival& how) {
  runtime::probe_request question{shard_, {unsure.begin(), unsure.end()}};
  auto held = std::make_shared<std::vector<event_ptr>>(std::move(hold));
  self_->request(store_.reader, store_timeout, std::move(question))
      .then(
          [this, held, unsure, epoch = epoch_, how](const runtime::probe_answer& answer) {
            if (epoch != epoch_ || !is_open_)
              return; // closing has answered for all of them
            if (!answer.value) {
              for (const auto& e : *held)
                settle(e->key.hash, event_outcome::retry);
              return;
            }
            std::set<key_hash> seen;
            for (std::size_t i = 0; i < unsure.size(); ++i)
              if ((*answer.value)[i])
                seen.insert(unsure[i].hash);
            std::erase_if(*held, [&](const event_ptr& e) { return seen.contains(e->key.hash); });
            for (const auto& key : seen)
              settle(key, event_outcome::repeated);
            dispatch(std::move(*held), how);
          },
          [this, held](const caf::error&) {
            for (const auto& e : *held)
              settle(e->key.hash, event_outcome::retry);
          });
}

void shard_supervisor::dispatch(std::vector<event_ptr> fresh, const arrival& how) {
  const auto same = [&](const event_ptr& e) { return e->tenant == fresh.front()->tenant; };
  if (fresh.empty())
    return;
  if (std::all_of(fresh.begin(), fresh.end(), same)) {
    const auto& id = fresh.front()->tenant;
    tenant_batch batch{{}, how.received_at, how.deadline, how.times};
    batch.events.assign(fresh.begin(), fresh.end());
    return dispatch_to(id, std::move(batch));
  }
  std::map<tenant_id, tenant_batch> by_tenant;
  for (auto& e : fresh) {
    auto& batch = by_tenant[e->tenant];
    batch.received_at = how.received_at;
    batch.deadline = how.deadline;
    batch.times = how.times;
    batch.events.push_back(std::move(e));
  }
  for (auto& [id, batch] : by_tenant)
    dispatch_to(id, std::move(batch));
}

void shard_supervisor::dispatch_to(const tenant_id& id, tenant_batch batch) {
  const auto tenant = tenant_for(id);
  if (!tenant) {
    for (const auto& e : batch.events)
      settle(e->key.hash, event_outcome::retry);
    return;
  }
  const auto incarnation = tenants_[id].incarnation;
  for (const auto& e : batch.events)
    if (const auto it = in_flight_.find(e->key.hash); it != in_flight_.end())
      it->second.tenant = incarnation;
  batch.times.shard_ended = monotonic_us();
  self_->send(tenant, std::move(batch));
}

// -- tenants ------------------------------------------------------------

caf::actor shard_supervisor::tenant_for(const tenant_id& id) {
  if (!is_open_)
    return {};
  auto& slot = tenants_[id];
  if (slot.actor)
    return slot.actor;
  const auto entry = context_->tenants->get()->find(id);
  if (!entry || slot.not_before > context_->clock->now()) {
    if (!entry)
      tenants_.erase(id);
    return {};
  }
  slot.incarnation = ++last_incarnation_;
  slot.actor =
      spawn_tenant(self_, context_, entry, tenant_place{caf::actor_cast<caf::actor>(self_), shard_, epoch_}, valve_);
  self_->monitor(slot.actor);
  return slot.actor;
}

void shard_supervisor::tenant_down(const caf::down_msg& down) {
  for (auto& [id, slot] : tenants_) {
    if (!slot.actor || slot.actor.address() != down.source)
      continue;
    slot.actor = nullptr;
    const runtime::backoff_policy policy{std::chrono::milliseconds{20}, std::chrono::milliseconds{5'000}};
    ++slot.failures;
    slot.not_before = context_->clock->now() + policy.wait(slot.failures, *context_->random).count();
    settle_if([incarnation = slot.incarnation](const flight& f) { return f.tenant == incarnation; });
    log::error("tenant.down", {{"tenant", id}, {"shard", runtime::shard_name(shard_)}, {"failures", slot.failures}});
    wake_again(id);
    return;
  }
}

void shard_supervisor::wake_again(const tenant_id& id) {
  // Its conversations ended with it; those that have something to send must not wait for their shopper to write
  // again.
  const auto stamp = begin_read();
  self_
      ->request(store_.reader, store_timeout,
                runtime::due_request{shard_, table::outbox, std::numeric_limits<time_ms>::max(), 1'000'000})
      .then(
          [this, id, stamp, epoch = epoch_](const runtime::range_answer& answer) {
            std::set<conversation_id> waiting;
            const auto collect = [&](const std::vector<persistence::stored_value>& rows) {
              for (const auto& row : rows)
                if (const auto at = row.tenant == id ? parse_ordinal_row_key(row.key) : std::nullopt)
                  waiting.insert(at->first);
            };
            if (answer.value)
              collect(*answer.value);
            collect(tail_.all(table::outbox));
            end_read(stamp);
            const auto slot = tenants_.find(id);
            if (epoch != epoch_ || !is_open_ || slot == tenants_.end() || (!answer.value && waiting.empty()))
              return;
            for (const auto& conversation : waiting)
              to_wake_.emplace_back(id, conversation);
            const auto wait = slot->second.not_before - context_->clock->now() + 10;
            if (!to_wake_.empty())
              self_->delayed_send(self_, std::chrono::milliseconds{std::max<time_ms>(wait, 1)}, wake_tick{});
          },
          [this, stamp](const caf::error&) { end_read(stamp); });
}

std::string shard_supervisor::trouble() const {
  // Opening writes too, but less than a commit may need: a shard that opens again is believed after a while without
  // failures.
  if (!append_failure_.empty() && (!is_open_ || context_->clock->now() - append_failed_at_ < trouble_remembered))
    return "commits cannot be written: " + append_failure_;
  if (lagging())
    return "the tables lag behind the journal" + (fold_failures_ > 0 ? ": " + fold_failure_ : std::string{});
  return {};
}

std::string shard_supervisor::describe() const {
  return nlohmann::json{{"shard", runtime::shard_name(shard_)},
                        {"epoch", epoch_},
                        {"state", is_open_ ? "open" : "opening"},
                        {"seq", last_seq_},
                        {"unfolded_rows", tail_.rows()},
                        {"tenants", tenants_.size()},
                        {"trouble", trouble()}}
      .dump();
}

caf::actor spawn_shard_supervisor(caf::actor_system& sys, shard_place place, node_context_ptr context,
                                  store_handles store) {
  using supervisor = runtime::measured<shard_supervisor>;
  runtime::own_figures row(context->figures, runtime::actor_kind::shard, 0, place.shard);
  return sys.spawn<supervisor>(std::move(row),
                               [place = std::move(place), context = std::move(context),
                                store = std::move(store)](supervisor* self) -> caf::behavior {
                                 return self->state.start(place, context, store);
                               });
}

} // namespace wakala::actors
