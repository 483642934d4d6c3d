/// \file
/// A merchant with traffic: who the shoppers are, which conversations are awake, what the shop sells. On the tenant's
/// home shard; on the other shards of a tenant that is spread, only the conversations that lie there.
#pragma once

#include "actors/outbound/graph_errand.hpp"
#include "actors/outbound/posting_windows.hpp"
#include "actors/protocol/messages.hpp"
#include "actors/protocol/spread.hpp"
#include "actors/protocol/tenant_context.hpp"
#include "actors/tenant/flood_guard.hpp"
#include "actors/tenant/hooks/hook_events.hpp"
#include "actors/tenant/identity_cache.hpp"
#include "commerce/catalog_sync.hpp"
#include "commerce/paying.hpp"
#include "commerce/stock_book.hpp"
#include "whatsapp/account.hpp"

#include <boost/intrusive/list.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <caf/actor_addr.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <nlohmann/json_fwd.hpp>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <unordered_map>

namespace wakala::actors {

struct audit_entry;
struct audit_check;

/// Where a tenant's actor is.
struct tenant_place {
  caf::actor supervisor; ///< of the shard
  shard_id shard = 0;
  std::uint64_t epoch = 0; ///< of the shard
};

class tenant {
public:
  static inline const char* name = "wakala.tenant";

  explicit tenant(caf::event_based_actor* self);
  /// Its conversations end with it and are no longer counted as live.
  ~tenant();
  tenant(const tenant&) = delete;
  tenant& operator=(const tenant&) = delete;

  caf::behavior start(node_context_ptr node, tenant_entry_ptr entry, tenant_place place,
                      const std::shared_ptr<send_valve>& valve);

private:
  /// The updates of one conversation in a POST, in order.
  struct chain {
    conversation_id conversation;
    boost::container::small_vector<conversation_event, 1> events;
    time_ms received_at = 0;
    time_ms deadline = 0;
    std::size_t done = 0;
    std::size_t tries = 0;        ///< handler failures of the event at `done`
    std::size_t bounces = 0;      ///< deaths of the conversation under us
    bool was_looked_up = false;   ///< the message of the status at `done`, by its id
    std::uint64_t generation = 0; ///< at home: in which it was resolved
    hop_times times;
    std::vector<std::pair<bytes, bytes>> to_map; ///< identities (row key, user's row key) to be written first
    std::shared_ptr<chain> next;                 ///< behind it with the same conversation
  };
  using chain_ptr = std::shared_ptr<chain>;
  /// A conversation that is awake. One for each shopper with traffic, so its size counts.
  struct slot : boost::intrusive::list_base_hook<> {
    explicit slot(const conversation_id& of) : id(of) {}

    conversation_id id;
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
    bytes new_phone;
  };
  using answered_function = std::function<void(text_answer)>;
  /// A POST's part with the names its updates need.
  struct intake {
    tenant_batch batch;
    boost::container::small_vector<names, 1> who; ///< beside the events
  };

  void take(tenant_batch batch);
  void take_at_home(tenant_batch batch);
  /// What is left of it is to be resolved anew.
  void park(const chain_ptr& todo);
  void take_parked();
  /// One of those that waited; what it asks for is answered before the next one is taken.
  void take_waiting();
  void resolve(tenant_batch batch);
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
  static chain& add_to(boost::container::small_vector<chain_ptr, 1>& chains, const tenant_batch& batch,
                       const conversation_id& conversation, conversation_event event);

  // tenant_places.cpp: conversations that lie on other shards, and updates that another shard has handed on
  bool is_elsewhere(const conversation_id& id) const { return place_of(id) != place_.shard; }
  /// One generation is over here, and the next has not begun: no conversation may be awake.
  bool is_between_generations() const {
    return change_ || clearing_ || (!context_->is_home && rules_.now().is_changing());
  }
  shard_id place_of(const conversation_id& id) const;
  shard_id nth_place(std::uint32_t n) const;
  /// Takes out what was committed on a shard that its conversation has left; then goes on.
  void look_elsewhere(tenant_batch batch);
  void map_then_run(chain_ptr todo);
  void mapped(const conversation_id& conversation, const error* why);
  void hand_on(const chain_ptr& todo);
  void handed_back(const chain_ptr& todo, const std::vector<event_outcome>& outcomes);
  void take_handed(const tenant_batch& batch);
  void report(const chain_ptr& todo, event_outcome outcome);
  void wake_up(const wake& w, unsigned tries = 0);
  void fire(const timer_fired& timer);
  caf::response_promise answer_place(const place_question& q);
  void ask_place(shard_id shard, place_question q, std::function<void(result<std::string>)> then);
  void ask_for_sends(const sends_wanted& wanted);
  /// The other places read again what they keep of the tables.
  void tell_places_to_read(std::function<void()> then, unsigned tries = 0);
  /// Until the tables hold what the other places have committed.
  void settle_places(std::function<void()> then);
  /// `then` once all have answered, or some have not in time.
  void ask_places(const place_question& q, std::function<void()> then);

