/// \file
/// A merchant with traffic: who the shoppers are, which conversations are awake, what the shop sells.
#pragma once

#include "actors/identity_cache.hpp"
#include "actors/messages.hpp"

#include <boost/intrusive/list.hpp>
#include <caf/actor_addr.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <unordered_map>

namespace wakala::actors {

/// What a tenant's conversations share. Immutable, replaced as a whole.
struct tenant_context {
  node_context_ptr node;
  tenant_entry_ptr entry;
  commerce::catalog_snapshot shelf;
  std::shared_ptr<number_gates> gates;
  caf::actor supervisor; ///< of the shard
  caf::actor owner;      ///< the tenant itself
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

  caf::behavior start(node_context_ptr node, tenant_entry_ptr entry, caf::actor supervisor,
                      std::shared_ptr<send_valve> valve);

private:
  /// The updates of one conversation in a POST, in order.
  struct chain {
    conversation_id conversation;
    boost::container::small_vector<conversation_event, 1> events;
    time_ms received_at = 0;
    time_ms deadline = 0;
    std::size_t done = 0;
    std::size_t tries = 0;       ///< handler failures of the event at `done`
    std::size_t bounces = 0;     ///< deaths of the conversation under us
    bool was_looked_up = false;  ///< the message of the status at `done`, by its id
    std::shared_ptr<chain> next; ///< behind it with the same conversation
  };
  using chain_ptr = std::shared_ptr<chain>;
  /// A conversation that is awake. One for each shopper with traffic, so its size counts.
  struct slot : boost::intrusive::list_base_hook<> {
    const conversation_id* id = nullptr;
    caf::actor actor;
    time_ms last_used = 0;
    chain_ptr first; ///< with the conversation, in the order handed over
    chain* last = nullptr;
    std::uint32_t handed_over = 0; ///< length of that list
    std::uint32_t questions = 0;
    bool leaving = false;
    std::unique_ptr<std::vector<std::function<void()>>> held; ///< what came while it was leaving

    bool is_busy() const noexcept { return handed_over > 0 || questions > 0 || leaving || !actor; }
  };
  /// Row keys of what an update may name.
  struct names {
    bytes phone;
    bytes user;
    bytes previous_user;
  };
  /// A POST's part with the names its updates need.
  struct intake {
    tenant_batch batch;
    boost::container::small_vector<names, 1> who; ///< beside the events
  };

  void take(tenant_batch batch);
  void dispatch(intake& in, const std::unordered_map<bytes, bytes>& refs);
  void run(chain_ptr todo);
  void answered(const conversation_answer& answer);
  void go_on(chain_ptr todo, const conversation_answer& answer);
  void bounced(chain_ptr todo);
  void look_up(chain_ptr todo);
  void dead_letter(chain_ptr todo);
  /// Commits an update that belongs to no conversation.
  void record(const event_ptr& what, aside_reason reason);
  /// Tells the supervisor of an outcome that is not the event's own commit.
  void tell(const event_ptr& what, event_outcome outcome);
  void give_up(const chain_ptr& todo, event_outcome outcome);
  chain_ptr take_chain(slot& s);

  names names_of(const whatsapp::event& e) const;
  /// Row key of the message that a status names by its id alone; empty when it need not be looked up.
  bytes message_of(const whatsapp::event& e) const;
  /// The conversation that an update belongs to; a new one when the shopper is unknown and `may_create`.
  std::optional<conversation_id> conversation_of(const whatsapp::event& e, const names& who, bool may_create);
  bool may_be_unsaved(const conversation_id& id) const;
  void learn(const bytes& key, const conversation_id& conversation, const bytes& user);

  slot& awake(const conversation_id& id);
  void touch(slot& s);
  void hold(slot& s, std::function<void()> run_later);
  void run_held(slot& s);
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
  void ended(const conversation_id& id);
  void change_context(tenant_context_ptr next);
  caf::response_promise put_catalog(const catalog_put& put);
  caf::response_promise list_conversations(const conversations_query& q);
  caf::response_promise list_letters(const letters_query& q);
  caf::response_promise act_on_letter(const letter_action& action);
  void deliver(const caf::response_promise& promise, result<std::string> r) const;

  caf::event_based_actor* self_;
  tenant_context_ptr context_;
  std::unordered_map<conversation_id, slot, random_id_hash, random_id_equal> slots_;
  boost::intrusive::list<slot> order_; ///< least recently used first
  identity_cache identities_{16'384};
  time_ms identities_aged_at_ = 0;
  std::map<std::string, caf::actor> senders_;
};

caf::actor spawn_tenant(caf::event_based_actor* parent, node_context_ptr node, tenant_entry_ptr entry,
                        caf::actor supervisor, std::shared_ptr<send_valve> valve);

} // namespace wakala::actors
