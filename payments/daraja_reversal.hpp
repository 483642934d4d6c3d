/// \file
/// M-Pesa's way of refunding: a reversal, whose result comes later.
#pragma once

#include "runtime/core/money.hpp"
#include "runtime/core/result.hpp"

#include "payments/provider.hpp"
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace wakala::payments {

/// Who may reverse. Never logged.
struct daraja_initiator {
  std::string name;
  std::string credential; ///< the password under Safaricom's public key, base64
};

struct reversal_order {
  std::string receipt; ///< of the payment
  std::int64_t shillings = 0;
  std::string short_code; ///< who was paid
  std::string result_url;
  std::string timeout_url;
  std::string remarks = "Refund";
};

/// Errors: `invalid_argument` naming the field. Answered by `read_reversal_answer`.
result<provider_request> reversal_request(const daraja_initiator& who, const reversal_order& order);

/// What the call was answered: the ids that its result goes by.
struct reversal_ids {
  std::string conversation_id;
  std::string originator_conversation_id;
};
reversal_ids read_reversal_ids(std::string_view body);

/// The body of a POST to the result address.
struct daraja_result {
  std::string code; ///< verbatim; `0` is done
  bool done = false;
  std::string text;
  reversal_ids ids;
  std::string trans_id; ///< the reversal's own receipt
  std::map<std::string, std::string> parameters;
  std::optional<money> amount; ///< the parameter Amount
};
result<daraja_result> read_daraja_result(std::string_view body);

} // namespace wakala::payments
