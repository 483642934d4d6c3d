#include "payments/tracking.hpp"

#include <algorithm>
#include <array>

namespace wakala::payments {

namespace {

using stage = refund_work::stage;

constexpr time_ms second = ms_per_second;
constexpr time_ms minute = 60 * second;

/// When a prompt is asked about whose callback has not come, from its sending (payments reference §3.4).
constexpr std::array<time_ms, 5> prompt_looks{20 * second, 45 * second, 90 * second, 3 * minute, 10 * minute};
/// A prompt that nobody can ask about, since its name never came: its callback comes within minutes, or never.
constexpr time_ms nameless_ends = 10 * minute;
/// After a page has ended: its event may be on the way.
constexpr std::array<time_ms, 3> page_looks{1 * minute, 5 * minute, 30 * minute};
/// A payment that was told is asked about at once, and then more and more patiently.
constexpr std::array<time_ms, 6> confirming_looks{0, 5 * second, 15 * second, 45 * second, 2 * minute, 10 * minute};
/// The page of a request that nobody has answered: Stripe knows the request by its key.
constexpr time_ms unanswered_ends = 10 * minute;

constexpr time_ms wait_first = 1 * second;
constexpr time_ms wait_most = 60 * second;

bool has_name(const tracked_attempt& t) noexcept { return !t.what.reference.empty(); }
bool is_page(const tracked_attempt& t) noexcept { return t.what.provider == payment_provider::stripe; }
bool needs_confirming(const tracked_attempt& t, const tracking_rules& rules) noexcept {
  return !is_page(t) && !t.by_hand && t.what.money_arrived && !t.what.confirmed &&
         t.what.due.minor >= rules.confirm_from;
}

next_step step(step_kind what, time_ms at) { return {what, at, 0}; }

next_step next_of_page(const tracked_attempt& t) {
  if (!has_name(t)) {
    const bool was_sent = t.what.sends > t.what.not_taken;
    if (t.is_closing && !was_sent)
      return step(step_kind::lapse, 0);
    const auto ends = t.created_at + unanswered_ends;
    return t.next_at >= ends ? step(step_kind::lapse, ends) : step(step_kind::start, t.next_at);
  }
  if (t.is_closing)
    return step(t.is_closed ? step_kind::lapse : step_kind::close, t.next_at);
  if (t.expires_at == 0)
    return {}; // a link lives until it is closed
  const auto look = static_cast<std::size_t>(t.looks);
  if (look >= page_looks.size())
    return step(step_kind::lapse, t.next_at);
  return step(step_kind::query, std::max(t.expires_at + page_looks.at(look), t.next_at));
}

next_step next_of_prompt(const tracked_attempt& t) {
  const bool was_sent = t.what.sends > t.what.not_taken;
  if (!was_sent) // whose number it goes to is not written down: it starts at once, or not at all
    return t.is_closing ? step(step_kind::lapse, 0) : step(step_kind::start, t.next_at);
  if (!has_name(t))
    return step(step_kind::lapse, t.sent_at + nameless_ends);
  const auto look = static_cast<std::size_t>(t.looks);
  if (look >= prompt_looks.size())
    return step(step_kind::lapse, t.next_at);
  return step(step_kind::query, std::max(t.sent_at + prompt_looks.at(look), t.next_at));
}

} // namespace

std::string_view to_string(refund_work::stage s) noexcept {
  switch (s) {
  case stage::wanted:
    return "wanted";
  case stage::sent:
    return "sent";
  case stage::ambiguous:
    return "ambiguous";
  case stage::accepted:
    return "accepted";
  case stage::done:
    return "done";
  case stage::failed:
    return "failed";
  }
  return "unknown";
}

next_step next_of(const tracked_attempt& t, const tracking_rules& rules) {
  for (const auto& r : t.refunds) {
    // Stripe knows a request by its key; M-Pesa does not, and would pay back twice.
    const bool may_repeat = is_page(t) && (r.state == stage::sent || r.state == stage::ambiguous);
    if (r.state == stage::wanted || may_repeat)
      return {step_kind::give_back, r.next_at, r.number};
  }
  if (needs_confirming(t, rules) && has_name(t) && !t.is_contradicted &&
      static_cast<std::size_t>(t.looks) < confirming_looks.size())
    return step(step_kind::query, t.next_at);
  if (!may_still_be_paid(t.what.state))
    return {};
  return is_page(t) ? next_of_page(t) : next_of_prompt(t);
}

bool counts(const tracked_attempt& t, const tracking_rules& rules) noexcept {
  return t.what.money_arrived && !t.is_contradicted && !needs_confirming(t, rules);
}

booking to_book(const tracked_attempt& t, const tracking_rules& rules) {
  booking b;
  if (!counts(t, rules))
    return b;
  auto nameless = std::count(t.booked.begin(), t.booked.end(), std::string{});
  for (const auto& note : t.what.payments) {
    const auto is_known = [&](const std::vector<std::string>& all) {
      return std::find(all.begin(), all.end(), note.receipt) != all.end();
    };
    if (!note.right || is_known(t.booked) || is_known(b.receipts) || is_known(b.named))
      continue;
    if (nameless > 0) {
      --nameless;
      b.named.push_back(note.receipt);
    } else {
      b.receipts.push_back(note.receipt);
    }
  }
  if (b.receipts.empty() && b.named.empty() && t.booked.empty()) {
    // A query says that it is paid, and not with which receipt. A confirmation of the same payment was perhaps taken
    // for one by hand.
    if (t.by_hand_meanwhile.empty())
      b.receipts.emplace_back();
    else
      b.named.push_back(t.by_hand_meanwhile.front());
  }
  return b;
}

void note_booked(tracked_attempt& t, const booking& b, time_ms now) {
  if (!b.receipts.empty())
    t.booked_at = now;
  for (const auto& name : b.named)
    if (const auto at = std::find(t.booked.begin(), t.booked.end(), std::string{}); at != t.booked.end())
      *at = name;
    else
      t.booked.push_back(name);
  t.booked.insert(t.booked.end(), b.receipts.begin(), b.receipts.end());
}

tracked_attempt heard(tracked_attempt before, const attempt_fact& fact, time_ms now) {
  auto t = std::move(before);
  const bool denies = fact.kind == fact_kind::failed || fact.kind == fact_kind::cancelled ||
                      fact.kind == fact_kind::expired || fact.kind == fact_kind::refused;
  if (denies && fact.source == fact_source::query && t.what.money_arrived && !t.what.confirmed) {
    t.is_contradicted = true;
    return t;
  }
  if (fact.kind == fact_kind::succeeded && fact.source == fact_source::query)
    t.is_contradicted = false; // it was asked too soon
  const bool was_paid = t.what.money_arrived;
  t.what = advance(std::move(t.what), fact);
  if (t.what.money_arrived && !was_paid) {
    t.looks = 0;
    t.next_at = now;
  }
  return t;
}

bool is_open(const tracked_attempt& t, const tracking_rules& rules) {
  return may_still_be_paid(t.what.state) || next_of(t, rules).what != step_kind::none ||
         !attention(t, rules).empty() ||
         std::any_of(t.refunds.begin(), t.refunds.end(), [](const refund_work& r) { return r.state < stage::done; });
}

std::string_view attention(const tracked_attempt& t, const tracking_rules& rules) {
  if (t.is_settled)
    return {};
  if (t.is_disputed)
    return "disputed";
  if (t.is_contradicted)
    return "contradicted";
  if (t.by_hand && t.order_row.empty() && !t.what.payments.empty() && t.what.state != attempt_state::refunded)
    return "unmatched";
  if (std::any_of(t.refunds.begin(), t.refunds.end(), [&](const refund_work& r) {
        return r.state == stage::failed || (!is_page(t) && r.state == stage::ambiguous);
      }))
    return "refund_failed";
  if (t.what.mismatch)
    return "review";
  if (std::any_of(t.refunds.begin(), t.refunds.end(), [&](const refund_work& r) {
        return !is_page(t) && (r.state == stage::sent || r.state == stage::accepted);
      }))
    return "refund_under_way";
  if (needs_confirming(t, rules) && next_of(t, rules).what == step_kind::none)
    return "unconfirmed";
  return {};
}

void put_off(tracked_attempt& t, time_ms now) {
  constexpr std::int64_t doublings = 6;
  const auto wait = wait_first << std::min(t.what.sends, doublings);
  t.next_at = now + std::min(wait, wait_most);
}

void note_look(tracked_attempt& t, time_ms now) {
  const auto& waits = confirming_looks;
  ++t.looks;
  const auto next = static_cast<std::size_t>(t.looks);
  if (t.what.money_arrived)
    t.next_at = now + (next < waits.size() ? waits.at(next) : 0);
  else
    t.next_at = now + wait_first;
}

} // namespace wakala::payments
