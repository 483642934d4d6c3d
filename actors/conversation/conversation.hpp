/// \file
/// One shopper's conversation with one shop: a thin actor around a pure step, and the queue of what it has to send.
#pragma once

#include "actors/conversation/kept_deliveries.hpp"
#include "actors/protocol/messages.hpp"
#include "actors/protocol/tenant_context.hpp"
#include "actors/records/conversation_records.hpp"
#include "runtime/slim_actor.hpp"
#include "runtime/token_bucket.hpp"

#include <boost/container/devector.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wakala::actors {

/// A step is computed, committed, and only then believed. While a commit is out, what comes in waits, and then goes
/// into the next commit together: a busy shopper costs one write, not one for each update. What a refused commit
/// changed is put back. Between commits the state is kept as the bytes that the store has: a silent shopper costs
/// little.
class conversation final : public runtime::slim_actor {
public:
  conversation(caf::actor_config& config, tenant_context_ptr context, const conversation_id& id);

  const char* name() const override { return "wakala.conversation"; }
  /// Tells its tenant that it is gone, however it ended.
  void on_exit() override;

private:
  using outbox_items = std::vector<outbox_item>;
  using drafts = std::vector<commit_draft>;

  /// A call that may be made: its attempt is on disk, or needs to be on none.
  struct armed_call {
    std::uint64_t ordinal = 0;
    std::string number_id;
    std::string read_mark; ///< body of a call that no row remembers
    number_gate::permit_ptr permit;
  };
  /// What the home is asked before an update can be dealt with, and what it has said.
  struct home_wish {
    event_hash event{};
    place_question what;
  };
  struct home_word {
    event_hash event{};
    std::optional<commerce::order_answer> order;
    std::optional<commerce::template_answer> may_reach;
    std::optional<commerce::payment_answer> payment;
  };
  /// What a conversation has at hand while it is not silent.
  struct activity {
    bool is_busy = false;                                    ///< a question to the supervisor is out
    std::vector<conversation_batch> inbox;                   ///< updates that wait for it
    std::vector<send_result> results;                        ///< outcomes of calls that wait for it
    boost::container::devector<std::function<void()>> later; ///< everything else
    boost::container::devector<armed_call> armed;            ///< in the order to be made
    std::optional<send_grant> grant;                         ///< the sender let us through
    std::vector<std::uint64_t> not_ours;                     ///< asked of the store: no such message
    std::size_t singly = 0;                                  ///< so many batches are to be committed alone
    std::optional<home_wish> asking;                         ///< of the home, by the first update of the inbox
    std::optional<home_word> said;                           ///< what it has said
  };
  /// What a commit changes and its refusal brings back.
  struct changes {
    std::optional<bytes> state;         ///< the new one, packed
    std::optional<outbox_items> outbox; ///< as it was
    /// Deliveries as they were, oldest change first; without a value: was not kept.
    std::vector<std::pair<std::uint64_t, std::optional<delivery_record>>> deliveries;
  };
  /// One commit in the making.
  struct work {
    drafts all;
    commit_draft draft; ///< of the update at hand
    std::optional<conversation_record> record;
    changes undo;
    std::vector<std::pair<std::uint64_t, std::size_t>> fresh; ///< new outbox items by ordinal, and their drafts
    std::vector<armed_call> arming;
    bool disarm = false; ///< what was armed must wait: a call before it has to be made again
    boost::container::devector<armed_call> disarmed; ///< it; armed again should the commit be refused
    std::function<void(const error* why)> told;      ///< when it is committed, or why it is not
    bool threw = false;
    std::optional<home_wish> asking; ///< of an update of the last batch, which waits for the answer
    std::vector<conversation_batch> batches;
    std::vector<conversation_answer> answers; ///< beside the batches
    std::vector<send_result> results;
  };

  bool receive(caf::type_erased_tuple& what) override;

  // What comes in, one commit after the other (conversation.cpp).
  void may_go();
  /// Writes all that is to be sent again, so that it belongs to this shard.
  void adopt_outbox();
  activity& act();
  void later(std::function<void()> what);
  void go();
  void load();
  void loaded_with(const load_answer& answer);
  result<void> unseal(const loaded& all);
  /// Tells the table of actors how much it keeps.
  void count_bytes();
  bool fetch_unknown_deliveries();
  void refuse_inbox();
  void ask_home();
  static result<home_word> word_of(const home_wish& wish, const text_answer& answer);
  void handle_all();
  void handle(work& w, const conversation_batch& batch, conversation_answer& answer);
  void finish_drafts(work& w);
  /// Commits; takes `undo` back if it is refused, and ends the actor, to be loaded afresh, if its outcome is unknown.
  void commit(std::shared_ptr<work> w);
  void committed(work& w);
  void refused(work& w, const error& why);
  void take_back(changes& undo);
  /// Ends the actor because what it holds cannot be relied on; its successor goes on with what is to be sent.
  void end_early();

