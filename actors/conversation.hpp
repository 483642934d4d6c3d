/// \file
/// One shopper's conversation with one shop: a thin actor around a pure step, and the queue of what it has to send.
#pragma once

#include "actors/conversation_records.hpp"
#include "actors/messages.hpp"
#include "actors/tenant.hpp"
#include "runtime/token_bucket.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <deque>
#include <functional>
#include <map>
#include <optional>

namespace wakala::actors {

/// Every step is computed on a copy, committed, and only then becomes the state: memory never runs ahead of disk.
/// While a commit is out nothing else is handled.
class conversation {
public:
  static inline const char* name = "wakala.conversation";

  explicit conversation(caf::event_based_actor* self) : self_(self) {}

  caf::behavior start(tenant_context_ptr context, conversation_id id, caf::actor supervisor, caf::actor owner);

private:
  /// All that a commit may change.
  struct mutable_state {
    conversation_record record;
    std::deque<outbox_item> outbox;
    /// Deliveries that are not final yet, by ordinal. What is not here is read from the store.
    std::map<std::uint64_t, delivery_record> deliveries;
    bool exists = false; ///< the store has, or is about to get, a row
  };

  void with_loaded(std::function<void()> then, std::function<void(const error&)> failed);
  result<void> unseal(const loaded& all);

  void take(conversation_batch batch, caf::response_promise promise);
  void fetch_deliveries(std::vector<std::uint64_t> ordinals, std::function<void(bool)> then);
  void process(const conversation_batch& batch, caf::response_promise promise);
  /// One update on `next`; the records of its commit go to `draft`. `unmatched` when it is a status of nothing of
  /// ours.
  event_outcome apply(mutable_state& next, const conversation_event& e, time_ms received_at, commit_draft& draft);
  event_outcome apply_status(mutable_state& next, const conversation_event& e, commit_draft& draft);
  void apply_step(mutable_state& next, const routed_event& e, time_ms received_at, commit_draft& draft);
  void map_identities(mutable_state& next, commit_draft& draft) const;
  /// Keeps the timer of the cart's expiry in step with the cart.
  void put_cart_timer(const commerce::cart& before, const commerce::cart& after, commit_draft& draft) const;
  void fire(const timer_fired& timer);
  void put_state(const mutable_state& next, commit_draft& draft) const;
  void put_delivery(mutable_state& next, std::uint64_t ordinal, const delivery_record& d, commit_draft& draft) const;
  void put_outbox(const outbox_item& item, commit_draft& draft) const;
  void settle_send(mutable_state& next, std::uint64_t ordinal, const std::string& message_id,
                   commit_draft& draft) const;
  void put_message_ref(std::uint64_t ordinal, const std::string& message_id, commit_draft& draft) const;

  /// Commits and then makes `next` the state; on failure ends the actor, to be loaded afresh.
  void commit(mutable_state next, std::vector<commit_draft> drafts, std::function<void(const commit_answer&)> then);

  /// Ends the actor because what it holds cannot be relied on; its successor goes on with what is to be sent.
  void end_early();

  void pump();
  void plan_pump(time_ms wait);
  void granted(const send_grant& grant);
  void sent(send_result result);
  outbox_item* find(std::deque<outbox_item>& outbox, std::uint64_t ordinal) const;

  persistence::record sealed(persistence::table where, bytes row_key, std::string_view text, time_ms due = 0) const;
  result<std::string> unsealed(persistence::table where, const bytes& row_key, std::string_view value) const;

  text_answer view();
  void messages(const messages_query& q, caf::response_promise promise);

  caf::event_based_actor* self_;
  tenant_context_ptr context_;
  conversation_id id_;
  caf::actor supervisor_;
  caf::actor owner_;

  bool is_loaded_ = false;
  std::uint64_t lease_ = 0;
  std::optional<persistence::sealing_key> key_;
  bytes unsaved_key_; ///< wrapped; goes along with the first commit
  mutable_state state_;
  std::map<std::uint64_t, bool> known_ordinals_; ///< answers of the store for this batch: is it a message of ours?
  runtime::token_bucket pair_budget_{45.0, 6'000.0}; ///< Cloud API reference §11
  std::optional<std::uint64_t> waiting_grant_;
  std::optional<std::uint64_t> in_flight_;
  std::uint64_t pump_generation_ = 0;
};

caf::actor spawn_conversation(caf::event_based_actor* owner, tenant_context_ptr context, const conversation_id& id,
                              caf::actor supervisor);

/// One line of the list of conversations: JSON of session and cart, without texts.
result<std::string> conversation_summary(const tenant_context& context, const conversation_id& id,
                                         std::string_view sealed_state, std::string_view wrapped_key);

} // namespace wakala::actors
