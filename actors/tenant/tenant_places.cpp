// Conversations of a spread tenant: the home hands their updates on, the other places work on them.
#include "actors/records/conversation_records.hpp"
#include "actors/records/identity_records.hpp"
#include "actors/tenant/payments/pay_desk.hpp"
#include "actors/tenant/tenant.hpp"
#include "actors/tenant/tenant_parts.hpp"
#include "runtime/core/log.hpp"
#include "runtime/core/monotonic.hpp"
#include "runtime/shard_map.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace wakala::actors {

using persistence::table;

namespace {

/// How long a new catalog, or a list, waits for places that do not answer.
constexpr std::chrono::seconds places_patience{2};
/// A conversation on another shard that has something to send is told so often, at most.
constexpr unsigned wake_tries = 100;
constexpr std::chrono::milliseconds wake_pause{200};
/// When the home did not answer, it is asked again after so long.
constexpr time_ms sends_asked_again = 500;

std::string text_of(const number_gate::share& s) { return std::to_string(s.count) + ' ' + std::to_string(s.wait); }

std::optional<number_gate::share> share_from(std::string_view text) {
  number_gate::share s;
  const auto* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, s.count);
  if (first.ec != std::errc{} || first.ptr == end)
    return std::nullopt;
  const auto second = std::from_chars(first.ptr + 1, end, s.wait);
  return second.ec == std::errc{} && second.ptr == end ? std::optional(s) : std::nullopt;
}

} // namespace

shard_id tenant::place_of(const conversation_id& id) const {
  return runtime::shard_of(context_->entry->shard, id, rules_.now().width, context_->node->shard_count);
}

shard_id tenant::nth_place(std::uint32_t n) const {
  return (context_->entry->shard + n) % context_->node->shard_count;
}

void tenant::ask_place(shard_id shard, place_question q, std::function<void(result<std::string>)> then) {
  const auto table = context_->node->shards->get();
  self_->request((*table)[shard], ask_timeout, for_tenant<place_question>{context_->entry->config.id, std::move(q)})
      .then(
          [then](const text_answer& answer) { then(answer.value ? result<std::string>(*answer.value) : answer.why); },
          [then](const caf::error&) { then(make_error(errc::unavailable, "the shard did not answer")); });
}

// -- at home: updates for conversations elsewhere ------------------------------------------------

void tenant::look_elsewhere(tenant_batch batch) {
  auto held = std::make_shared<tenant_batch>(std::move(batch));
  runtime::probe_shards_request request;
  std::vector<std::size_t> whose;
  for (std::size_t i = 0; i < held->events.size(); ++i) {
    const auto& e = *held->events[i];
    const auto ask_for = [&](const event_key& key) {
      if (!may_be_known_elsewhere(rules_.now(), key))
        return;
      request.keys.push_back(key);
      whose.push_back(i);
    };
    ask_for(e.key);
    if (e.key.bucket == 0 && e.other_bucket != 0) // it was younger when it came first; nothing grows younger
      ask_for(event_key{e.other_bucket, e.key.hash});
  }
  if (request.keys.empty())
    return resolve(std::move(*held));
  for (std::uint32_t n = 1; n < rules_.now().widest; ++n) // the home itself has looked
    request.shards.push_back(nth_place(n));
  // `await`: what came later must not pass what came before it.
  self_->request(context_->supervisor, ask_timeout, std::move(request))
      .await(
          [this, held, whose](const runtime::probe_answer& answer) {
            std::vector<bool> is_known(held->events.size(), false);
            for (std::size_t i = 0; answer.value && i < whose.size(); ++i)
              is_known[whose[i]] = is_known[whose[i]] || (*answer.value)[i];
            tenant_batch fresh{{}, held->received_at, held->deadline, held->times};
            for (std::size_t i = 0; i < held->events.size(); ++i)
              if (!answer.value || is_known[i])
                tell(held->events[i], answer.value ? event_outcome::repeated : event_outcome::retry);
              else
                fresh.events.push_back(std::move(held->events[i]));
            if (!fresh.events.empty())
              resolve(std::move(fresh));
          },
          [this, held](const caf::error&) {
            for (const auto& e : held->events)
              tell(e, event_outcome::retry);
          });
}

