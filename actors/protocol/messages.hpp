/// \file
/// What the actors say to each other. Values; what may travel between nodes has `inspect` and a round-trip test, the
/// rest stays on its node.
#pragma once

#include "actors/outbound/account_steps.hpp"
#include "actors/outbound/message_post.hpp"
#include "actors/outbound/number_gate.hpp"
#include "actors/protocol/node_context.hpp"
#include "actors/protocol/posted.hpp"
#include "actors/protocol/routing.hpp"
#include "actors/tracing/hop_stamps.hpp"
#include "persistence/store.hpp"
#include "runtime/store_actors.hpp"

#include <boost/container/small_vector.hpp>
#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace wakala::actors {

/// An update on its way to its conversation. Shared: nobody copies it, nobody changes it.
using event_ptr = std::shared_ptr<const routed_event>;

/// edge → shard supervisor: the updates of one POST that belong to the shard. What became of each is told to `to`.
struct shard_batch {
  std::vector<routed_event> events;
  std::vector<std::uint32_t> places; ///< beside `events`: where in the POST
  std::shared_ptr<posted> to;
  time_ms received_at = 0;
  time_ms deadline = 0;  ///< store time after which an event is dropped uncommitted
  std::uint8_t hops = 0; ///< nodes that have handed it on
  hop_times times{};
};

/// shard supervisor → tenant. The supervisor sees commits itself; of every other outcome the tenant tells it by
/// `event_verdict`.
struct tenant_batch {
  boost::container::small_vector<event_ptr, 1> events;
  time_ms received_at = 0;
  time_ms deadline = 0;
  hop_times times{};
};

/// tenant → shard supervisor: what became of an update without a commit.
struct event_verdict {
  event_key key;
  event_outcome outcome = event_outcome::retry;
};

struct conversation_event {
  event_ptr event;
  std::uint64_t ordinal = 0; ///< statuses: the message it is about, when the tenant found it; 0: not
  bool is_too_much = false;  ///< its shopper writes more than anybody could answer: recorded, not answered
};

/// tenant → conversation; answered by `conversation_answer`.
struct conversation_batch {
  boost::container::small_vector<conversation_event, 1> events;
  time_ms received_at = 0;
  time_ms deadline = 0;
  /// INTERNAL to the conversation: of the first ones, committed before one asked for something that took its time.
  boost::container::small_vector<event_outcome, 1> settled;
  hop_times times{};
};

/// One outcome per event, in order, up to the first that stopped the rest from being tried.
struct conversation_answer {
  conversation_id conversation;
  boost::container::small_vector<event_outcome, 16> outcomes;
};

/// conversation → tenant, the last it says: it has ended, for whatever reason.
struct conversation_ended {
  conversation_id conversation;
};

/// One commit before it has a shard, an epoch and a sequence number.
struct commit_draft {
  conversation_id conversation;
  std::optional<event_key> key;
  event_outcome outcome = event_outcome::committed; ///< what the commit makes of the event of `key`
  bool changes_state = false;                       ///< the conversation's own row is to go with it
  time_ms received_at = 0;                          ///< of the update of `key`, at the edge; 0: nothing came in
  hop_times times{};                                ///< of the same
  std::vector<persistence::record> personal;
  std::vector<persistence::record> business;
};

/// conversation or tenant → shard supervisor: make durable, together. Answered by `commit_answer`.
struct commit_request {
  tenant_id tenant;
  std::uint64_t lease = 0; ///< of the conversation, from its load; 0 for the tenant's own commits
  std::vector<commit_draft> drafts;
  std::vector<persistence::wrapped_key> keys;
};
struct commit_answer {
  bool committed = false;
  error why;
  time_ms latest = 0; ///< to `settle_tables`: no row of the shard is later
};

/// conversation → shard supervisor; answered by `load_answer`.
struct load_request {
  tenant_id tenant;
  conversation_id conversation;
};
struct loaded {
  std::uint64_t lease = 0; ///< commits under an older lease of the same conversation are refused
  std::optional<bytes> state;
  std::optional<bytes> wrapped_key;
  std::vector<persistence::stored_value> outbox;
};
using load_answer = runtime::answer<loaded>;

