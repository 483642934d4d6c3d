/// \file
/// How an M-Pesa prompt ended, and what to do about it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace wakala::payments {

enum class stk_result : std::uint8_t {
  paid,
  cancelled,        ///< by the shopper
  wrong_pin,        ///< it locks after three failures
  no_money,         ///< and no overdraft
  unreachable,      ///< phone off, out of reach, or no PIN within about a minute
  busy_locked,      ///< another prompt holds the subscriber
  system_busy,      ///< M-Pesa or the receiving side cannot process now
  expired,          ///< the transaction, before it was answered
  cannot_prompt,    ///< the prompt could not be sent
  still_processing, ///< no result yet
  failed,           ///< anything else: log the code as it is
};
std::string_view to_string(stk_result r) noexcept;

/// The meaning of a ResultCode, which comes as a number or as text.
stk_result stk_result_of(std::string_view code) noexcept;

enum class stk_advice : std::uint8_t {
  fulfil_after_checks, ///< amount, shortcode, receipt; see `attempt`
  offer_again,         ///< let the shopper decide; never by itself
  offer_other_way,     ///< again, or another method
  again_after,         ///< once, by itself, after the wait
  offer_manual,        ///< check number and description, try again, else the PayBill by hand
  keep_waiting,
  give_up,
};

struct stk_reaction {
  stk_advice advice = stk_advice::give_up;
  std::chrono::seconds wait{0};

  bool operator==(const stk_reaction&) const = default;
};

stk_reaction reaction_to(stk_result r) noexcept;

} // namespace wakala::payments