  struct book_plan; ///< what a commit changes in the books
  // tenant_rows.cpp
  /// Reads all rows of a table (that begin with `prefix`), one page after the other; nothing else is done meanwhile.
  /// `take` is given a row's key and its text, or why it cannot be opened; where it says false, or the store does not
  /// answer, the tenant ends, to be started anew by its supervisor with back-off.
  void load_rows(persistence::table where, bytes prefix,
                 std::function<bool(const bytes&, const result<std::string>&)> take, std::function<void()> then = {},
                 bytes after = {});
  /// A page of a list.
  struct row_list;
  /// `show` adds what is shown of a row's text.
  void list_rows(persistence::range_query query, std::function<result<void>(nlohmann::json&, std::string_view)> show,
                 std::function<void(result<row_list>)> then);

  // tenant_orders.cpp: stock and orders, at home
  /// Reads, one page after the other, the orders that keep pieces; nothing else is done meanwhile.
  void load_orders();
  caf::response_promise place_order(const order_wanted& wanted);
  /// Knows what there is while it does it, since nothing else is being booked.
  void place_now(const order_wanted& wanted, commerce::order_request request, const answered_function& then);
  // tenant_order_care.cpp: what shoppers ask of their orders
  void answer_about(const order_wanted& wanted, const commerce::order_question& q, const answered_function& then);
  using order_function = std::function<void(result<std::optional<commerce::placed_order>>)>;
  /// The conversation's order of that code and time, whatever its state.
  void find_order(const conversation_id& whose, const commerce::order_question& q, const order_function& then);
  void cancel_for_shopper(const std::optional<commerce::placed_order>& found, const answered_function& then);
  result<void> add_lapse(book_plan& plan, const commerce::placed_order& o, time_ms now) const;
  void drop_lapsed_orders();
  void lapses_written(const std::vector<commerce::placed_order>& lapsed, bool is_written);
  caf::response_promise list_orders(const orders_query& q);

  // tenant_books.cpp: stock, orders and money, changed by one after the other
  /// Runs it when nothing else is being booked: what it plans on holds until it has been written. It ends by
  /// `books_free`, or by `write_books`.
  void with_books(std::function<void()> work);
  void books_free();
  /// `conflict` when it would stand beside another order of the same cart.
  result<void> add_change(book_plan& plan, const commerce::order_change& change) const;
  /// `corrupt` when it does not balance.
  result<void> add_entry(book_plan& plan, const commerce::ledger_entry& entry) const;
  /// Money for the order, that has perhaps lapsed since; the order as it is then.
  result<commerce::placed_order> add_payment(book_plan& plan, const commerce::placed_order& order,
                                             const commerce::payment& what) const;
  /// Where it is remembered that a receipt has been counted, and whose it is: a receipt pays once.
  bytes receipt_row(std::string_view method, std::string_view receipt) const;
  persistence::record receipt_record(std::string_view method, std::string_view receipt, std::string_view whose) const;
  /// Writes the plan, and only then changes what is known here; `then` gets null, or why nothing was changed.
  void write_books(book_plan plan, std::function<void(const error*)> then);
  void load_stock();
  void read_balances(const std::optional<bytes>& sealed);
  caf::response_promise list_ledger(const ledger_query& q);
  /// As the merchant has put it, less what was sold since.
  commerce::catalog_snapshot present_shelf() const;
  void show_shelf();

  // tenant_waking.cpp: a timer of the home, so that what is due is done although nobody writes
  /// With what the plan brings, when the timer there is would come later.
  void put_home_timer(const book_plan& plan, std::vector<persistence::record>& rows);
  void home_timer_fired();
  std::optional<time_ms> next_due() const;

  // pay_desk.hpp: payments through providers, at home
  class pay_desk;
  /// The ways of paying that the shop has now.
  static commerce::pay_offer offer_of(const node_context& node, const tenant_config& config);

  // tenant_order_moves.cpp: what becomes of orders
  struct order_errand; ///< something to be done with one order
  using errand_ptr = std::shared_ptr<order_errand>;
  caf::response_promise act_on_order(const order_action& q);
  void take_order(const errand_ptr& errand);
  void order_done(const errand_ptr& errand, text_answer answer);
  void look_at_receipt(const errand_ptr& errand);
  void move_order(const errand_ptr& errand);

