#include "payments/attempt.hpp"

#include <algorithm>
#include <tuple>

namespace wakala::payments {

namespace {

// More than that is no payment but an attack, or a bug; whoever looks has seen enough.
constexpr std::size_t notes_max = 32;

bool is_right(const attempt& a, const attempt_fact& fact) {
  if (fact.amount_unreadable || (fact.amount && *fact.amount != a.due))
    return false;
  return a.account.empty() || fact.account.empty() || fact.account == a.account;
}

bool has_ended(const attempt& a) {
  return a.ended_cancelled || a.ended_expired || a.ended_failed != failure_reason::none;
}

void note_payment(attempt& a, const attempt_fact& fact, bool right) {
  if (fact.receipt.empty())
    return;
  const payment_note note{fact.receipt, fact.amount, right};
  const auto key = [](const payment_note& n) {
    return std::tuple(std::string_view(n.receipt), n.right, n.amount ? n.amount->minor : -1,
                      n.amount ? std::string_view(n.amount->currency) : std::string_view{});
  };
  const auto at = std::ranges::lower_bound(a.payments, key(note), std::ranges::less{}, key);
  if ((at == a.payments.end() || *at != note) && a.payments.size() < notes_max)
    a.payments.insert(at, note);
}

void note_success(attempt& a, const attempt_fact& fact) {
  const auto right = is_right(a, fact);
  note_payment(a, fact, right);
  if (!right) {
    a.mismatch = true;
    return;
  }
  if (!a.money_arrived)
    a.late = has_ended(a);
  a.money_arrived = true;
  a.confirmed |= fact.source == fact_source::query || fact.source == fact_source::signed_event;
}

/// A refund only moves on: pending, succeeded, failed.
void note_refund(attempt& a, const attempt_fact& fact) {
  if (!fact.amount || fact.amount->currency != a.due.currency || fact.refund_id.empty()) {
    a.mismatch = true;
    return;
  }
  const auto at = std::ranges::lower_bound(a.refunds, fact.refund_id, std::ranges::less{}, &refund_note::id);
  if (at != a.refunds.end() && at->id == fact.refund_id) {
    at->status = std::max(at->status, fact.refund);
    at->amount.minor = std::max(at->amount.minor, fact.amount->minor);
  } else if (a.refunds.size() < notes_max) {
    a.refunds.insert(at, {fact.refund_id, *fact.amount, fact.refund});
  } else {
    a.mismatch = true;
  }
}

void note_refunded_total(attempt& a, const attempt_fact& fact) {
  if (fact.amount && fact.amount->currency == a.due.currency)
    a.refunded_total = std::max(a.refunded_total, fact.amount->minor);
  else
    a.mismatch = true;
}

void note(attempt& a, const attempt_fact& fact) {
  switch (fact.kind) {
  case fact_kind::sending:
    a.sends = std::max(a.sends, fact.send);
    break;
  case fact_kind::not_taken:
    a.not_taken = std::max(a.not_taken, fact.send);
    break;
  case fact_kind::ambiguous:
    a.ambiguous = true;
    break;
  case fact_kind::taken:
    a.taken = true;
    break;
  case fact_kind::refused:
    a.ended_failed = std::max(a.ended_failed, failure_reason::refused);
    break;
  case fact_kind::failed:
    a.ended_failed =
        std::max(a.ended_failed, fact.reason == failure_reason::none ? failure_reason::other : fact.reason);
    break;
  case fact_kind::cancelled:
    a.ended_cancelled = true;
    break;
  case fact_kind::expired:
    a.ended_expired = true;
    break;
  case fact_kind::succeeded:
    note_success(a, fact);
    break;
  case fact_kind::refund:
    note_refund(a, fact);
    break;
  case fact_kind::refunded_so_far:
    note_refunded_total(a, fact);
    break;
  }
}

/// From what is known; nothing else decides.
attempt_state state_of(const attempt& a) {
  if (a.money_arrived) {
    const auto back = refunded(a).minor;
    if (back > 0)
      return back >= a.due.minor ? attempt_state::refunded : attempt_state::partly_refunded;
    return a.late ? attempt_state::paid_late : attempt_state::paid;
  }
  if (a.mismatch)
    return attempt_state::review;
  // The provider's word comes before that of a timer.
  if (a.ended_cancelled)
    return attempt_state::cancelled;
  if (a.ended_failed != failure_reason::none)
    return attempt_state::failed;
  if (a.ended_expired)
    return attempt_state::expired;
  if (a.taken)
    return attempt_state::pending;
  if (a.ambiguous)
    return attempt_state::unknown;
  return a.sends > a.not_taken ? attempt_state::sent : attempt_state::created;
}

} // namespace

attempt advance(attempt before, const attempt_fact& fact) {
  auto& a = before;
  if (!fact.reference.empty()) {
    if (!a.reference.empty() && a.reference != fact.reference)
      return before;
    a.reference = fact.reference;
  }
  note(a, fact);
  a.state = state_of(a);
  a.failure = a.state == attempt_state::failed ? a.ended_failed : failure_reason::none;
  return before;
}

bool holds_money(attempt_state s) noexcept {
  return s == attempt_state::paid || s == attempt_state::paid_late || s == attempt_state::partly_refunded;
}

bool may_still_be_paid(attempt_state s) noexcept {
  return s == attempt_state::created || s == attempt_state::sent || s == attempt_state::unknown ||
         s == attempt_state::pending;
}

std::vector<payment_note> payments_too_many(const attempt& a) {
  std::vector<payment_note> more;
  std::string_view last;
  bool first = true;
  for (const auto& note : a.payments) {
    if (!note.right || note.receipt == last)
      continue;
    last = note.receipt;
    if (!first)
      more.push_back(note);
    first = false;
  }
  return more;
}

money refunded(const attempt& a) {
  std::int64_t back = 0;
  bool any_failed = false;
  for (const auto& one : a.refunds) {
    any_failed |= one.status == refund_status::failed;
    if (one.status == refund_status::succeeded && __builtin_add_overflow(back, one.amount.minor, &back))
      back = INT64_MAX;
  }
  // What was once the whole may hold a refund that failed since.
  if (!any_failed)
    back = std::max(back, a.refunded_total);
  return {back, a.due.currency};
}

} // namespace wakala::payments