void tenant::map_then_run(chain_ptr todo) {
  const auto under_way = mapping_.find(todo->conversation);
  if (under_way != mapping_.end()) {
    under_way->second.push_back(std::move(todo));
    return;
  }
  if (todo->to_map.empty())
    return run(std::move(todo));
  const auto& entry = *context_->entry;
  const auto conversation = todo->conversation;
  commit_request request;
  request.tenant = entry.config.id;
  auto& draft = request.drafts.emplace_back();
  for (const auto& [key, user] : todo->to_map)
    draft.business.push_back(sealed_record(entry.keys->data, entry.config.id, table::identity, key,
                                           to_text(identity_row{conversation, to_hex(as_span(user))}),
                                           *context_->node->random));
  mapping_[conversation].push_back(std::move(todo));
  self_->request(context_->supervisor, ask_timeout, std::move(request))
      .then([this, conversation](
                const commit_answer& answer) { mapped(conversation, answer.committed ? nullptr : &answer.why); },
            [this, conversation](const caf::error&) {
              const auto why = make_error(errc::unavailable, "the store did not answer");
              mapped(conversation, &why);
            });
}

void tenant::mapped(const conversation_id& conversation, const error* why) {
  auto node = mapping_.extract(conversation);
  if (node.empty())
    return;
  auto& waiting = node.mapped();
  // Whose names were written, and nobody else's; null when they came with a message that was posted.
  if (why == nullptr && waiting.front())
    waiting.front()->to_map.clear();
  for (auto& todo : waiting) {
    if (!todo)
      continue;
    if (why == nullptr) {
      map_then_run(std::move(todo));
      continue;
    }
    for (const auto& [key, user] : todo->to_map)
      identities_.forget(key); // whatever the store holds of them is the truth
    give_up(todo, event_outcome::retry);
  }
}

void tenant::hand_on(const chain_ptr& todo) {
  const auto place = place_of(todo->conversation);
  shard_batch batch;
  batch.received_at = todo->received_at;
  batch.deadline = todo->deadline;
  batch.times = todo->times;
  batch.times.arrived = monotonic_us();
  batch.times.before_us = static_cast<std::uint32_t>(batch.times.arrived - todo->times.arrived);
  batch.times.sent_at = context_->node->clock->now();
  for (auto i = todo->done; i < todo->events.size(); ++i) {
    auto& e = batch.events.emplace_back(*todo->events[i].event);
    e.handed = handing{todo->conversation, todo->events[i].ordinal, rules_.now().generation, rules_.now().width,
                       place_.epoch,       rules_.now().after};
    batch.places.push_back(static_cast<std::uint32_t>(batch.places.size()));
  }
  const auto done = [this, todo, me = caf::actor_cast<caf::actor>(self_)](std::vector<event_outcome> outcomes) {
    caf::anon_send(me, deferred{[this, todo, outcomes] { handed_back(todo, outcomes); }});
  };
  batch.to = std::make_shared<posted>(batch.events.size(), nullptr, done);
  ++handed_on_;
  const auto table = context_->node->shards->get();
  self_->send((*table)[place], std::move(batch));
}

void tenant::handed_back(const chain_ptr& todo, const std::vector<event_outcome>& outcomes) {
  --handed_on_;
  for (const auto outcome : outcomes) {
    const auto& event = todo->events[todo->done].event;
    switch (outcome) {
    case event_outcome::handler_failed: // as often as it is tried
      todo->tries = context_->node->limits.event_attempts;
      if (event->replay)
        return give_up(todo, event_outcome::handler_failed);
      return dead_letter(todo);
    case event_outcome::unmatched:
      return look_up(todo);
    case event_outcome::retry:
      return give_up(todo, event_outcome::retry);
    case event_outcome::committed:
    case event_outcome::repeated:
    case event_outcome::set_aside:
    case event_outcome::dead_lettered:
      tell(event, outcome);
      ++todo->done;
      todo->was_looked_up = false;
      break;
    }
  }
}

