/// \file
/// M-Pesa Express: a prompt on the payer's phone, its callback, and the question how it ended.
#pragma once

#include "runtime/core/clock.hpp"
#include "runtime/core/money.hpp"

#include "payments/daraja_answers.hpp"
#include "payments/daraja_codes.hpp"
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wakala::payments {

/// Where a shop is paid.
struct daraja_shop {
  std::string short_code; ///< of the PayBill; for a till the store's (head office's) number
  std::string passkey;    ///< never logged
  std::string till;       ///< empty for a PayBill

  bool operator==(const daraja_shop&) const = default;
};

struct stk_order {
  std::int64_t shillings = 0; ///< see `daraja_amount`
  std::string payer;          ///< see `parse_msisdn`
  std::string callback_url;   ///< with a token that nobody can guess
  std::string reference;      ///< shown in the prompt: a short order code, at most 12 letters and digits
  std::string description;    ///< at most 13 characters
};

struct stk_limits {
  std::int64_t shillings_max = 250'000; ///< of one payment: a matter of tariffs
  bool plain_http = false;              ///< callbacks over http: against a stand-in only
};

/// base64 of shortcode, passkey and the request's own timestamp.
std::string stk_password(const daraja_shop& shop, std::string_view timestamp);

/// Errors: `invalid_argument` naming the field.
result<provider_request> stk_push_request(const daraja_shop& shop, const stk_order& order, time_ms now,
                                          const stk_limits& limits = {});

/// Accepted means: a prompt will be attempted.
struct stk_push_answer {
  daraja_verdict verdict;
  std::string merchant_request_id;
  std::string checkout_request_id; ///< what callbacks and queries go by
};
stk_push_answer read_stk_push_answer(int status, std::string_view body);

/// What a callback or a query says of a prompt. A query knows neither amount nor receipt.
struct stk_report {
  std::string merchant_request_id;
  std::string checkout_request_id;
  std::string code; ///< ResultCode, verbatim
  stk_result what = stk_result::failed;
  std::string text;            ///< ResultDesc: for logs of the merchant, not for shoppers
  std::optional<money> amount; ///< missing also when it cannot be read
  bool amount_unreadable = false;
  std::string receipt;
  std::string payer; ///< personal data
  std::optional<time_ms> paid_at;
};

/// The body of a callback. `invalid_argument` when it is none.
result<stk_report> read_stk_callback(std::string_view body);

provider_request stk_query_request(const daraja_shop& shop, std::string_view checkout_request_id, time_ms now);

/// `accepted`: `report` holds the word of M-Pesa, perhaps `still_processing`.
struct stk_query_answer {
  daraja_verdict verdict;
  stk_report report;
};
stk_query_answer read_stk_query_answer(int status, std::string_view body);

/// What a callback is answered as soon as it is durable.
std::string daraja_callback_accepted();

} // namespace wakala::payments
