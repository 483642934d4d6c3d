/// \file
/// A merchant with traffic: who the shoppers are, which conversations are awake, what the shop sells.
#pragma once

#include "actors/messages.hpp"

#include <caf/actor_addr.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <unordered_map>

namespace wakala::actors {

/// What a tenant's conversations share. Immutable, replaced as a whole.
struct tenant_context {
  node_context_ptr node;
  tenant_entry_ptr entry;
  commerce::catalog_snapshot shelf;
};
using tenant_context_ptr = std::shared_ptr<const tenant_context>;

class tenant {
public:
  static inline const char* name = "wakala.tenant";

  explicit tenant(caf::event_based_actor* self) : self_(self) {}
  /// Its conversations end with it and are no longer counted as live.
  ~tenant();
  tenant(const tenant&) = delete;
  tenant& operator=(const tenant&) = delete;

  caf::behavior start(node_context_ptr node, tenant_entry_ptr entry, caf::actor supervisor);

private:
  using hash16 = bytes; ///< 16 bytes
  struct slot {
    caf::actor actor;
    std::size_t outstanding = 0;
    time_ms last_used = 0;
    bool leaving = false;
    std::vector<std::function<void()>> held; ///< what came while it was leaving
    std::list<conversation_id>::iterator order;
  };
  /// The updates of one POST for this tenant, while they are worked on.
  struct batch_work {
    tenant_batch batch;
    std::vector<event_outcome> outcomes;
    std::size_t open = 0;
    caf::response_promise promise;
  };
  using work_ptr = std::shared_ptr<batch_work>;
  /// The updates of one conversation in a POST, in order.
  struct chain {
    conversation_id conversation;
    std::vector<std::size_t> indices;
    std::vector<std::uint64_t> ordinals; ///< beside `indices`: the message a status is about
    std::size_t done = 0;
    std::size_t tries = 0;   ///< handler failures of the event at `done`
    std::size_t bounces = 0; ///< deaths of the conversation under us
  };
  using chain_ptr = std::shared_ptr<chain>;
  /// Row keys of what an update may name.
  struct names {
    bytes phone;
    bytes user;
    bytes previous_user;
    bytes message;
  };

  void take(tenant_batch batch, caf::response_promise promise);
  void resolve(work_ptr work);
  void dispatch(work_ptr work, const std::unordered_map<bytes, bytes>& refs);
  void run(work_ptr work, chain_ptr todo);
  void answered(work_ptr work, chain_ptr todo, const batch_answer& answer);
  void bounced(work_ptr work, chain_ptr todo);
  void dead_letter(work_ptr work, chain_ptr todo);
  void record(work_ptr work, std::size_t index, aside_reason reason);
  void finish(const work_ptr& work, std::size_t index, event_outcome outcome);
  void give_up(const work_ptr& work, const chain_ptr& todo, event_outcome outcome);

  names names_of(const whatsapp::event& e) const;
  /// The conversation that an update belongs to; a new one when the shopper is unknown and `may_create`.
  std::optional<conversation_id> conversation_of(const whatsapp::event& e, bool may_create);
  void learn(const bytes& key, const conversation_id& conversation, std::string user);

  slot& awake(const conversation_id& id);
  void touch(slot& s, const conversation_id& id);
  void let_go(const conversation_id& id);
  void make_room();
  void idle_sweep();
  caf::actor sender_for(const std::string& number_id);
  void reconfigure_with(tenant_entry_ptr entry);
  void load_catalog();

  void with_contact(const std::string& contact, std::function<void(result<conversation_id>)> then);
  template <class Query>
  caf::response_promise ask_conversation(const Query& q);
  template <class Query>
  void put_question(const conversation_id& id, const Query& q, const caf::response_promise& promise);
  void down(const caf::down_msg& message);
  void remove(const conversation_id& id);
  void change_context(tenant_context_ptr next);
  caf::response_promise put_catalog(const catalog_put& put);
  caf::response_promise list_conversations(const conversations_query& q);
  caf::response_promise list_letters(const letters_query& q);
  caf::response_promise act_on_letter(const letter_action& action);
  void deliver(const caf::response_promise& promise, result<std::string> r) const;

  caf::event_based_actor* self_;
  caf::actor supervisor_;
  tenant_context_ptr context_;
  std::unordered_map<conversation_id, slot> slots_;
  std::list<conversation_id> order_; ///< least recently used first
  std::unordered_map<caf::actor_addr, conversation_id> by_address_;
  struct mapping {
    conversation_id conversation;
    std::string user; ///< hash (hex) of the user id the conversation had when it was mapped; empty: none
  };
  std::unordered_map<bytes, mapping> identities_; ///< bounded cache of identity rows
  std::map<std::string, caf::actor> senders_;
};

caf::actor spawn_tenant(caf::event_based_actor* parent, node_context_ptr node, tenant_entry_ptr entry,
                        caf::actor supervisor);

} // namespace wakala::actors