  // Updates (conversation_updates.cpp).
  result<conversation_record> unpacked() const;
  /// One update; the records of its commit go to `w.draft`. `unmatched` when it is a status of nothing of ours.
  event_outcome apply(work& w, const conversation_event& e, time_ms received_at);
  event_outcome apply_status(work& w, const conversation_event& e);
  void apply_step(work& w, const conversation_event& what, time_ms received_at);
  /// The record that this commit changes.
  conversation_record& record_of(work& w) const;
  /// Meta says by a code that the shopper wants no marketing, or something of the number.
  void learn_from_code(work& w, int code, const std::string& number_id, time_ms at, bool is_of_status);
  void enqueue(work& w, const whatsapp::recipient& to, const commerce::reply& what, const std::string& number,
               send_priority priority);
  void enqueue_read_mark(work& w, const whatsapp::recipient& to, const std::string& message_id,
                         const std::string& number);
  /// It stands in the transcript as failed.
  void show_refused(work& w, const commerce::reply& what, transcript_entry shown);
  /// The same of a body that is ready; ends with the ordinal.
  std::uint64_t enqueue_request(work& w, std::string request, transcript_entry shown, send_priority priority,
                                bool is_posted);
  void map_identities(conversation_record& record, commit_draft& draft) const;
  /// Keeps the timers of the cart, of its expiry and of the reminder, in step with it.
  void put_cart_timers(const commerce::conversation_state& before, const commerce::conversation_state& after,
                       commit_draft& draft) const;
  void put_timer(std::string_view name, time_ms before, time_ms due, commit_draft& draft) const;
  event_key key_of(const timer_fired& timer) const;
  void fire(const timer_fired& timer);
  void fire_reminder(const timer_fired& timer);
  /// What any step may know.
  commerce::step_context known() const;
  static whatsapp::recipient recipient_of(const commerce::identity& who);
  static void put_figures(const commerce::session_figures& figures, commit_draft& draft);
  void put_state(work& w, const conversation_record& record) const;
  void put_delivery(work& w, std::uint64_t ordinal, const delivery_record& d);
  void put_outbox(const outbox_item& item, commit_draft& draft) const;
  void put_message_ref(std::uint64_t ordinal, const std::string& message_id, commit_draft& draft) const;
  /// Before the outbox is changed.
  void remember_outbox(work& w) const;
  void erase_from_outbox(work& w, std::uint64_t ordinal);
  outbox_item* find(std::uint64_t ordinal);
  delivery_record delivery_of(std::uint64_t ordinal) const;

  // Sending (conversation_sending.cpp).
  /// Marks as attempted what may leave once this is committed.
  void arm(work& w);
  bool is_armed(std::uint64_t ordinal) const;
  number_gate::permit_ptr permit_for(const outbox_item& item, time_ms now);
  /// Not while the outcome of a call before it is still to be dealt with, unless that was accepted.
  void transmit_next();
  bool must_wait_for_results() const;
  void returned(send_result what);
  void apply_result(work& w, const send_result& what);
  void disarm(work& w);
  /// Meta has refused to show products of its catalog: it is not connected, perhaps. They are shown in our own way.
  void show_goods_ourselves(work& w, const outbox_item& refused);
  void pump();
  void plan_pump(time_ms wait);
  void expire_front();

  persistence::record sealed(persistence::table where, bytes row_key, std::string_view text, time_ms due = 0) const;
  result<std::string> unsealed(persistence::table where, const bytes& row_key, std::string_view value) const;

  // Messages that somebody outside wants sent (conversation_posting.cpp).
  void post_message(const message_post& post, caf::response_promise promise);
  void enqueue_post(const message_post& post, const caf::response_promise& promise);
  void block(const shopper_block& q, const caf::response_promise& promise);
  void take_turn(const human_turn& q, const caf::response_promise& promise);
  // What an operator does with the actor (conversation_actions.cpp).
  void act_on(const actor_action& q, const caf::response_promise& promise);
  bool is_paused() const;
  void pause_until(time_ms until);
  void look_if_paused();
  void drop_what_waits(work& w);
  /// Offers and news that have not left yet.
  void drop_what_nobody_asked_for(work& w);
  template <class Which>
  void drop(work& w, const char* why, Which which);

  // Questions (conversation_questions.cpp).
  text_answer view();
  void messages(const messages_query& q, caf::response_promise promise);

  tenant_context_ptr context_;
  conversation_id id_;
  std::uint64_t lease_ = 0;
  std::optional<persistence::sealing_key> key_;
  std::unique_ptr<bytes> unsaved_key_; ///< wrapped; goes along with the first commit
  resident_string state_;              ///< packed `conversation_record`; empty: the store has none yet
  outbox_items outbox_;
  kept_deliveries deliveries_; ///< those that are not final yet
  std::unique_ptr<activity> activity_;
  runtime::token_bucket pair_budget_{45.0, 6'000.0}; ///< Cloud API reference §11
  std::uint64_t in_flight_ = 0;                      ///< ordinal of the call that is out; 0: none
  time_ms in_flight_since_ = 0;
  std::uint64_t waiting_grant_ = 0; ///< ordinal the sender was asked for
  time_ms pump_at_ = 0;             ///< when the outbox is looked at by itself
  std::uint32_t pump_generation_ = 0;
  bool is_marking_ = false; ///< the call that is out is a mark as read
  bool is_loaded_ = false;
  bool is_ending_ = false;
  time_ms paused_until_ = 0; ///< 0: it is not paused
};

caf::actor spawn_conversation(caf::event_based_actor* owner, tenant_context_ptr context, const conversation_id& id);

/// One line of the list of conversations: JSON of session and cart, without texts.
result<std::string> conversation_summary(const tenant_context& context, const conversation_id& id,
                                         std::string_view sealed_state, std::string_view wrapped_key);

} // namespace wakala::actors
