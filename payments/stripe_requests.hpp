/// \file
/// What Wakala asks of Stripe: a page or a link to pay one order with, its end, a refund.
#pragma once

#include "runtime/core/clock.hpp"
#include "runtime/core/money.hpp"
#include "runtime/core/result.hpp"

#include "payments/provider.hpp"
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::payments {

/// The version of Stripe's API that all of this is written for.
constexpr std::string_view stripe_version = "2026-10-28.endive";

/// What a payment is for. It travels in the metadata, so that every event leads back to the order.
struct stripe_purpose {
  std::string tenant_id;
  std::string order_id;
  std::string attempt_id;
};

struct stripe_line {
  std::string name;
  std::int64_t quantity = 1;
  money price; ///< of one piece
};

struct stripe_checkout {
  stripe_purpose purpose;
  std::vector<stripe_line> lines; ///< of one currency; at most 100, of a link 20
  std::string success_url;        ///< for a link the only one
  std::string cancel_url;
  time_ms expires_at = 0; ///< 30 minutes to 24 hours ahead; 0: Stripe's own 24 hours. Links do not expire
};

/// `<tenant>/<order>/<attempt>/<what>`: of the intent, so that it survives a crash between writing and sending.
/// `invalid_argument` beyond Stripe's 255 characters.
result<std::string> stripe_idempotency_key(const stripe_purpose& purpose, std::string_view what);

/// A Checkout Session. Errors: `invalid_argument` naming the field.
result<provider_request> stripe_checkout_request(const stripe_checkout& checkout, time_ms now);
/// A Payment Link that can be paid once.
result<provider_request> stripe_link_request(const stripe_checkout& checkout);
/// Ends an open session at once: the cart changed, or another way of paying won.
result<provider_request> stripe_expire_request(const stripe_purpose& purpose, std::string_view session_id);
/// Ends a link.
result<provider_request> stripe_close_link_request(const stripe_purpose& purpose, std::string_view link_id);

struct stripe_refund {
  stripe_purpose purpose;
  std::string payment_intent;
  money amount;
  std::int64_t number = 1; ///< of the refunds of this attempt: each has a key of its own
};
result<provider_request> stripe_refund_request(const stripe_refund& refund);

/// A session as it is now.
result<provider_request> stripe_session_query(std::string_view session_id);

} // namespace wakala::payments
