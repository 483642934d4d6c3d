/// \file
/// What Stripe answers: objects, or errors and what to do about them.
#pragma once

#include "runtime/core/clock.hpp"
#include "runtime/core/money.hpp"
#include "runtime/core/result.hpp"

#include "payments/provider.hpp"
#include <optional>
#include <string>
#include <string_view>

namespace wakala::payments {

/// Branch on `what`, `type` and `code`; `text` is for people.
struct stripe_verdict {
  call_outcome what = call_outcome::ambiguous;
  std::string type; ///< `card_error`, `invalid_request_error`, `idempotency_error`, `api_error`
  std::string code;
  std::string field;
  std::string text;
};

/// `should_retry` is the header Stripe-Should-Retry, empty when there was none. An `ambiguous` call may be sent again
/// with its idempotency key: Stripe replays what became of the first.
stripe_verdict read_stripe_verdict(int status, std::string_view body, std::string_view should_retry = {});

enum class stripe_session_status : std::uint8_t { open, complete, expired, unknown };

/// A Checkout Session. Complete is not paid.
struct stripe_session {
  std::string id;
  std::string url;
  stripe_session_status status = stripe_session_status::unknown;
  bool paid = false; ///< `paid`, or nothing had to be paid
  std::optional<money> total;
  std::string payment_intent;
  std::string order_id;
  time_ms expires_at = 0;
};
result<stripe_session> read_stripe_session(std::string_view body);

struct stripe_link {
  std::string id;
  std::string url;
  bool active = false;
};
result<stripe_link> read_stripe_link(std::string_view body);

enum class refund_status : std::uint8_t { pending, succeeded, failed };
/// `requires_action` is pending, `canceled` is failed, and so is what nobody knows: pending.
refund_status refund_status_of(std::string_view text) noexcept;

struct stripe_refund_answer {
  std::string id;
  refund_status status = refund_status::pending;
  std::optional<money> amount;
};
result<stripe_refund_answer> read_stripe_refund(std::string_view body);

} // namespace wakala::payments