  // tenant_news.cpp: what shoppers are told of their orders
  void load_news();
  struct news_item {
    conversation_id conversation;
    time_ms at = 0;
    std::string text; ///< of the `commerce::order_news`
    bool is_on_its_way = false;
    event_hash event{};      ///< of the update that tells it, while it is on its way
    bool is_counted = false; ///< as a template: it may go
    time_ms wait = 0;        ///< a limit is used up for so long
  };
  /// Row key of the latest news of the order.
  static bytes news_key(const commerce::placed_order& order);
  static news_item news_at(const commerce::placed_order& order, time_ms at,
                           const std::optional<commerce::payment_news>& payment = std::nullopt);
  persistence::record news_record(const bytes& key, const news_item& item) const;
  /// Tells the first of each order, unless it is on its way.
  void tell_news();
  void news_told(const bytes& key, event_outcome outcome);

  // tenant_templates.cpp: order templates, outside of shoppers' windows
  /// May the news leave by a template? Counted as a posted one is.
  caf::response_promise allow_template(const template_wanted& wanted);
  /// Brings to Meta those that the account does not have.
  void submit_order_templates(std::function<void(std::string)> then);
  // tenant_hooks.cpp: what the merchant's own system is told, in order for each order, until it has taken it
  struct hook_desk;
  void load_hooks();
  void read_hooks();
  /// Rows for what the plan has to tell.
  void add_hook_rows(book_plan& plan, std::vector<persistence::record>& rows);
  void hooks_written(const book_plan& plan);
  void hooks_reconfigured();
  /// Sends what may go now.
  void deliver_hooks();
  void deliver_hooks_at(time_ms due);
  void send_hook(const bytes& key);
  /// Reads the row of one that is held; puts it back when it cannot be read now.
  void open_held_hook(const bytes& key, std::function<void(hook_row)> then);
  void hook_answered(const bytes& key, const hook_row& row, const hook_answer& answer);
  void hook_refused(const bytes& key, hook_row row, const hook_answer& answer);
  bytes hooks_fingerprint() const;
  void read_hooks_stopped(const std::optional<bytes>& sealed);
  void resume_hooks();
  void set_aside_old_hooks();
  void set_hook_aside(const bytes& key, hook_row row, std::string why);
  void forget_failed_hooks();
  void commit_hooks(std::vector<persistence::record> rows, std::function<void(result<void>)> then);
  persistence::record hook_record(const bytes& row_key, const hook_row& row) const;
  result<hook_row> open_hook(const bytes& row_key, const bytes& sealed) const;
  hook_call hook_call_of(std::string id, std::string body) const;

  // tenant_hook_calls.cpp: the same as the merchant asks for it
  caf::response_promise list_hooks(const hooks_query& q);
  caf::response_promise act_on_hook(const hook_action& q);
  void test_hook(const caf::response_promise& promise);
  void retry_or_drop_hook(const hook_action& q, const bytes& key, const caf::response_promise& promise,
                          unsigned tries = 0);
  void retry_hook(const bytes& key, const runtime::get_answer& rows, const caf::response_promise& promise);
  void drop_hook(const bytes& key, const caf::response_promise& promise);

  // tenant_posting.cpp: messages that somebody outside wants sent
  struct posting; ///< one on its way
  using posting_ptr = std::shared_ptr<posting>;
  caf::response_promise post_message(message_post post);
  /// What the standing of the account has against it.
  void look_at_standing(message_post& post) const;
  void find_receiver(const posting_ptr& p);
  void count_posting(const posting_ptr& p);
  void set_posting_limits();
  /// With what is fresh goes what has changed and what is to be forgotten.
  void put_posting_rows(commit_draft& draft, const std::vector<posting_windows::row>& fresh);
  void hand_over_posting(const posting_ptr& p);
  void posting_answered(const posting_ptr& p, text_answer answer);
  caf::response_promise post_read(const read_post& post);
  /// Counts some of the shop's own answers against the merchant's hour; how many. `then` when that is on disk, or
  /// could not be.
  std::uint32_t count_replies(const replies_wanted& wanted, std::function<void(bool)> then);
  void ask_for_replies(const replies_wanted& wanted);
  /// Reads, one page after the other, when messages were posted; nothing else is done meanwhile.
  void load_windows();

