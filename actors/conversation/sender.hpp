/// \file
/// One business number's queue: who waits for its gate.
#pragma once

#include "actors/protocol/messages.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <array>
#include <deque>
#include <memory>
#include <set>

namespace wakala::actors {

/// tenant → sender: those that wait have ended, or are about to.
struct forget_queue {};

/// Lets waiting conversations through the number's gate: replies first, then notifications, then broadcasts, and
/// those of one kind in the order they came. Kinds that may not leave at present let the others pass. It holds no
/// message: those stay with their conversations, so its own end loses nothing.
class sender {
public:
  static inline const char* name = "wakala.sender";

  explicit sender(caf::event_based_actor* self) : self_(self) {}
  ~sender();
  sender(const sender&) = delete;
  sender& operator=(const sender&) = delete;

  caf::behavior start(node_context_ptr node, std::shared_ptr<number_gate> gate);

private:
  struct place {
    caf::actor conversation;
    std::uint64_t ordinal = 0;
    message_class kind = message_class::service;
    bool operator<(const place& other) const {
      return conversation.address() != other.conversation.address()
                 ? conversation.address() < other.conversation.address()
                 : ordinal < other.ordinal;
    }
  };

  bool is_empty() const;
  /// Those that only wait for a place.
  std::size_t waiting() const;
  /// Gives places to the first ones of the queue; false: there are no more.
  bool grant_from(std::deque<place>& queue, time_ms now);
  void grant_next();

  caf::event_based_actor* self_;
  node_context_ptr node_;
  std::shared_ptr<number_gate> gate_;
  std::array<std::deque<place>, 9> queues_; ///< by `send_priority`, then by `message_class`
  std::set<place> queued_;
  time_ms tick_at_ = 0; ///< when the next planned look is; 0: none is
};

caf::actor spawn_sender(caf::event_based_actor* parent, node_context_ptr node, std::shared_ptr<number_gate> gate);

} // namespace wakala::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::forget_queue)
