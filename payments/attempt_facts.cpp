#include "payments/attempt_facts.hpp"

namespace wakala::payments {

namespace {

failure_reason reason_of(stk_result r) {
  switch (r) {
  case stk_result::no_money:
    return failure_reason::no_money;
  case stk_result::wrong_pin:
    return failure_reason::wrong_pin;
  case stk_result::unreachable:
    return failure_reason::unreachable;
  case stk_result::busy_locked:
  case stk_result::system_busy:
    return failure_reason::busy;
  case stk_result::cannot_prompt:
    return failure_reason::cannot_prompt;
  case stk_result::paid:
  case stk_result::cancelled:
  case stk_result::expired:
  case stk_result::still_processing:
  case stk_result::failed:
    break;
  }
  return failure_reason::other;
}

attempt_fact make(fact_kind kind, fact_source source) {
  attempt_fact fact;
  fact.kind = kind;
  fact.source = source;
  return fact;
}

} // namespace

attempt_fact fact_of(const stk_report& report, fact_source source) {
  attempt_fact fact = make(fact_kind::failed, source);
  fact.reference = report.checkout_request_id;
  switch (report.what) {
  case stk_result::paid:
    fact.kind = fact_kind::succeeded;
    fact.amount = report.amount;
    // A callback that names no amount is none to believe; a query never names one.
    fact.amount_unreadable = report.amount_unreadable || (source == fact_source::callback && !report.amount);
    fact.receipt = report.receipt;
    break;
  case stk_result::cancelled:
    fact.kind = fact_kind::cancelled;
    break;
  case stk_result::expired:
    fact.kind = fact_kind::expired;
    break;
  case stk_result::still_processing:
    fact.kind = fact_kind::taken;
    break;
  case stk_result::wrong_pin:
  case stk_result::no_money:
  case stk_result::unreachable:
  case stk_result::busy_locked:
  case stk_result::system_busy:
  case stk_result::cannot_prompt:
  case stk_result::failed:
    fact.reason = reason_of(report.what);
    break;
  }
  return fact;
}

attempt_fact fact_of(const stk_push_answer& answer, std::int64_t send) {
  attempt_fact fact = fact_of(answer.verdict.what, send);
  if (answer.verdict.what == call_outcome::accepted)
    fact.reference = answer.checkout_request_id;
  return fact;
}

attempt_fact fact_of(const c2b_payment& payment) {
  attempt_fact fact = make(fact_kind::succeeded, fact_source::callback);
  fact.amount = payment.amount;
  fact.account = payment.short_code;
  fact.receipt = payment.trans_id;
  return fact;
}

std::optional<attempt_fact> fact_of(const stripe_event& event) {
  attempt_fact fact = make(fact_kind::taken, fact_source::signed_event);
  // Each payment of a link has a session of its own: the attempt knows the link.
  fact.reference = event.payment_link.empty() ? event.session_id : event.payment_link;
  switch (event.fact) {
  case stripe_fact::none:
  case stripe_fact::dispute:
  case stripe_fact::try_failed: // the page is still open for another card
    return std::nullopt;
  case stripe_fact::paid:
    fact.kind = fact_kind::succeeded;
    fact.amount = event.amount;
    fact.amount_unreadable = !event.amount;
    fact.receipt = event.payment_intent;
    break;
  case stripe_fact::pending:
    break;
  case stripe_fact::failed:
    fact.kind = fact_kind::failed;
    fact.reason = failure_reason::declined;
    break;
  case stripe_fact::expired:
    fact.kind = fact_kind::expired;
    break;
  case stripe_fact::cancelled:
    fact.kind = fact_kind::cancelled;
    break;
  case stripe_fact::refund:
    fact.kind = fact_kind::refund;
    fact.amount = event.amount;
    fact.refund_id = event.refund.id;
    fact.refund = event.refund.status;
    break;
  case stripe_fact::refunded_so_far:
    fact.kind = fact_kind::refunded_so_far;
    fact.amount = event.refunded_total;
    break;
  }
  return fact;
}

attempt_fact fact_of(const stripe_session& session, fact_source source) {
  attempt_fact fact = make(fact_kind::taken, source);
  fact.reference = session.id;
  if (session.paid) {
    fact.kind = fact_kind::succeeded;
    fact.amount = session.total;
    fact.amount_unreadable = !session.total;
    fact.receipt = session.payment_intent;
  } else if (session.status == stripe_session_status::expired) {
    fact.kind = fact_kind::expired;
  }
  return fact;
}

attempt_fact fact_of(call_outcome what, std::int64_t send) {
  attempt_fact fact = make(fact_kind::ambiguous, fact_source::answer);
  fact.send = send;
  switch (what) {
  case call_outcome::accepted:
    fact.kind = fact_kind::taken;
    break;
  case call_outcome::refused:
  case call_outcome::config_problem:
    fact.kind = fact_kind::refused;
    break;
  case call_outcome::ambiguous:
    break;
  case call_outcome::not_sent:
  case call_outcome::retry_later:
    fact.kind = fact_kind::not_taken;
    break;
  }
  return fact;
}

} // namespace wakala::payments
