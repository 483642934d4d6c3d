// A shopper wants to pay: the attempt is written, then the provider is asked for a prompt or a page.
#include "actors/records/conversation_records.hpp"
#include "actors/records/order_view.hpp"
#include "actors/tenant/payments/pay_desk.hpp"
#include "actors/tenant/payments/pay_tokens.hpp"
#include "actors/tenant/tenant_parts.hpp"
#include "runtime/core/encoding.hpp"
#include "runtime/core/log.hpp"

#include "payments/amounts.hpp"
#include "payments/attempt_facts.hpp"
#include "payments/daraja_c2b.hpp"
#include "payments/msisdn.hpp"
#include "payments/stripe_requests.hpp"
#include <algorithm>

namespace wakala::actors {

using commerce::order_state;
using commerce::pay_way;
using commerce::payment_answer;
using commerce::payment_request;
using payments::attempt_fact;
using payments::call_outcome;
using payments::fact_kind;
using payments::payment_provider;

namespace {

constexpr std::size_t work_max = 2'000;                 ///< of the books, that waits
constexpr time_ms answer_comes = 90 * ms_per_second;    ///< a client gives up before that
constexpr time_ms prompt_kept = 3 * 60 * ms_per_second; ///< the order, for a prompt
constexpr time_ms page_lives = 35 * 60 * ms_per_second; ///< Stripe wants 30 minutes at least, by its own clock
constexpr time_ms page_kept = page_lives + 2 * 60 * ms_per_second;
constexpr time_ms prompt_is_over = 2 * 60 * ms_per_second; ///< it lives a minute; another may then be sent
constexpr std::int64_t sends_max = 3;                      ///< of a prompt that was certainly not taken
constexpr std::size_t stripe_lines_max = 20;               ///< of a link

/// What a shopper may be told of one that is there already.
payment_answer answer_for(const payments::tracked_attempt& t) {
  payment_answer said{payment_answer::kind::under_way, t.what.due, {}, t.url, 0};
  if (t.what.state == payments::attempt_state::created || t.what.state == payments::attempt_state::sent)
    said.what = payment_answer::kind::started;
  return said;
}

} // namespace

caf::response_promise tenant::pay_desk::pay(const pay_wanted& wanted) {
  auto promise = shop_.self_->make_response_promise();
  if (!shop_.context_->is_home) {
    shop_.ask_place(shop_.context_->entry->shard, place_question{wanted},
                    [this, promise](result<std::string> answer) { shop_.deliver(promise, std::move(answer)); });
    return promise;
  }
  auto request = commerce::payment_request_from(wanted.request);
  if (!request) {
    shop_.deliver(promise, request.error());
    return promise;
  }
  if (shop_.book_work_.size() >= work_max) {
    shop_.deliver(promise, make_error(errc::overloaded, "too many orders at once"));
    return promise;
  }
  shop_.with_books(
      [this, wanted, request = std::move(*request), then = to(promise)] { pay_now(wanted, request, then); });
  return promise;
}

void tenant::pay_desk::pay_now(const pay_wanted& wanted, const payment_request& request,
                               const answered_function& then) {
  const auto answer = [this, then](const payment_answer& a) {
    then({commerce::to_text(a), {}});
    shop_.books_free();
  };
  const auto simply = [&](payment_answer::kind what) { answer({what, {}, {}, {}, 0}); };
  const auto* const live = shop_.book_.with_code(request.order);
  if (live == nullptr || live->placed_at != request.placed_at || live->conversation != wanted.conversation)
    return simply(payment_answer::kind::over);
  const auto order = *live;
  const auto due = order.total.minor - order.paid;
  if (due <= 0)
    return simply(payment_answer::kind::paid);
  if (order.state == order_state::awaiting_payment && order.kept_until <= now())
    return simply(payment_answer::kind::over);
  if (request.what == payment_request::kind::check) {
    bool is_asked = false;
    for (const auto& id : order.attempts)
      if (const auto at = open_.find(id); at != open_.end() && payments::may_still_be_paid(at->second.what.state)) {
        is_asked = true;
        if (!at->second.what.reference.empty() && busy_.insert(id).second)
          query(id, false);
      }
    return simply(is_asked ? payment_answer::kind::checking : payment_answer::kind::nothing);
  }
  begin(wanted, request, order, then);
}

void tenant::pay_desk::begin(const pay_wanted& wanted, const payment_request& request, placed_order order,
                             const answered_function& then) {
  const auto answer = [this, then](const payment_answer& a) {
    then({commerce::to_text(a), {}});
    shop_.books_free();
  };
  const auto& offer = shop_.context_->pay;
  const money missing{order.total.minor - order.paid, order.total.currency};
  const auto charge = offer.charge(request.way, missing);
  if (!charge)
    return answer({payment_answer::kind::unavailable, missing, {}, {}, 0});
  tracked t;
  t.what.provider = request.way == pay_way::card ? payment_provider::stripe : payment_provider::mpesa;
  // By the update that asks: asked again, it is the same attempt.
  bytes key;
  append_u64(key, static_cast<std::uint64_t>(wanted.at));
  t.what.id = to_hex(as_span(key + bytes(reinterpret_cast<const char*>(wanted.event.data()), sizeof(std::uint64_t))));
  t.order_row = to_hex(as_span(order_key(order)));
  if (std::find(order.attempts.begin(), order.attempts.end(), t.what.id) != order.attempts.end()) {
    const auto at = open_.find(t.what.id);
    return answer(at == open_.end() ? payment_answer{payment_answer::kind::checking, *charge, {}, {}, 0}
                                    : answer_for(at->second));
  }
  for (const auto& id : order.attempts) {
    const auto at = open_.find(id);
    if (at == open_.end() || at->second.what.provider != t.what.provider || at->second.is_closing ||
        at->second.what.due != *charge || !payments::may_still_be_paid(at->second.what.state))
      continue;
    if (request.way == pay_way::card || now() - at->second.sent_at < prompt_is_over)
      return answer(answer_for(at->second));
  }
  if (order.attempts.size() >= commerce::attempts_max)
    return answer({payment_answer::kind::too_often, *charge, {}, {}, 0});
  std::string payer;
  if (request.way == pay_way::mpesa) {
    const auto number = payments::parse_msisdn(request.payer);
    if (!number)
      return answer({payment_answer::kind::bad_number, *charge, {}, {}, 0});
    payer = *number;
    const auto& mpesa = *config().payments.mpesa;
    if (const auto amount = payments::daraja_amount(*charge); !amount || amount->shillings > mpesa.shillings_max)
      return answer({payment_answer::kind::too_much, *charge, {}, {}, 0});
    t.what.account = mpesa.shop.short_code;
  } else if (!payments::stripe_amount(*charge)) {
    return answer({payment_answer::kind::unavailable, *charge, {}, {}, 0});
  } else {
    t.is_link = config().payments.stripe->as_link;
    t.expires_at = t.is_link ? 0 : now() + page_lives;
  }
  t.what.order_id = order.id;
  t.what.due = *charge;
  t.covers = missing.minor;
  t.order_code = order.code;
  t.conversation = to_string(order.conversation);
  t.created_at = now();
  order.attempts.push_back(t.what.id);
  order.kept_until = std::max(order.kept_until, now() + (payer.empty() ? page_kept : prompt_kept));
  book_plan plan{shop_.balances_};
  plan.orders.insert_or_assign(t.order_row.empty() ? bytes{} : order_key(order), order);
  plan.attempts.insert_or_assign(t.what.id, t);
  if (!payer.empty())
    payers_[t.what.id] = payer;
  const payment_answer said{payment_answer::kind::started, *charge, payer, {}, order.kept_until};
  shop_.write_books(std::move(plan), [this, then, said, id = t.what.id](const error* why) {
    if (why != nullptr)
      payers_.erase(id);
    then(why != nullptr ? text_answer{std::nullopt, *why} : text_answer{commerce::to_text(said), {}});
  });
}

void tenant::pay_desk::start(const std::string& id) {
  const auto at = open_.find(id);
  if (at == open_.end())
    return step_over(id);
  const bool is_prompt = at->second.what.provider == payment_provider::mpesa;
  const auto number = at->second.what.sends + 1;
  if (is_prompt && (!payers_.contains(id) || number > sends_max)) {
    // Nobody knows any more where it should go, or M-Pesa does not take it: the shopper may try again.
    attempt_fact fact;
    fact.kind = fact_kind::failed;
    fact.reason = payments::failure_reason::busy;
    return hear(id, fact, [this, id](const error*) { step_over(id); });
  }
  attempt_fact fact;
  fact.kind = fact_kind::sending;
  fact.send = number;
  hear(
      id, fact,
      [this, id, number](const error* why) {
        if (why != nullptr)
          return step_over(id);
        send_start(id, number);
      },
      [this](tracked& t) {
        t.sent_at = now();
        t.next_at = now() + answer_comes; // should this node die
        t.looks = 0;
        return true;
      });
}

result<payments::provider_request> tenant::pay_desk::start_request(const tracked& t,
                                                                   const placed_order& order) const {
  if (t.what.provider == payment_provider::mpesa) {
    const auto& mpesa = *config().payments.mpesa;
    const auto amount = payments::daraja_amount(t.what.due);
    if (!amount)
      return amount.error();
    payments::stk_order prompt;
    prompt.shillings = amount->shillings;
    prompt.payer = payers_.at(t.what.id);
    prompt.callback_url =
        callback_address(attempt_token(*shop_.context_->entry->keys, config().id, t.what.id), "stk");
    prompt.reference = t.order_code;
    prompt.description = "Order " + t.order_code;
    return payments::stk_push_request(mpesa.shop, prompt, now(),
                                      {mpesa.shillings_max, prompt.callback_url.starts_with("http://")});
  }
  const auto& stripe = *config().payments.stripe;
  payments::stripe_checkout checkout;
  checkout.purpose = {config().id, order.id, t.what.id};
  // Stripe takes no line that costs nothing.
  const bool is_free = std::any_of(order.lines.begin(), order.lines.end(),
                                   [](const commerce::cart_line& line) { return line.price.minor == 0; });
  if (t.what.due == order.total && order.lines.size() < stripe_lines_max && order.paid == 0 && !is_free) {
    for (const auto& line : order.lines)
      checkout.lines.push_back({line.name, line.quantity, line.price});
    if (order.fee.minor > 0)
      checkout.lines.push_back({order.area.empty() ? "Delivery" : "Delivery: " + order.area, 1, order.fee});
  } else {
    checkout.lines.push_back({"Order " + order.code, 1, t.what.due});
  }
  std::string chat = "https://wa.me/";
  for (const auto& number : config().phone_numbers)
    if (chat.back() == '/' && number.display.find_first_not_of("0123456789") == std::string::npos)
      chat += number.display;
  checkout.success_url = stripe.success_url.empty() ? chat : stripe.success_url;
  checkout.cancel_url = stripe.cancel_url.empty() ? chat : stripe.cancel_url;
  checkout.expires_at = t.expires_at;
  // As it was when it was written: asked again under its key, the request must be the same.
  return t.is_link ? payments::stripe_link_request(checkout)
                   : payments::stripe_checkout_request(checkout, t.created_at);
}

void tenant::pay_desk::send_start(const std::string& id, std::int64_t number) {
  const auto at = open_.find(id);
  if (at == open_.end())
    return step_over(id);
  find_order(at->second.order_row, [this, id, number](const result<placed_order>& order) {
    const auto known = open_.find(id);
    if (known == open_.end())
      return step_over(id);
    const auto refuse = [&](const error& why) {
      log::error("payment.request_unmade",
                 {{"tenant", config().id}, {"attempt", id}, {"field", why.field}, {"why", why.what}});
      payments::provider_answer answer;
      answer.what = call_outcome::refused;
      answer.code = "request";
      start_answered(id, number, answer);
    };
    if (!order)
      return refuse(order.error());
    auto request = is_provided(known->second)
                       ? start_request(known->second, *order)
                       : result<payments::provider_request>(make_error(errc::not_found, "is no longer configured"));
    if (!request)
      return refuse(request.error());
    send(known->second, std::move(*request),
         [this, id, number](const payments::provider_answer& answer) { start_answered(id, number, answer); });
  });
}

void tenant::pay_desk::start_answered(const std::string& id, std::int64_t number,
                                      const payments::provider_answer& answer) {
  const auto at = open_.find(id);
  if (at == open_.end())
    return step_over(id);
  auto fact = payments::fact_of(answer.what, number);
  std::string url;
  if (answer.what == call_outcome::config_problem)
    log::error("payment.provider_refuses_us", {{"tenant", config().id},
                                               {"provider", to_string(at->second.what.provider)},
                                               {"status", answer.status},
                                               {"code", answer.code}});
  if (answer.what == call_outcome::accepted && at->second.what.provider == payment_provider::mpesa) {
    fact = payments::fact_of(payments::read_stk_push_answer(answer.status, answer.body), number);
  } else if (answer.what == call_outcome::accepted) {
    fact.kind = fact_kind::ambiguous; // unless it can be read
    if (at->second.is_link) {
      if (const auto link = payments::read_stripe_link(answer.body)) {
        fact.kind = fact_kind::taken;
        fact.reference = link->id;
        url = link->url;
      }
    } else if (const auto session = payments::read_stripe_session(answer.body)) {
      fact = payments::fact_of(*session, payments::fact_source::answer);
      url = session->url;
    }
  }
  hear(
      id, fact, [this, id](const error*) { step_over(id); },
      [this, answer, url](tracked& t) {
        if (!url.empty())
          t.url = url;
        if (!answer.code.empty() && answer.what != call_outcome::accepted)
          t.code = answer.code;
        t.next_at = now();
        if (t.what.reference.empty())
          payments::put_off(t, now());
        return true;
      });
}

} // namespace wakala::actors
