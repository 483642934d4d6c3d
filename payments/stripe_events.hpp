/// \file
/// Stripe's events as facts about an order.
#pragma once

#include "payments/stripe_answers.hpp"
#include <optional>
#include <string>
#include <string_view>

namespace wakala::payments {

enum class stripe_fact : std::uint8_t {
  none,            ///< a type that says nothing about an order: keep and count it
  paid,            ///< the money is there
  pending,         ///< the shopper finished, the money is on its way
  failed,          ///< the delayed method failed: open for payment again
  try_failed,      ///< one card was declined; the page is still open for another
  expired,         ///< the page is closed, unpaid
  cancelled,       ///< the payment was taken back before it was made
  refund,          ///< one refund's state, see `refund`
  refunded_so_far, ///< what was refunded of a charge altogether, see `refunded_total`
  dispute,         ///< the payer's bank wants the money back, or gave it up
};
std::string_view to_string(stripe_fact f) noexcept;

/// Events come at least once and in no order, and different ones state the same fact.
struct stripe_event {
  std::string id; ///< `evt_…`: one of them counts once
  std::string type;
  time_ms created = 0;
  bool live = false;
  stripe_fact fact = stripe_fact::none;
  std::string tenant_id;
  std::string order_id;
  std::string attempt_id;
  std::string session_id;
  std::string payment_link;
  std::string payment_intent;
  std::optional<money> amount;    ///< of the payment, refund or dispute; see `amount_unreadable`
  bool amount_unreadable = false; ///< there is one that makes no sense in its currency: look at it
  std::optional<money> refunded_total;
  stripe_refund_answer refund;
  std::string dispute_status; ///< `needs_response`, `won`, `lost`, …
};

/// `invalid_argument` when it is no event. An unknown type is one.
result<stripe_event> read_stripe_event(std::string_view body);

} // namespace wakala::payments
