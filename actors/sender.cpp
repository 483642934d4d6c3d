#include "actors/sender.hpp"

#include "actors/send_policy.hpp"
#include "runtime/core/log.hpp"

namespace wakala::actors {

namespace {

struct grant_tick {};
/// INTERNAL: a call came back.
struct call_returned {
  caf::actor conversation;
  std::uint64_t ordinal = 0;
  send_outcome outcome;
};

/// Calls in flight at once per number; the pace bounds them over time.
constexpr std::size_t calls_max = 32;
/// Longer than any call may take.
constexpr time_ms grant_age_max = 120 * ms_per_second;

} // namespace

} // namespace wakala::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::grant_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::call_returned)

namespace wakala::actors {

caf::behavior sender::start(node_context_ptr node, tenant_entry_ptr entry, std::string number_id) {
  node_ = std::move(node);
  entry_ = std::move(entry);
  number_id_ = std::move(number_id);
  const auto rate = static_cast<double>(node_->limits.messages_per_second);
  pace_ = runtime::token_bucket(std::max(1.0, rate / 4), 1'000.0 / rate);
  self_->set_default_handler(caf::drop);
  return {
    [this](const send_ticket& ticket) {
      place p{ticket.conversation, ticket.ordinal};
      if (!granted_.contains(p) && queued_.insert(p).second)
        queue_.push_back(std::move(p));
      grant_next();
    },
    [this](grant_tick) {
      tick_is_planned_ = false;
      grant_next();
    },
    [this](const send_release& release) {
      done(caf::actor_cast<caf::actor>(self_->current_sender()), release.ordinal);
    },
    [this](const transmit& call) {
      node_->count->sends_attempted.fetch_add(1, std::memory_order_relaxed);
      const auto me = caf::actor_cast<caf::actor>(self_);
      node_->graph->send(send_call{number_id_, entry_->config.access_token, call.body},
                         [me, conversation = call.conversation, ordinal = call.ordinal](send_outcome outcome) {
                           caf::anon_send(me, call_returned{conversation, ordinal, std::move(outcome)});
                         });
    },
    [this](call_returned& returned) {
      const auto& outcome = returned.outcome;
      if (outcome.what == send_outcome::kind::refused) {
        const auto now = node_->clock->now();
        const auto kind = whatsapp::classify(outcome.failure);
        using whatsapp::error_class;
        if (kind == error_class::pace_number) {
          pace_.drain(now);
          paused_until_ = std::max(paused_until_, now + ms_per_second);
        } else if (kind == error_class::unauthorised || kind == error_class::blocked ||
                   kind == error_class::pace_account) {
          if (paused_until_ <= now)
            log::error("sender.paused", {{"tenant", entry_->config.id},
                                         {"number", number_id_},
                                         {"code", outcome.failure.code},
                                         {"why", to_string(kind)}});
          paused_until_ = now + 60 * ms_per_second;
        }
      }
      done(returned.conversation, returned.ordinal);
      self_->send(returned.conversation, send_result{returned.ordinal, std::move(returned.outcome)});
    },
    [this](const reconfigure& change) {
      entry_ = change.entry;
      paused_until_ = 0; // perhaps with a new token
      grant_next();
    },
  };
}

void sender::done(const caf::actor& conversation, std::uint64_t ordinal) {
  granted_.erase(place{conversation, ordinal});
  grant_next();
}

void sender::grant_next() {
  const auto now = node_->clock->now();
  if (granted_.size() >= calls_max) // a conversation that ended with its grant gives nothing back
    std::erase_if(granted_, [&](const auto& item) { return now - item.second > grant_age_max; });
  const bool limited = node_->graph->has_limits();
  while (!queue_.empty() && granted_.size() < calls_max && paused_until_ <= now && (!limited || pace_.take(now))) {
    auto next = std::move(queue_.front());
    queue_.pop_front();
    queued_.erase(next);
    self_->send(next.conversation, send_grant{next.ordinal});
    granted_.emplace(std::move(next), now);
  }
  if (!queue_.empty() && !std::exchange(tick_is_planned_, true)) {
    const auto wait = std::max({pace_.wait(now), paused_until_ - now, time_ms{1}});
    self_->delayed_send(self_, std::chrono::milliseconds{std::min<time_ms>(wait, 1'000)}, grant_tick{});
  }
}

caf::actor spawn_sender(caf::event_based_actor* parent, node_context_ptr node, tenant_entry_ptr entry,
                        const std::string& number_id) {
  return parent->spawn<caf::linked>(
    [node = std::move(node), entry = std::move(entry), number_id](caf::stateful_actor<sender>* self) -> caf::behavior {
      return self->state.start(node, entry, number_id);
    });
}

} // namespace wakala::actors