void tenant::tell_places_to_read(std::function<void()> then, unsigned tries) {
  if (rules_.now().width <= 1)
    return then();
  const auto again = [this, then, tries] {
    if (tries >= wake_tries)
      return then();
    after(std::chrono::seconds{1}, [this, then, tries] { tell_places_to_read(then, tries + 1); });
  };
  self_->request(context_->supervisor, ask_timeout, settle_tables{})
      .then(
          [this, then, again](const commit_answer& settled) {
            if (settled.committed)
              ask_places(place_question{read_again{}}, then);
            else
              again();
          },
          [again](const caf::error&) { again(); });
}

void tenant::settle_places(std::function<void()> then) {
  if (rules_.now().width <= 1)
    return then();
  ask_places(place_question{settle_here{}}, std::move(then));
}

void tenant::ask_places(const place_question& q, std::function<void()> then) {
  constexpr auto all = std::numeric_limits<std::size_t>::max();
  const auto answered = [left = std::make_shared<std::size_t>(rules_.now().width - 1), then](std::size_t count) {
    if (*left > 0 && (*left -= std::min(*left, count)) == 0)
      then();
  };
  for (std::uint32_t n = 1; n < rules_.now().width; ++n)
    ask_place(nth_place(n), q, [this, answered](const result<std::string>& answer) {
      if (!answer)
        log::warn("tenant.place_not_reached", {{"tenant", context_->entry->config.id}, {"why", answer.error().what}});
      answered(1);
    });
  after(places_patience, [answered] { answered(all); });
}

// -- at the other places ------------------------------------------------------------

void tenant::take_handed(const tenant_batch& batch) {
  boost::container::small_vector<chain_ptr, 1> chains;
  const auto before = rules_.now();
  for (const auto& e : batch.events) {
    if (e->handed && rules_.follows(*e->handed))
      add_to(chains, batch, e->handed->conversation, counted(e->handed->conversation, e, e->handed->ordinal));
    else
      tell(e, event_outcome::retry);
  }
  write_in_order();
  if (before.is_changing() && !rules_.now().is_changing()) // nobody else may say that the generation has begun
    self_->send(context_->supervisor, wake_tenant{context_->entry->config.id});
  for (auto& link : chains)
    run(std::move(link));
}

void tenant::report(const chain_ptr& todo, event_outcome outcome) {
  tell(todo->events[todo->done].event, outcome);
  ++todo->done;
  give_up(todo, event_outcome::retry);
}

void tenant::ask_for_sends(const sends_wanted& wanted) {
  ask_place(context_->entry->shard, place_question{wanted}, [this, wanted](const result<std::string>& answer) {
    const auto given = answer ? share_from(*answer) : std::nullopt;
    const auto share = given.value_or(number_gate::share{0, sends_asked_again});
    context_->gates->at(wanted.number_id)->allow(context_->node->clock->now(), share.count, share.wait);
  });
}

void tenant::ask_for_replies(const replies_wanted& wanted) {
  const auto granted = [this](number_gate::share share) {
    replies_->grant(share.count, share.wait, context_->node->clock->now());
    if (share.count > 0)
      context_->gates->wake_all();
  };
  // Here the row is appended before those of the attempts that it allows: nothing needs to be waited for.
  if (context_->is_home) {
    const auto count = count_replies(wanted, [](bool) {});
    return granted({count, posted_.wait_to_reply(context_->node->clock->now())});
  }
  ask_place(context_->entry->shard, place_question{wanted}, [granted](const result<std::string>& answer) {
    const auto given = answer ? share_from(*answer) : std::nullopt;
    granted(given.value_or(number_gate::share{0, sends_asked_again}));
  });
}

// -- everywhere ------------------------------------------------------------

void tenant::wake_up(const wake& w, unsigned tries) {
  if (is_between_generations())
    return; // all that have something to send are woken when it is over
  if (!is_elsewhere(w.conversation))
    self_->send(awake(w.conversation).actor, w);
  else if (!w.has_moved)
    ask_place(place_of(w.conversation), place_question{wake_there{w.conversation, {}, 0}},
              [this, w, tries](const result<std::string>& answer) {
                // Perhaps it has not heard of the generation yet.
                if (!answer && tries < wake_tries)
                  after(wake_pause, [this, w, tries] { wake_up(w, tries + 1); });
              });
}

