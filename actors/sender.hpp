/// \file
/// One business number's way out: pace, concurrency, and what it learns from refusals.
#pragma once

#include "actors/messages.hpp"
#include "runtime/token_bucket.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <deque>
#include <map>
#include <memory>
#include <set>

namespace wakala::actors {

/// Grants sends in the order they were asked for, as fast as the number's throughput allows; transmits what was
/// committed. It holds no message: those stay with their conversations, so its own end loses nothing.
class sender {
public:
  static inline const char* name = "wakala.sender";

  explicit sender(caf::event_based_actor* self) : self_(self) {}

  caf::behavior start(node_context_ptr node, tenant_entry_ptr entry, std::string number_id);

private:
  struct place {
    caf::actor conversation;
    std::uint64_t ordinal = 0;
    bool operator<(const place& other) const {
      return conversation.address() != other.conversation.address()
                 ? conversation.address() < other.conversation.address()
                 : ordinal < other.ordinal;
    }
  };

  void grant_next();
  void done(const caf::actor& conversation, std::uint64_t ordinal);

  caf::event_based_actor* self_;
  node_context_ptr node_;
  tenant_entry_ptr entry_;
  std::string number_id_;
  runtime::token_bucket pace_{1.0, 1.0};
  std::deque<place> queue_;
  std::set<place> queued_;
  std::map<place, time_ms> granted_; ///< when
  time_ms paused_until_ = 0;
  bool tick_is_planned_ = false;
};

caf::actor spawn_sender(caf::event_based_actor* parent, node_context_ptr node, tenant_entry_ptr entry,
                        const std::string& number_id);

} // namespace wakala::actors
