// The number of shards that a tenant's conversations lie on changes, while it is being served.
#include "actors/conversation/sender.hpp"
#include "actors/records/conversation_records.hpp"
#include "actors/tenant/tenant.hpp"
#include "actors/tenant/tenant_parts.hpp"
#include "runtime/core/log.hpp"

#include <algorithm>
#include <charconv>

namespace wakala::actors {

using persistence::table;

namespace {

/// As of a shard that moves: calls that are out get so long for their answers, updates so long to be worked on.
constexpr time_ms sends_patience = 2 * ms_per_second;
constexpr time_ms updates_patience = 3 * ms_per_second;
constexpr std::chrono::milliseconds quiet_pause{5};
constexpr std::chrono::milliseconds again_pause{200};
/// After so long the supervisor has answered by itself.
constexpr time_ms expired_events_told = 200;
constexpr std::chrono::milliseconds generation_pause{1'000};

} // namespace

void tenant::after(std::chrono::milliseconds pause, std::function<void()> run_then) {
  self_->delayed_send(self_, pause, deferred{std::move(run_then)});
}

void tenant::commit_entity(const bytes& key, std::string_view text, std::function<void(result<void>)> then) {
  const auto& entry = *context_->entry;
  commit_request request;
  request.tenant = entry.config.id;
  request.drafts.emplace_back().business.push_back(
      sealed_record(entry.keys->data, entry.config.id, table::tenant_entity, key, text, *context_->node->random));
  self_->request(context_->supervisor, ask_timeout, std::move(request))
      .then([then](const commit_answer& answer) { then(answer.committed ? result<void>{} : answer.why); },
            [then](const caf::error&) { then(make_error(errc::unavailable, "the store did not answer")); });
}

// -- at home ------------------------------------------------------------

void tenant::look_at_spread() {
  if (!context_->is_home) {
    if (rules_.now().is_changing())
      wait_for_generation();
    return;
  }
  if (change_)
    return;
  const auto width = std::min(context_->entry->config.spread_shards(), context_->node->shard_count);
  if (width == rules_.now().width && !rules_.now().is_changing())
    return;
  change_ = std::make_unique<width_change>();
  change_->width = width;
  change_->before = rules_.now().width;
  change_->since = context_->node->clock->now();
  log::info("tenant.spreading",
            {{"tenant", context_->entry->config.id}, {"from", change_->before}, {"to", change_->width}});
  announce_change();
}

void tenant::announce_change() {
  auto next = rules_.now();
  next.next = change_->width;
  const auto again = [this](const error& why) {
    log::warn("tenant.spread_waits", {{"tenant", context_->entry->config.id}, {"why", why.what}});
    after(again_pause, [this] { announce_change(); });
  };
  commit_entity(spread_key, to_text(next), [this, next, again](const result<void>& done) {
    if (!done)
      return again(done.error());
    rules_.read(next);
    // The other places read it in the tables.
    self_->request(context_->supervisor, ask_timeout, settle_tables{})
        .then(
            [this, again](const commit_answer& answer) {
              if (answer.committed)
                leave_places();
              else
                again(answer.why);
            },
            [again](const caf::error&) { again(make_error(errc::unavailable, "the shard did not answer")); });
  });
}

void tenant::leave_places() {
  // What was handed on comes back first: a place that is left refuses whatever still comes.
  const bool is_out = handed_on_ > 0 || !mapping_.empty();
  if (is_out && context_->node->clock->now() - change_->since < updates_patience)
    return after(quiet_pause, [this] { leave_places(); });
  change_->left = change_->before;
  for (std::uint32_t n = 1; n < change_->before; ++n)
    ask_to_leave(n);
  ask_to_leave(0);
}

void tenant::ask_to_leave(std::uint32_t nth) {
  const auto again = [this, nth] { after(again_pause, [this, nth] { ask_to_leave(nth); }); };
  if (nth == 0)
    return clear_out([this, again](const result<time_ms>& latest) {
      if (latest)
        has_left(*latest);
      else
        again();
    });
  ask_place(nth_place(nth), place_question{leave_place{rules_.now().generation + 1, place_.epoch}},
            [this, again](const result<std::string>& answer) {
              time_ms at = 0;
              if (answer && std::from_chars(answer->data(), answer->data() + answer->size(), at).ec == std::errc{})
                has_left(at);
              else
                again();
            });
}

void tenant::has_left(time_ms at) {
  change_->latest = std::max(change_->latest, at);
  if (--change_->left == 0)
    begin_generation();
}

void tenant::begin_generation() {
  const auto again = [this] { after(again_pause, [this] { begin_generation(); }); };
  const auto next =
      begun(rules_.now(), change_->width, context_->node->clock->now(), newest_bucket_, change_->latest);
  commit_entity(spread_key, to_text(next), [this, next, again](const result<void>& done) {
    if (!done)
      return again();
    rules_.read(next);
    write_in_order();
    const auto over = std::move(change_);
    log::info("tenant.spread", {{"tenant", context_->entry->config.id},
                                {"shards", next.width},
                                {"generation", next.generation},
                                {"waited", waiting_events_}});
    for (std::uint32_t n = 1; n < std::max(over->before, next.width); ++n)
      tell_begun(n, next.generation);
    self_->send(context_->supervisor, wake_tenant{context_->entry->config.id});
    // A place that begins later reads in the tables where things stand; should this fail, it waits a little longer.
    // A catalog that came during the change is told now.
    self_->request(context_->supervisor, ask_timeout, settle_tables{})
        .then(
            [this](const commit_answer&) {
              if (rules_.now().width > 1)
                ask_places(place_question{read_again{}}, [] {});
            },
            [](const caf::error&) {});
    look_at_spread(); // perhaps it was changed again meanwhile
    take_parked();
  });
}

void tenant::park(const chain_ptr& todo) {
  tenant_batch rest{{}, todo->received_at, todo->deadline, todo->times};
  for (; todo->done < todo->events.size(); ++todo->done)
    rest.events.push_back(todo->events[todo->done].event);
  parked_.push_back(std::move(rest));
  if (!change_ && parked_.size() == 1)
    self_->send(self_, deferred{[this] { take_parked(); }});
}

void tenant::take_parked() {
  if (change_)
    return;
  for (const auto& batch : parked_)
    waiting_events_ += batch.events.size();
  waiting_.insert(waiting_.begin(), std::move_iterator(parked_.begin()), std::move_iterator(parked_.end()));
  parked_.clear();
  take_waiting();
}

void tenant::take_waiting() {
  const auto now = context_->node->clock->now();
  while (!change_ && !waiting_.empty()) {
    auto batch = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_events_ -= batch.events.size();
    if (batch.deadline > now) {
      take_at_home(std::move(batch));
      break;
    }
    for (const auto& e : batch.events) // nobody asks any more; a copy may be on its way
      if (batch.deadline + expired_events_told > now)
        tell(e, event_outcome::retry);
  }
  if (!change_ && !waiting_.empty())
    self_->send(self_, deferred{[this] { take_waiting(); }});
}

void tenant::tell_begun(std::uint32_t nth, std::uint64_t generation) {
  const auto& now = rules_.now();
  if (change_ || now.generation != generation)
    return;
  ask_place(nth_place(nth), place_question{begin_place{generation, now.width, place_.epoch, now.after}},
            [this, nth, generation](const result<std::string>& answer) {
              if (!answer && answer.error().code != errc::conflict)
                after(again_pause, [this, nth, generation] { tell_begun(nth, generation); });
            });
}

// -- everywhere ------------------------------------------------------------

void tenant::write_in_order() {
  // Journals are read in the order of time, and this shard's clock may be behind that of a place before.
  if (const auto after = rules_.now().after; after > written_after_) {
    written_after_ = after;
    self_->send(context_->supervisor, write_after{after});
  }
}

void tenant::clear_out(std::function<void(result<time_ms>)> then) {
  clearing_ = clearing{std::move(then), context_->node->clock->now()};
  valve_->is_shut = true;
  look_if_clear();
}

void tenant::look_if_clear() {
  const auto waited = context_->node->clock->now() - clearing_->since;
  const auto works = [](const auto& s) { return s.second->handed_over > 0 || s.second->questions > 0; };
  if ((valve_->permits > 0 && waited < sends_patience) ||
      (waited < updates_patience && std::any_of(slots_.begin(), slots_.end(), works)))
    return after(quiet_pause, [this] { look_if_clear(); });
  for (const auto& [id, s] : slots_)
    if (s->actor)
      self_->send_exit(s->actor, caf::exit_reason::user_shutdown);
  if (!slots_.empty())
    return after(quiet_pause, [this] { look_if_clear(); });
  for (const auto& [number, sender] : senders_)
    self_->send(sender, forget_queue{});
  const auto done = [this](const result<time_ms>& settled) {
    const auto over = std::move(*clearing_);
    clearing_.reset();
    identities_.clear(); // some may never have been written
    valve_->is_shut = false;
    over.then(settled);
  };
  self_->request(context_->supervisor, ask_timeout, settle_tables{})
      .then(
          [done](const commit_answer& answer) {
            done(answer.committed ? result<time_ms>(answer.latest) : answer.why);
          },
          [done](const caf::error&) { done(make_error(errc::unavailable, "the shard did not answer")); });
}

void tenant::wait_for_generation() {
  if (std::exchange(is_waiting_for_generation_, true))
    return;
  after(generation_pause, [this] {
    is_waiting_for_generation_ = false;
    if (!rules_.now().is_changing())
      return;
    // Should the home have ended meanwhile, this brings it back.
    ask_place(context_->entry->shard, place_question{read_again{}}, [this](const result<std::string>&) {
      if (rules_.now().is_changing())
        load();
    });
  });
}

} // namespace wakala::actors
