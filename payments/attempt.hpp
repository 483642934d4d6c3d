/// \file
/// One try to be paid for an order, whoever the provider is. What is known of it only grows, and its state follows
/// from what is known: so facts may come in any order, late, and more than once.
#pragma once

#include "runtime/core/clock.hpp"
#include "runtime/core/money.hpp"
#include "runtime/core/result.hpp"

#include "payments/stripe_answers.hpp"
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::payments {

enum class payment_provider : std::uint8_t { stripe, mpesa };
std::string_view to_string(payment_provider p) noexcept;

enum class attempt_state : std::uint8_t {
  created,         ///< written, nothing left yet
  sent,            ///< on its way to the provider
  unknown,         ///< it may have been taken or not
  pending,         ///< taken: the shopper has it before them
  paid,            ///< the right money arrived
  paid_late,       ///< it arrived after the attempt had ended: reopen the order if stock allows, else refund
  failed,          ///< see `failure`
  expired,         ///< nobody paid in time
  cancelled,       ///< by the shopper
  review,          ///< money of another amount, currency or account arrived: a person decides
  partly_refunded, ///< of `paid` or `paid_late`
  refunded,
};
std::string_view to_string(attempt_state s) noexcept;

enum class failure_reason : std::uint8_t {
  none,
  refused, ///< the provider did not take the request
  no_money,
  wrong_pin,
  unreachable,
  busy,
  cannot_prompt,
  declined,
  other,
};
std::string_view to_string(failure_reason r) noexcept;

/// Money that the provider says has arrived.
struct payment_note {
  std::string receipt;         ///< of M-Pesa, or a payment intent; never empty
  std::optional<money> amount; ///< nothing: not told, or not to be read
  bool right = false;          ///< amount and account are what was asked for

  bool operator==(const payment_note&) const = default;
};

struct refund_note {
  std::string id;
  money amount;
  refund_status status = refund_status::pending;

  bool operator==(const refund_note&) const = default;
};

struct attempt {
  std::string id;
  std::string order_id;
  payment_provider provider = payment_provider::stripe;
  money due;             ///< what is charged, as the provider charges it
  std::string account;   ///< the shortcode that is paid to; empty: not checked
  std::string reference; ///< what the provider calls it, once known: CheckoutRequestID, session or link

  attempt_state state = attempt_state::created;
  failure_reason failure = failure_reason::none; ///< when failed

  // What is known.
  std::int64_t sends = 0;     ///< the number of the newest send that began
  std::int64_t not_taken = 0; ///< the number of the newest send that certainly took no effect
  bool ambiguous = false;
  bool taken = false;
  bool ended_expired = false;
  bool ended_cancelled = false;
  failure_reason ended_failed = failure_reason::none;
  bool money_arrived = false; ///< the right one
  bool confirmed = false;     ///< ... by a word that cannot be forged: a query, or a signed event
  bool late = false;
  bool mismatch = false;              ///< wrong money arrived, or so it was said: look at it, also when paid
  std::vector<payment_note> payments; ///< sorted by receipt: more than one right one is a refund case
  std::vector<refund_note> refunds;   ///< sorted by id
  std::int64_t refunded_total = 0;    ///< minor units; what the provider once called the whole

  bool operator==(const attempt&) const = default;
};

/// Where a fact comes from.
enum class fact_source : std::uint8_t {
  node,         ///< this node: it sent, or its timer ended
  answer,       ///< of the provider to a request
  callback,     ///< unsigned: matched by its token and ids only
  query,        ///< the provider was asked
  signed_event, ///< nobody else could have said it
};

enum class fact_kind : std::uint8_t {
  sending,   ///< send number `send` begins
  not_taken, ///< send number `send` certainly took no effect; it may be sent again
  ambiguous, ///< a timeout, a 5xx
  taken,     ///< accepted, or said to be in progress
  refused,   ///< not taken, and never will be
  succeeded, ///< money arrived
  failed,    ///< see `reason`
  cancelled,
  expired,
  refund,          ///< one refund's state
  refunded_so_far, ///< `amount` was refunded altogether
};

struct attempt_fact {
  fact_kind kind = fact_kind::taken;
  fact_source source = fact_source::node;
  std::string reference; ///< the provider's name of what it is about; empty: not told
  std::int64_t send = 0;
  failure_reason reason = failure_reason::none;
  std::optional<money> amount;    ///< not told: not checked
  bool amount_unreadable = false; ///< told, and no amount
  std::string account;            ///< not told: not checked
  std::string receipt;
  std::string refund_id;
  refund_status refund = refund_status::pending;
};

/// The attempt after one more fact. A fact about something else (another reference) changes nothing.
attempt advance(attempt before, const attempt_fact& fact);

/// The provider has the shop's money for this one, all or some of it.
bool holds_money(attempt_state s) noexcept;
/// The stock is to be kept: it may still be paid.
bool may_still_be_paid(attempt_state s) noexcept;
/// Right payments beyond the first: each is to be given back.
std::vector<payment_note> payments_too_many(const attempt& a);
/// What was refunded altogether, in the currency of what was due.
money refunded(const attempt& a);

// As JSON. Reading anything else is `corrupt`.
std::string to_text(const attempt& a);
result<attempt> attempt_from(std::string_view text);

} // namespace wakala::payments
