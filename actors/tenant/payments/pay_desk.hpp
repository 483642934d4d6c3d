/// \file
/// Payments through providers, at the home of a tenant: attempts are written before a provider is asked, change one
/// after the other with the books, and go on where they were when their node has died. What is to be done, and when,
/// is decided by payments/tracking.hpp.
#pragma once

#include "actors/tenant/book_plan.hpp"

#include "payments/daraja_c2b.hpp"
#include "payments/stripe_events.hpp"
#include "payments/tracking.hpp"
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace wakala::actors {

class tenant::pay_desk {
public:
  explicit pay_desk(tenant& shop) : shop_(shop) {}

  /// Reads the attempts that something is still to come of; after the orders.
  void load();
  /// A shopper wants to pay, or says that it is done.
  caf::response_promise pay(const pay_wanted& wanted);
  /// What providers and the admin API say and ask.
  caf::response_promise call(const payment_call& what);
  /// When the next thing is to be done.
  std::optional<time_ms> next_due() const;
  /// The rows of the plan's attempts.
  void add_rows(const book_plan& plan, std::vector<persistence::record>& rows) const;
  /// Sends back what is owed for the order of that row, payment by payment.
  void settle(const std::string& order_row);
  /// The books were written: what follows for attempts of these orders.
  void written(const book_plan& plan);

private:
  using tracked = payments::tracked_attempt;
  using placed_order = commerce::placed_order;
  using done_function = std::function<void(const error*)>;
  /// Changes an attempt; false when there is nothing to change.
  using change_function = std::function<bool(tracked&)>;
  struct errand;
  using errand_ptr = std::shared_ptr<errand>;

  // pay_desk.cpp
  payments::tracking_rules rules() const;
  const tenant_config& config() const;
  time_ms now() const;
  bool is_provided(const tracked& t) const;
  bytes row_of(std::string_view id) const;
  /// Reads it, unless it is at hand.
  void find(const std::string& id, std::function<void(result<tracked>)> then);
  /// The order of that row, at hand or read.
  void find_order(const std::string& row, std::function<void(result<placed_order>)> then);
  /// Does what is due, and comes back when the next thing is.
  void look();
  void look_in(std::chrono::milliseconds pause);
  /// Books what counts by now, though nothing was heard.
  void book_now(const std::string& id);
  void take_step(const std::string& id, const payments::next_step& step);
  void step_over(const std::string& id);

  // pay_facts.cpp: every change of an attempt, and what it means for its order and the books, in one commit
  void apply(const std::string& id, change_function change, done_function then);
  /// Within the books: writes what has become of `before`.
  void carry(const tracked& before, const tracked& after, done_function then);
  /// The same, with more to be written beside it.
  void carry_with(book_plan plan, const tracked& before, const tracked& after, done_function then);
  void read_what_it_is_about(const errand_ptr& e);
  void write(const errand_ptr& e);
  void plan_payments(book_plan& plan, errand& e);
  void plan_returns(book_plan& plan, errand& e);
  void plan_news(book_plan& plan, errand& e) const;
  void close_attempts_of(const placed_order& o);
  void hear(const std::string& id, const payments::attempt_fact& fact, done_function then,
            const change_function& more = {});

  // pay_start.cpp: the prompt, or the page
  void pay_now(const pay_wanted& wanted, const commerce::payment_request& request, const answered_function& then);
  void begin(const pay_wanted& wanted, const commerce::payment_request& request, placed_order order,
             const answered_function& then);
  void start(const std::string& id);
  void send_start(const std::string& id, std::int64_t number);
  result<payments::provider_request> start_request(const tracked& t, const placed_order& order) const;
  void start_answered(const std::string& id, std::int64_t number, const payments::provider_answer& answer);

  // pay_queries.cpp: how did it go, and the end of a page
  /// `is_due`: it is one of the looks that were planned, not one that somebody asked for.
  void query(const std::string& id, bool is_due, done_function then = {});
  void close(const std::string& id);
  void send(const tracked& t, payments::provider_request request,
            std::function<void(payments::provider_answer)> then);

  // pay_returns.cpp: money that goes back
  void settle_again(const std::string& order_row);
  /// All of them, what was booked last first.
  void load_attempts(const placed_order& o, std::function<void(result<std::vector<tracked>>)> then);
  void give_back(const std::string& id, std::int64_t number);
  void send_return(const std::string& id, std::int64_t number);
  void return_answered(const std::string& id, std::int64_t number, const payments::provider_answer& answer);

  // pay_calls.cpp, pay_report.cpp
  void take_stripe_event(const payment_call& what, const answered_function& then);
  void apply_stripe_event(const std::string& id, const payments::stripe_event& event, const done_function& taken);
  void take_stk_callback(const payment_call& what, const answered_function& then);
  void take_reversal(const payment_call& what, const answered_function& then);
  void validate(const payment_call& what, const answered_function& then) const;
  void confirm(const payment_call& what, const answered_function& then);
  void confirm_now(const payments::c2b_payment& paid, const answered_function& then);
  void look_for_its_prompt(const payments::c2b_payment& paid, const placed_order& order, const done_function& answer);
  void book_by_hand(const payments::c2b_payment& paid, const std::optional<placed_order>& order,
                    const done_function& answer);
  /// A person has: of what M-Pesa will not say more about, too.
  void see_to(const std::string& id, const done_function& then);
  void match(const payment_call& what, const answered_function& then);
  void register_addresses(const answered_function& then);
  void list(const payment_call& what, const answered_function& then);
  struct day_report;
  void report(const std::string& day, const answered_function& then);
  void read_span(const bytes& prefix, time_ms from, time_ms until, std::function<result<void>(std::string_view)> take,
                 done_function then, bytes after = {});
  std::string callback_address(const std::string& token, std::string_view end) const;

  tenant& shop_;
  std::map<std::string, tracked> open_;       ///< by id: those that something is to come of
  std::map<std::string, std::string> payers_; ///< attempt → number that the prompt goes to; nowhere written
  std::set<std::string> busy_;                ///< a step of theirs is being taken
  std::set<std::string> settling_;            ///< rows of orders whose owed money is being looked at
  bool is_looking_ = false;                   ///< a look is due by a timer
};

inline const bytes attempt_prefix = "attempt."; ///< and its id: when it was asked for (8 bytes), and a hash (8 bytes)
inline const bytes intent_prefix = "intent.";   ///< and a payment's id at Stripe: which attempt it is of
inline const bytes owing_prefix = "owing.";     ///< and an order's row key, while something of it is to go back
inline const bytes open_attempt_prefix = "open_attempt."; ///< and the same, while it is open

} // namespace wakala::actors