/// tenant → conversation: may you go? It ends, or answers `conversation_stays`.
struct passivate {};
struct conversation_stays {
  conversation_id conversation;
};
/// shard supervisor → tenant, tenant → conversation: you have something to send.
struct wake {
  conversation_id conversation;
  bool has_moved = false; ///< the rows of what it has to send still belong to another shard: write them again
};
/// shard supervisor → tenant → conversation: a timer of yours has come due. An event like any other, keyed by name
/// and due time.
struct timer_fired {
  conversation_id conversation;
  std::string name;
  time_ms due = 0;
};
/// node → shard supervisor: end, once nobody waits for an answer of yours.
struct stop_shard {};
/// node → shard supervisor: another node is to have the shard. Finish what is going on, send what comes from then on
/// to the shard's `remote_shard`, and end.
struct give_up_shard {};
/// shard supervisor → node: the shard is open here.
struct shard_is_open {
  shard_id shard = 0;
  std::uint64_t epoch = 0;
};
/// shard supervisor → node: nothing more is taken in here. Answered when what comes is sent past it.
struct shard_is_closing {
  shard_id shard = 0;
};
/// tenant → shard supervisor: tell me when the tables hold everything that was asked to be committed until now.
/// Answered by `commit_answer`.
struct settle_tables {};
/// tenant → shard supervisor: rows from now on are later than this.
struct write_after {
  time_ms at = 0;
};
/// tenant → shard supervisor: wake my conversations that have something to send.
struct wake_tenant {
  tenant_id tenant;
};
/// tenant → shard supervisor: that conversation has ended, nothing more comes under its lease.
struct conversation_gone {
  conversation_id conversation;
};
/// registry → tenants: your configuration is now this.
struct reconfigure {
  tenant_entry_ptr entry;
};

/// tenant → conversation: your surroundings changed.
struct tenant_context;
struct context_change {
  std::shared_ptr<const tenant_context> context;
};

/// conversation → tenant → sender of that number: I have a message ready, and its number's gate is shut. The sender
/// answers later with `send_grant`. Asking again for the same message is harmless.
struct send_ticket {
  caf::actor conversation;
  std::string number_id;
  std::uint64_t ordinal = 0;
  send_priority priority = send_priority::reply;
  message_class kind = message_class::service;
};
/// sender → conversation: go ahead. Dropping it gives the place back.
struct send_grant {
  std::uint64_t ordinal = 0;
  number_gate::permit_ptr permit;
};
/// transport → conversation: what became of a call.
struct send_result {
  std::uint64_t ordinal = 0;
  std::string number_id;
  send_outcome outcome;
};

// Questions of the admin API. All are answered by `text_answer`: JSON text.
using text_answer = runtime::answer<std::string>;

