#include "actors/conversation/sender.hpp"

#include <algorithm>

namespace wakala::actors {

namespace {

/// Time has passed, or a place has become free.
struct grant_tick {
  time_ms planned_for = -1; ///< -1: a place has become free
};

} // namespace

} // namespace wakala::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::grant_tick)

namespace wakala::actors {

sender::~sender() {
  if (gate_)
    gate_->set_queue(false, nullptr); // those that waited ask again, or go through by themselves
}

caf::behavior sender::start(node_context_ptr node, std::shared_ptr<number_gate> gate) {
  node_ = std::move(node);
  gate_ = std::move(gate);
  self_->set_default_handler(caf::drop);
  return {
      [this](const send_ticket& ticket) {
        place p{ticket.conversation, ticket.ordinal, ticket.kind};
        if (queued_.insert(p).second)
          queues_.at(static_cast<std::size_t>(ticket.priority) * 3 + static_cast<std::size_t>(ticket.kind))
              .push_back(std::move(p));
        grant_next();
      },
      [this](forget_queue) {
        for (auto& queue : queues_)
          queue.clear();
        queued_.clear();
        gate_->set_queue(false, nullptr);
      },
      [this](grant_tick tick) {
        if (tick.planned_for == tick_at_)
          tick_at_ = 0;
        grant_next();
      },
  };
}

bool sender::is_empty() const {
  return std::all_of(queues_.begin(), queues_.end(), [](const auto& queue) { return queue.empty(); });
}

std::size_t sender::waiting() const {
  const auto now = node_->clock->now();
  std::size_t count = 0;
  for (const auto& queue : queues_)
    if (!queue.empty() && !gate_->holds(queue.front().kind, now))
      count += queue.size();
  return count;
}

bool sender::grant_from(std::deque<place>& queue, time_ms now) {
  while (!queue.empty()) {
    const auto kind = queue.front().kind;
    auto permit = gate_->enter(now, true, kind);
    if (!permit)
      return gate_->holds(kind, now); // then those behind it may go first
    auto next = std::move(queue.front());
    queue.pop_front();
    queued_.erase(next);
    self_->send(next.conversation, send_grant{next.ordinal, std::move(permit)});
  }
  return true;
}

void sender::grant_next() {
  const auto now = node_->clock->now();
  for (auto& queue : queues_)
    if (!grant_from(queue, now))
      break;
  if (is_empty()) {
    gate_->set_queue(false, nullptr);
    return;
  }
  const auto count = waiting();
  if (count > 0)
    gate_->want(now, count);
  gate_->set_queue(count > 0, [me = caf::actor_cast<caf::actor>(self_)] { caf::anon_send(me, grant_tick{}); });
  const auto wait = count == 0 ? ms_per_second : std::min(gate_->wait(now), ms_per_second);
  if (tick_at_ != 0 && tick_at_ <= now + wait)
    return; // a look is planned that comes early enough
  tick_at_ = now + wait;
  self_->delayed_send(self_, std::chrono::milliseconds{wait}, grant_tick{tick_at_});
}

caf::actor spawn_sender(caf::event_based_actor* parent, node_context_ptr node, std::shared_ptr<number_gate> gate) {
  return parent->spawn<caf::linked>(
      [node = std::move(node), gate = std::move(gate)](caf::stateful_actor<sender>* self) -> caf::behavior {
        return self->state.start(node, gate);
      });
}

} // namespace wakala::actors