  // tenant_account.cpp: what Meta says of the account
  void read_account(const std::optional<bytes>& sealed);
  /// Commits a management update, and what it changes.
  void record_management(const event_ptr& what);
  /// What was learnt is saved, and holds from now on.
  void account_changed();
  void save_account();
  void account_stored(std::uint64_t version, const result<void>& done);
  /// What is known is of the account that is configured, or is forgotten.
  void look_whose_account();
  void apply_account();
  void take_news(const number_news& news);
  /// What comes from the phone app says that the number is there as well.
  void learn_if_shared(const routed_event& e);
  caf::response_promise answer_account(const account_query& q);
  caf::response_promise run_account_errand(const account_errand& errand);
  void ask_meta(const account_errand& errand, std::function<void(std::string)> then);
  void ask_meta_now_and_then();
  caf::response_promise block_shopper(const shopper_block& q);
  void tell_meta_of_block(const shopper_block& q, const caf::response_promise& promise);
  run_here here();

  // tenant_catalog.cpp: what the shop sells, and Meta's catalog that is kept as ours, at home
  caf::response_promise put_catalog(const catalog_put& put);
  caf::response_promise import_catalog(const catalog_import& import);
  /// Commits it; it holds from then on, at every place.
  void store_shelf(commerce::catalog shelf, std::function<void(result<void>)> then);
  /// The catalog's form, and how far Meta has it.
  std::string catalog_text();
  void read_catalog_sync(const std::optional<bytes>& sealed);
  /// Takes the next step if one is due and none is being taken.
  void sync_catalog();
  void sync_catalog_in(std::chrono::milliseconds pause);
  /// It is started soon; many changes in a row start it once.
  void sync_catalog_soon();
  /// From now on the conversations show as WhatsApp's own products what Meta is known to have.
  void show_meta_goods();
  /// Meta does not show them although it should: for a while our own lists do.
  void goods_were_refused();
  void send_catalog_batch(std::string body);
  void ask_about_catalog_batch();
  void catalog_step_done(const commerce::sync_judgement& how);
  void ask_about_catalog(graph_question question, std::function<void(result<graph_reply>)> then);
  const commerce::meta_shelf& wanted_at_meta();

  // tenant_audit.cpp: what operators have done, at the system's tenant
  caf::response_promise add_audit(const audit_add& add);
  void last_audit(std::function<void(result<std::optional<audit_entry>>)> then);
  result<audit_entry> open_audit(const persistence::stored_value& row) const;
  void write_audit(const audit_entry& entry, const caf::response_promise& promise);
  caf::response_promise list_audit(const audit_query& q);
  caf::response_promise verify_audit();
  void verify_audit_from(const bytes& after, const std::shared_ptr<audit_check>& check,
                         const caf::response_promise& promise);

  // tenant_outcomes.cpp
  commit_request letter_commit(const event_ptr& what, aside_reason reason) const;
  void commit_letter(const event_ptr& what, commit_request request, std::function<void()> then = {});
  conversation_event counted(const conversation_id& from, event_ptr e, std::uint64_t ordinal);

  // tenant_spread.cpp: the width changes
  void look_at_spread();
  void announce_change();
  void leave_places();
  void ask_to_leave(std::uint32_t nth);
  void has_left(time_ms at);
  void begin_generation();
  void tell_begun(std::uint32_t nth, std::uint64_t generation);
  /// Ends every conversation here, in good order as far as it can be had in time, and waits for the tables.
  void clear_out(std::function<void(result<time_ms>)> then); ///< with `commit_answer::latest`
  void write_in_order();
  void look_if_clear();
  /// A place that does not know the present generation looks until it does.
  void wait_for_generation();
  void commit_entity(const bytes& key, std::string_view text, std::function<void(result<void>)> then);
  void after(std::chrono::milliseconds pause, std::function<void()> run_then);

  names names_of(const whatsapp::event& e) const;
  /// Row key of the message that a status names by its id alone; empty when it need not be looked up.
  bytes message_of(const whatsapp::event& e) const;
  /// The conversation that an update belongs to; a new one when the shopper is unknown and `may_create`.
  std::optional<conversation_id> conversation_of(const whatsapp::event& e, const names& who, bool may_create);
  bool keeps_names_of(const conversation_id& id) const;
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
  void load();
  void read_shelf(const std::optional<bytes>& sealed);
  void read_spread(const std::optional<bytes>& sealed);

