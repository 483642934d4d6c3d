// Whole payments that are owed to a shopper go back the way they came.
#include "actors/records/conversation_records.hpp"
#include "actors/records/order_view.hpp"
#include "actors/tenant/payments/pay_desk.hpp"
#include "actors/tenant/payments/pay_tokens.hpp"
#include "actors/tenant/tenant_parts.hpp"
#include "runtime/core/log.hpp"

#include "payments/amounts.hpp"
#include "payments/attempt_facts.hpp"
#include "payments/daraja_reversal.hpp"
#include "payments/stripe_requests.hpp"
#include <algorithm>

namespace wakala::actors {

using payments::call_outcome;
using payments::payment_provider;
using payments::refund_work;
using stage = payments::refund_work::stage;

namespace {

constexpr time_ms answer_comes = 90 * ms_per_second;
constexpr time_ms wait_first = 2 * ms_per_second;
constexpr std::int64_t doublings = 8; // up to 8 minutes
constexpr std::chrono::seconds settled_again{5};

refund_work* work_of(payments::tracked_attempt& t, std::int64_t number) {
  const auto at = std::find_if(t.refunds.begin(), t.refunds.end(), [&](const auto& r) { return r.number == number; });
  return at == t.refunds.end() ? nullptr : &*at;
}

/// For how much of the order a booked payment counts.
std::int64_t worth_of(const payments::tracked_attempt& t, const std::string& receipt) {
  for (const auto& note : t.what.payments)
    if (note.receipt == receipt && note.amount && *note.amount != t.what.due)
      return note.amount->minor;
  return t.covers;
}

money amount_of(const payments::tracked_attempt& t, const std::string& receipt) {
  for (const auto& note : t.what.payments)
    if (note.receipt == receipt && note.amount)
      return *note.amount;
  return t.what.due;
}

} // namespace

void tenant::pay_desk::load_attempts(const placed_order& o, std::function<void(result<std::vector<tracked>>)> then) {
  struct gathering {
    std::vector<tracked> found;
    std::optional<error> why;
    std::size_t left = 0;
  };
  if (o.attempts.empty())
    return then(std::vector<tracked>{});
  const auto all = std::make_shared<gathering>();
  all->left = o.attempts.size();
  for (const auto& id : o.attempts)
    find(id, [all, then](result<tracked> t) {
      if (t)
        all->found.push_back(std::move(*t));
      else // of what is not known, nothing may be paid back
        all->why = t.error();
      if (--all->left > 0)
        return;
      if (all->why)
        return then(*all->why);
      std::sort(all->found.begin(), all->found.end(), [](const tracked& x, const tracked& y) {
        return x.booked_at > y.booked_at;
      }); // what came last goes first
      then(std::move(all->found));
    });
}

void tenant::pay_desk::settle_again(const std::string& order_row) {
  shop_.books_free();
  shop_.after(settled_again, [this, order_row] { settle(order_row); });
}

void tenant::pay_desk::settle(const std::string& order_row) {
  if (!settling_.insert(order_row).second)
    return;
  shop_.with_books([this, order_row] {
    settling_.erase(order_row);
    find_order(order_row, [this, order_row](const result<placed_order>& order) {
      if (!order)
        return order.error().code == errc::not_found ? shop_.books_free() : settle_again(order_row);
      load_attempts(*order, [this, order_row, order = *order](const result<std::vector<tracked>>& all) {
        if (!all)
          return settle_again(order_row);
        const auto left = order.owed - order.returning;
        std::set<std::string> gone; // receipts that are on their way back, or there
        bool needs_person = false;  // who gives it back by hand should not find that another payment has gone instead
        for (const auto& t : *all)
          for (const auto& r : t.refunds) {
            gone.insert(r.receipt);
            needs_person = needs_person || (r.state == stage::failed && !t.is_settled);
          }
        for (const auto& t : *all) {
          const bool is_stripe = t.what.provider == payment_provider::stripe;
          if (needs_person || !is_provided(t) || (!is_stripe && !config().payments.mpesa->can_reverse()))
            continue;
          for (const auto& receipt : t.booked) {
            const auto counts_as = worth_of(t, receipt);
            if (receipt.empty() || gone.contains(receipt) || counts_as > left)
              continue;
            auto after = t;
            after.refunds.push_back({static_cast<std::int64_t>(t.refunds.size()) + 1,
                                     receipt,
                                     amount_of(t, receipt),
                                     counts_as,
                                     stage::wanted,
                                     {},
                                     {},
                                     0,
                                     now()});
            log::info("payment.goes_back", {{"tenant", config().id}, {"order", order.code}, {"attempt", t.what.id}});
            return carry(t, after, [this, order_row](const error* why) {
              if (why != nullptr) // and when it is written, the next one
                shop_.after(settled_again, [this, order_row] { settle(order_row); });
            });
          }
        }
        shop_.books_free();
      });
    });
  });
}

void tenant::pay_desk::give_back(const std::string& id, std::int64_t number) {
  const auto is_known = std::make_shared<bool>(false);
  apply(
      id,
      [this, number, is_known](tracked& t) {
        auto* const r = work_of(t, number);
        if (r == nullptr)
          return false;
        *is_known = true;
        r->state = stage::sent;
        ++r->tries;
        r->next_at = now() + answer_comes; // should this node die
        return true;
      },
      [this, id, number, is_known](const error* why) {
        if (why != nullptr || !*is_known)
          return step_over(id);
        send_return(id, number);
      });
}

void tenant::pay_desk::send_return(const std::string& id, std::int64_t number) {
  const auto at = open_.find(id);
  auto* const r = at == open_.end() ? nullptr : work_of(at->second, number);
  if (r == nullptr)
    return step_over(id);
  const auto& t = at->second;
  result<payments::provider_request> request = make_error(errc::not_found, "is no longer configured");
  if (t.what.provider == payment_provider::stripe) {
    request = payments::stripe_refund_request(
        {{config().id, t.what.order_id, t.what.id}, r->receipt, r->amount, r->number});
  } else if (config().payments.mpesa) {
    const auto& mpesa = *config().payments.mpesa;
    const auto amount = payments::daraja_amount(r->amount);
    const auto token = attempt_token(*shop_.context_->entry->keys, config().id, id);
    if (amount)
      request = payments::reversal_request({mpesa.initiator, mpesa.initiator_credential},
                                           {r->receipt, amount->shillings, mpesa.shop.short_code,
                                            callback_address(token, "reversal"), callback_address(token, "timeout"),
                                            "Refund " + t.order_code});
  }
  if (!request) {
    payments::provider_answer refused;
    refused.what = call_outcome::refused;
    refused.code = "request";
    refused.why = request.error().what;
    return return_answered(id, number, refused);
  }
  send(t, std::move(*request),
       [this, id, number](const payments::provider_answer& answer) { return_answered(id, number, answer); });
}

void tenant::pay_desk::return_answered(const std::string& id, std::int64_t number,
                                       const payments::provider_answer& answer) {
  apply(
      id,
      [this, number, answer](tracked& t) {
        auto* const r = work_of(t, number);
        if (r == nullptr || r->state >= stage::done)
          return false; // its result was quicker
        const bool is_stripe = t.what.provider == payment_provider::stripe;
        r->next_at = now() + (wait_first << std::min(r->tries, doublings));
        switch (answer.what) {
        case call_outcome::accepted:
          r->state = stage::accepted;
          if (is_stripe) {
            const auto refund = payments::read_stripe_refund(answer.body);
            if (!refund) {
              r->state = stage::ambiguous;
              return true;
            }
            r->reference = refund->id;
            payments::attempt_fact fact;
            fact.kind = payments::fact_kind::refund;
            fact.refund_id = refund->id;
            fact.amount = r->amount;
            fact.refund = refund->status;
            t.what = payments::advance(std::move(t.what), fact);
            if (refund->status == payments::refund_status::succeeded)
              r->state = stage::done;
            else if (refund->status == payments::refund_status::failed)
              r->state = stage::failed;
          } else {
            r->reference = payments::read_reversal_ids(answer.body).originator_conversation_id;
          }
          return true;
        case call_outcome::ambiguous:
          r->state = stage::ambiguous;
          return true;
        case call_outcome::not_sent:
        case call_outcome::retry_later:
          r->state = stage::wanted;
          return true;
        case call_outcome::refused:
        case call_outcome::config_problem:
          r->state = stage::failed;
          r->code = answer.code;
          log::error(
              "payment.return_refused",
              {{"tenant", config().id}, {"attempt", t.what.id}, {"code", answer.code}, {"status", answer.status}});
          return true;
        }
        return true;
      },
      [this, id](const error*) { step_over(id); });
}

} // namespace wakala::actors