struct conversation_query {
  std::string contact;                                        ///< phone number in digits, or user id
  std::optional<conversation_id> conversation = std::nullopt; ///< when the home of a spread tenant has looked it up
};
struct messages_query {
  std::string contact;
  std::string after; ///< a message's position, from `next`
  std::size_t limit = 100;
  std::optional<conversation_id> conversation = std::nullopt; ///< as above
};
struct conversations_query {
  std::string after;
  std::size_t limit = 100;
};
struct catalog_put {
  std::string json;
};
struct catalog_get {};
/// A new catalog, of which everything that is wrong is told.
struct catalog_import {
  std::string text;
  bool is_csv = false;
  bool is_partial = false; ///< what is good is taken although there are faults; then nothing is removed
};
struct orders_query {
  std::string after;
  std::size_t limit = 100;
};
/// One order: look at it, or do something with it (`commerce::order_move`). `form`: a JSON object, or empty.
struct order_action {
  std::string order;  ///< its id, or the code of one that is not over
  std::string action; ///< `get`, `confirm`, `pay`, …
  std::string form;
};
/// The shop's books, the latest entries first, and the sums of its accounts.
struct ledger_query {
  std::string after;
  std::size_t limit = 100;
};
/// About payments through providers: what a provider says (`stripe`, `stk`, `validation`, `confirmation`,
/// `reversal`), or what somebody asks (`list`, `attention`, `get`, `check`, `match`, `settle`, `register`, `report`).
struct payment_call {
  std::string action;
  std::string id;   ///< of an attempt; a cursor; a day
  std::string text; ///< as it came; a JSON object
};
/// Events for the merchant's own system that are not delivered.
struct hooks_query {
  std::string state; ///< `pending` or `failed`; empty: both
  std::string after;
  std::size_t limit = 100;
};
struct hook_action {
  std::string id;     ///< of the event; empty for `test`
  std::string action; ///< `retry`, `drop` or `test`
};
/// Dead letters and set-aside input of a tenant.
struct letters_query {
  persistence::table where = persistence::table::dead_letter;
  std::string after;
  std::size_t limit = 100;
  bool packed = false; ///< answer with an array of whole events for replaying, instead of what people see
};
struct letter_action {
  persistence::table where = persistence::table::dead_letter;
  std::string id;      ///< hex of the event key's hash
  bool replay = false; ///< false: drop
};
/// What Meta says of the account, or its templates.
struct account_query {
  bool are_templates = false;
};
/// Nothing is answered to the shopper and nothing is sent, or again as usual.
struct shopper_block {
  std::string contact;
  bool is_blocked = true;
  std::optional<conversation_id> conversation = std::nullopt; ///< when the home of a spread tenant has looked it up
};
/// A person takes the conversation over, so that the bot falls silent, or hands it back. Answered by
/// `{"human":{"active","until"}}`.
struct human_turn {
  std::string contact;
  bool begins = true;
  bool greets = false;                                        ///< at its end the bot shows its menu, if it may write
  std::optional<conversation_id> conversation = std::nullopt; ///< when the home of a spread tenant has looked it up
};
/// What an operator does with a conversation's actor: `passivate`, `restart`, `pause` or `resume`. Answered by
/// `{"result"}`: `done`, `stays` (it has something to do) or `not_live`. A paused one takes nothing in, so that Meta
/// is told to come again, and sends nothing.
struct actor_action {
  std::string contact; ///< of nobody: actors are called by their ids
  std::string action;
  std::uint32_t minutes = 0; ///< of a pause
  std::optional<conversation_id> conversation = std::nullopt;
};
/// For the system's tenant: write down what somebody has done (a JSON object). Answered by `{"n","hash"}`.
struct audit_add {
  std::string entry;
};
/// The same, read: the latest first. With `verifies`: is the chain whole?
struct audit_query {
  std::string after;
  std::size_t limit = 100;
  bool verifies = false;
};
/// For a shard supervisor or the node: how are you? Answered by `text_answer`.
struct shard_query {};

// Between the places of a spread tenant: its home, and the other shards that hold its conversations. All are answered
// by `text_answer`.