  void with_contact(const std::string& contact, std::function<void(result<conversation_id>)> then);
  template <class Query>
  caf::response_promise ask_conversation(const Query& q);
  /// Of one that is not awake nothing is changed, unless it is to be paused.
  caf::response_promise act_on_actor(const actor_action& q);
  static answered_function to(const caf::response_promise& promise);
  /// The same, to a conversation on another shard.
  template <class Query>
  void ask_there(const conversation_id& id, Query q, answered_function then, unsigned tries = 0);
  template <class Query>
  void put_question(const conversation_id& id, const Query& q, answered_function then);
  void down(const caf::down_msg& message);
  void ended(const conversation_id& id);
  void change_context(const std::shared_ptr<tenant_context>& next);
  caf::response_promise list_conversations(const conversations_query& q);
  void list_stored(const persistence::range_query& query, const caf::response_promise& promise);
  caf::response_promise list_letters(const letters_query& q);
  caf::response_promise act_on_letter(const letter_action& action);
  void deliver(const caf::response_promise& promise, result<std::string> r) const;

  caf::event_based_actor* self_;
  tenant_context_ptr context_;
  boost::unordered_flat_map<conversation_id, std::unique_ptr<slot>, random_id_hash, random_id_equal> slots_;
  boost::intrusive::list<slot> order_; ///< least recently used first
  identity_cache identities_{16'384};
  time_ms identities_swept_at_ = 0;
  std::map<std::string, caf::actor> senders_;

  tenant_place place_;
  place_rules rules_;
  time_ms written_after_ = 0; ///< what the shard was told
  std::shared_ptr<send_valve> valve_ = std::make_shared<send_valve>();
  std::uint32_t newest_bucket_ = 0; ///< of the events seen
  /// Updates of shoppers whose identities are on their way to the store, before they go to another shard.
  std::unordered_map<conversation_id, std::vector<chain_ptr>, random_id_hash, random_id_equal> mapping_;
  /// Identities that the update at hand has brought.
  std::vector<std::pair<bytes, bytes>> new_identities_;
  struct width_change {
    std::uint32_t width = 1;
    std::uint32_t before = 1;
    time_ms since = 0;
    std::size_t left = 0; ///< places that have not left yet
    time_ms latest = 0;   ///< by their clocks
  };
  std::unique_ptr<width_change> change_;
  std::deque<tenant_batch> waiting_; ///< for the change to end
  std::size_t waiting_events_ = 0;
  std::vector<tenant_batch> parked_; ///< the same, of what was taken before it began
  std::size_t handed_on_ = 0;        ///< chains that another shard has
  struct clearing {
    std::function<void(result<time_ms>)> then;
    time_ms since = 0;
  };
  std::optional<clearing> clearing_;
  bool is_waiting_for_generation_ = false;
  posting_windows posted_;
  std::shared_ptr<reply_budget> replies_;
  bool said_that_replies_wait_ = false;
  flood_guard floods_;
  whatsapp::account_facts account_;
  bool is_asking_meta_ = false;
  bool knows_account_ = false;       ///< it was read
  std::uint64_t account_learnt_ = 0; ///< versions of it
  std::uint64_t account_saved_ = 0;
  bool is_saving_account_ = false;
  struct catalog_syncing {
    commerce::catalog_sync state;
    bool is_known = false;       ///< it was read
    bool is_busy = false;        ///< a step is being taken
    bool is_soon = false;        ///< one is about to be
    bool is_shelf_known = false; ///< what cannot be read is not taken for an empty shop
    time_ms due_at = 0;
    unsigned failures = 0; ///< in a row
    unsigned looks = 0;    ///< at the batch that is out
    unsigned refusals = 0; ///< of single items, in a row
    std::string why;       ///< the last step failed
    commerce::meta_shelf wanted;
    commerce::catalog_snapshot wanted_of; ///< what `wanted` was made of
    commerce::item_shop wanted_for;
    time_ms not_shown_until = 0; ///< Meta has refused to show products
  };
  catalog_syncing meta_catalog_;
  commerce::stock_book book_;
  commerce::balances balances_;
  commerce::catalog_snapshot put_shelf_ = std::make_shared<const commerce::catalog>(); ///< as the merchant has put it
  bool is_shelf_stale_ = false;
  std::deque<std::function<void()>> book_work_; ///< the first is being done
  std::map<bytes, news_item> news_;             ///< by row key, so that those of one order are in order
  time_ms home_timer_ = 0;                      ///< when it is due; 0: there is none, as far as is known
  std::unique_ptr<pay_desk> desk_;              ///< never null
  std::shared_ptr<hook_desk> hooks_;            ///< at home
};

caf::actor spawn_tenant(caf::event_based_actor* parent, node_context_ptr node, tenant_entry_ptr entry,
                        tenant_place place, std::shared_ptr<send_valve> valve);

} // namespace wakala::actors
