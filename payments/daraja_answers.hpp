/// \file
/// What Daraja answers to a call: token, acceptance, refusal, or neither.
#pragma once

#include "runtime/core/result.hpp"

#include "payments/provider.hpp"
#include <chrono>
#include <string>
#include <string_view>

namespace wakala::payments {

/// `GET` of this path, with `daraja_basic`, gives a token.
constexpr std::string_view daraja_token_path = "/oauth/v1/generate?grant_type=client_credentials";

/// The value of Authorization for it.
std::string daraja_basic(const daraja_account& keys);

struct daraja_token {
  std::string value;
  std::chrono::seconds life{0};

  bool operator==(const daraja_token&) const = default;
};
/// `config_problem` when the keys are refused, `retry_later` when there is no token now.
struct daraja_token_answer {
  call_outcome what = call_outcome::retry_later;
  daraja_token token; ///< when accepted
};
daraja_token_answer read_daraja_token(int status, std::string_view body);

/// Whether a call was taken. Daraja knows no idempotency key, so a 5xx is ambiguous: what was asked for may be on its
/// way. `code` is its errorCode; `token_refused`: nothing was done, get a new token.
struct daraja_verdict {
  call_outcome what = call_outcome::ambiguous;
  bool token_refused = false;
  std::string code;
  std::string text;       ///< Daraja's words: may hold personal data
  std::string request_id; ///< for logs
};
daraja_verdict read_daraja_verdict(int status, std::string_view body);

} // namespace wakala::payments