/// home → place: nothing of a generation before this one is served any more. Answered when the tables hold all of it,
/// by a time that no row of it is later than (milliseconds, as text).
struct leave_place {
  std::uint64_t generation = 0;
  std::uint64_t epoch = 0; ///< of the home's owner
};
/// home → place: this generation has begun.
struct begin_place {
  std::uint64_t generation = 0;
  std::uint32_t width = 1;
  std::uint64_t epoch = 0;
  time_ms after = 0; ///< `spread::after`
};
/// home → place: the catalog has changed; the tables have it. place → home: I wait for a generation to begin.
struct read_again {};
/// home → place: answer when the tables hold what is committed here.
struct settle_here {};
/// place → place of that conversation: it has something to send, or a timer of it has come due.
struct wake_there {
  conversation_id conversation;
  std::string timer; ///< empty: something to send
  time_ms due = 0;
};
/// place → home: how many messages may leave from that number here? Answered by "GRANTED WAIT": so many, and so many
/// milliseconds until asking again is of use.
struct sends_wanted {
  std::string number_id;
  std::uint32_t count = 0;
  time_ms paused = 0; ///< Meta wants a pause of so many milliseconds
};
/// conversation → its tenant → home: place an order, once, however often the same update asks for it. Answered, when
/// that is durable, by the text of a `commerce::order_answer`.
struct order_wanted {
  conversation_id conversation;
  event_hash event{};  ///< of the update that asks
  std::string request; ///< text of a `commerce::order_request`
};
/// conversation → its tenant → home: pay for an order, or look whether it is paid; once, however often the same
/// update asks for it. Answered, when that is durable, by the text of a `commerce::payment_answer`.
struct pay_wanted {
  conversation_id conversation;
  event_hash event{};  ///< of the update that asks
  time_ms at = 0;      ///< of that update
  std::string request; ///< text of a `commerce::payment_request`
};
/// conversation → its tenant → home: Meta has said something of a number by an error code; or it accepts again.
struct number_news {
  std::string number_id;
  std::int32_t code = 0;
  bool is_recovery = false;
  bool is_of_status = false; ///< of a message that Meta had accepted
};
/// place → home: how many of the shop's own answers may leave there? `returned` of those granted before have not.
/// Answered as `sends_wanted` is.
struct replies_wanted {
  std::uint32_t count = 0;
  std::uint32_t returned = 0;
};
/// conversation → its tenant → home: may this template tell the news of an order to a shopper whose window is closed?
/// Answered by the text of a `commerce::template_answer`; once it may, it is counted, however often the same update
/// asks. `overloaded` while a limit is used up.
struct template_wanted {
  conversation_id conversation;
  event_hash event{}; ///< of the update that asks
  std::string name;
  std::string language;
};
struct place_question { // part of the protocol between nodes: append only
  std::variant<leave_place, begin_place, read_again, wake_there, sends_wanted, settle_here, order_wanted, number_news,
               replies_wanted, pay_wanted, template_wanted>
      what;
};

/// node → shard supervisor: a message for one tenant of yours. The answer comes from the tenant.
template <class T>
struct for_tenant {
  tenant_id tenant;
  T question;
};

} // namespace wakala::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::shard_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::event_verdict)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::tenant_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::conversation_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::conversation_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::conversation_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::commit_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::commit_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::load_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::load_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::passivate)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::conversation_stays)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::wake)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::timer_fired)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::stop_shard)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::give_up_shard)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::shard_is_open)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::shard_is_closing)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::conversation_gone)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::reconfigure)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::context_change)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::send_ticket)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::send_grant)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::send_result)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::text_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::conversation_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::messages_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::conversations_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::catalog_put)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::catalog_get)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::catalog_import)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::orders_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::order_action)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::ledger_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::payment_call)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::hooks_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::hook_action)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::read_post)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::account_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::account_errand)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::shopper_block)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::human_turn)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::actor_action)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::audit_add)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::audit_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::for_tenant<wakala::actors::actor_action>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::for_tenant<wakala::actors::audit_add>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::for_tenant<wakala::actors::audit_query>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::number_news)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::replies_wanted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::message_post)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::letters_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::letter_action)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::shard_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::settle_tables)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::write_after)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::wake_tenant)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::sends_wanted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::place_question)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::for_tenant<wakala::actors::place_question>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::for_tenant<wakala::actors::conversation_query>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::for_tenant<wakala::actors::messages_query>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::for_tenant<wakala::actors::conversations_query>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::for_tenant<wakala::actors::catalog_put>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::for_tenant<wakala::actors::catalog_get>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::for_tenant<wakala::actors::catalog_import>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::for_tenant<wakala::actors::orders_query>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::for_tenant<wakala::actors::order_action>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::for_tenant<wakala::actors::ledger_query>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::for_tenant<wakala::actors::payment_call>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::for_tenant<wakala::actors::hooks_query>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::for_tenant<wakala::actors::hook_action>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::for_tenant<wakala::actors::read_post>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::for_tenant<wakala::actors::message_post>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::for_tenant<wakala::actors::account_query>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::for_tenant<wakala::actors::account_errand>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::for_tenant<wakala::actors::shopper_block>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::for_tenant<wakala::actors::human_turn>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::for_tenant<wakala::actors::letters_query>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::for_tenant<wakala::actors::letter_action>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::for_tenant<wakala::actors::reconfigure>)
