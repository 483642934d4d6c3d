/// \file
/// Money as the payment providers write it: one encoder and one decoder for each. They differ from ISO 4217 and from
/// each other, so no amount goes on a provider's wire, or comes off it, in another way.
#pragma once

#include "runtime/core/rounding.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace wakala::payments {

/// The amount of a charge in Stripe's smallest unit. `invalid_argument` with the field `amount` when Stripe cannot
/// express it (a Kuwaiti dinar whose last digit is not 0, half an ariary), or when it is not above zero; `currency`
/// when the code is unknown.
result<std::int64_t> stripe_amount(const money& charge);

/// What Stripe means by an amount. The currency may be in lower case, as Stripe writes it. Zero is an amount here.
result<money> money_from_stripe(std::int64_t amount, std::string_view currency);

/// Stripe's code of a currency: lower case.
std::string stripe_currency(std::string_view currency);

/// M-Pesa knows no cents. What becomes of them is the shop's rule, and the shopper sees the result before paying.
using shilling_rule = rounding;

/// A total as M-Pesa charges it.
struct shilling_amount {
  std::int64_t shillings = 0;
  money charged;        ///< the same as money: show this one
  bool rounded = false; ///< it differs from the total

  bool operator==(const shilling_amount&) const = default;
};

/// Whole shillings of a total in KES. `invalid_argument`: another currency (`currency`), less than one shilling after
/// rounding (`amount`).
result<shilling_amount> daraja_amount(const money& total, shilling_rule rule = shilling_rule::nearest);

/// What Daraja means by an amount: decimal text such as `1250` or `1250.00`, in KES, exactly.
result<money> money_from_daraja(std::string_view amount);

} // namespace wakala::payments
