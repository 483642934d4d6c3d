/// \file
/// The `payments` member of a tenant's form: the shop's accounts with the payment providers.
#pragma once

#include "runtime/core/result.hpp"
#include "runtime/core/rounding.hpp"

#include <nlohmann/json_fwd.hpp>

#include "payments/daraja_reversal.hpp"
#include "payments/daraja_stk.hpp"
#include "payments/provider.hpp"
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::actors {

struct stripe_shop {
  payments::stripe_account keys;
  std::string webhook_secret;        ///< the whole `whsec_…`; never empty
  std::string webhook_secret_before; ///< while it is being rolled; else empty
  bool as_link = false;              ///< payment links instead of pages
  std::string success_url;           ///< empty: back to the chat
  std::string cancel_url;            ///< the same

  bool operator==(const stripe_shop&) const = default;
};

struct mpesa_shop {
  payments::daraja_account app;
  payments::daraja_shop shop;
  rounding rule = rounding::nearest;
  std::int64_t shillings_max = 250'000; ///< of one payment: a matter of tariffs
  std::int64_t confirm_from = 500'000;  ///< cents: payments of so much are asked about before they count
  std::string initiator;                ///< who may reverse; empty: nobody
  std::string initiator_credential;

  bool can_reverse() const noexcept { return !initiator.empty() && !initiator_credential.empty(); }
  bool operator==(const mpesa_shop&) const = default;
};

struct payment_settings {
  std::optional<stripe_shop> stripe;
  std::optional<mpesa_shop> mpesa;
  bool gives_back = true; ///< whole payments that are owed go back by themselves

  bool operator==(const payment_settings&) const = default;
};

/// Reads `{"stripe":{"secret_key","webhook_secret","webhook_secret_before","on_behalf_of","form":"page"|"link",
/// "success_url","cancel_url"},"mpesa":{"consumer_key","consumer_secret","short_code","passkey","till","rounding",
/// "shillings_max","confirm_from","initiator","initiator_credential"},"gives_back"}`. A secret given as
/// `{"set":true}` is that of `before`. Errors are `invalid_argument` with the JSON Pointer in the tenant's form.
result<payment_settings> parse_payments(const nlohmann::json& form, const payment_settings* before,
                                        std::string_view currency);

/// The same form; an empty object for a shop without. Secrets as they are, or as `{"set":true}`.
nlohmann::json payments_form(const payment_settings& payments, bool with_secrets);

} // namespace wakala::actors