void tenant::fire(const timer_fired& timer) {
  if (timer.conversation == conversation_id{})
    return home_timer_fired();
  if (is_between_generations())
    return; // it is still due at the next look
  if (!is_elsewhere(timer.conversation))
    self_->send(awake(timer.conversation).actor, timer);
  else
    ask_place(place_of(timer.conversation), place_question{wake_there{timer.conversation, timer.name, timer.due}},
              [](const result<std::string>&) {});
}

namespace {

template <class... Fs>
struct overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
overloaded(Fs...) -> overloaded<Fs...>;

} // namespace

caf::response_promise tenant::answer_place(const place_question& q) {
  if (const auto* wanted = std::get_if<order_wanted>(&q.what))
    return place_order(*wanted);
  if (const auto* wanted = std::get_if<pay_wanted>(&q.what))
    return desk_->pay(*wanted);
  if (const auto* wanted = std::get_if<template_wanted>(&q.what))
    return allow_template(*wanted);
  auto promise = self_->make_response_promise();
  const auto stale = [this, promise] {
    deliver(promise, make_error(errc::conflict, "the tenant's conversations have been spread anew since"));
  };
  std::visit(
      overloaded{
          [&](const leave_place& leave) {
            if (context_->is_home || !rules_.leave(leave.generation, leave.epoch))
              return stale();
            if (clearing_)
              return deliver(promise, make_error(errc::unavailable, "it is being left already"));
            clear_out([this, promise](const result<time_ms>& latest) {
              deliver(promise, latest ? result<std::string>(std::to_string(*latest)) : latest.error());
            });
            wait_for_generation();
          },
          [&](const begin_place& begin) {
            if (context_->is_home || !rules_.begin(begin.generation, begin.width, begin.epoch, begin.after))
              return stale();
            write_in_order();
            self_->send(context_->supervisor, wake_tenant{context_->entry->config.id});
            deliver(promise, std::string{});
          },
          [&](const read_again&) {
            if (!context_->is_home)
              load();
            deliver(promise, std::string{});
          },
          [&](const settle_here&) {
            self_->request(context_->supervisor, ask_timeout, settle_tables{})
                .then(
                    [this, promise](const commit_answer& answer) {
                      deliver(promise, answer.committed ? result<std::string>(std::string{}) : answer.why);
                    },
                    [this, promise](const caf::error&) {
                      deliver(promise, make_error(errc::unavailable, "the shard did not answer"));
                    });
          },
          [&](const wake_there& there) {
            if (is_between_generations())
              return deliver(promise, make_error(errc::unavailable, "the conversations are being spread anew"));
            if (is_elsewhere(there.conversation))
              return stale();
            if (there.timer.empty())
              wake_up(wake{there.conversation, true});
            else
              fire(timer_fired{there.conversation, there.timer, there.due});
            deliver(promise, std::string{});
          },
          [&](const sends_wanted& wanted) {
            if (!context_->is_home)
              return stale();
            const auto now = context_->node->clock->now();
            const auto gate = context_->gates->at(wanted.number_id);
            if (wanted.paused > 0)
              gate->pause(now, wanted.paused);
            deliver(promise, text_of(gate->give(now, wanted.count)));
          },
          [&](const number_news& news) {
            if (!context_->is_home)
              return stale();
            take_news(news);
            deliver(promise, std::string{});
          },
          [&](const replies_wanted& wanted) {
            if (!context_->is_home)
              return stale();
            const auto count = std::make_shared<std::uint32_t>(0);
            *count = count_replies(wanted, [this, promise, count](bool is_committed) {
              deliver(promise,
                      text_of({is_committed ? *count : 0, posted_.wait_to_reply(context_->node->clock->now())}));
            });
          },
          [](const order_wanted&) {}, // above
          [](const pay_wanted&) {},   // above
          [](const template_wanted&) {},
      },
      q.what);
  return promise;
}

} // namespace wakala::actors
