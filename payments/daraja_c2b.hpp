/// \file
/// Payments that a shopper makes by hand to a PayBill or a till.
#pragma once

#include "runtime/core/clock.hpp"
#include "runtime/core/money.hpp"
#include "runtime/core/result.hpp"

#include "payments/provider.hpp"
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wakala::payments {

struct c2b_addresses {
  std::string short_code;
  bool cancel_when_unreachable = false; ///< what becomes of a payment whose validation nobody answers
  std::string confirmation_url;
  std::string validation_url;
};

/// A word that keeps Daraja from taking an address; empty when there is none. Reported by integrators, not stated.
std::string_view word_daraja_refuses(std::string_view url);

/// Registers the addresses; in production once and for all. Answered by `read_daraja_verdict`. Errors name the field.
result<provider_request> c2b_register_request(const c2b_addresses& addresses, bool plain_http = false);

/// A validation or a confirmation.
struct c2b_payment {
  std::string trans_id; ///< the receipt: one of them credits one order once, here or by the prompt's callback
  money amount;
  std::string short_code;
  std::string typed_reference; ///< as the shopper typed it
  std::string payer;           ///< a number or the hash of one: see `is_payer`; personal data either way
  std::string first_name;      ///< personal data
  std::optional<time_ms> paid_at;
};
result<c2b_payment> read_c2b_payment(std::string_view body);

/// An order code out of what a shopper typed: capitals without blanks and marks; nothing when it holds a character
/// that no code has (0, O, 1, I, L, U and the like cannot be told from others), or when its length is another: a
/// person has to match it.
std::optional<std::string> order_code_in(std::string_view typed, std::size_t length);

enum class c2b_refusal : std::uint8_t { none, msisdn, account, amount, kyc, short_code, other };
std::string c2b_validation_answer(c2b_refusal why);
std::string c2b_confirmation_answer();

} // namespace wakala::payments
