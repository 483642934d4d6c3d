#include "payments/daraja_codes.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace wakala::payments {

namespace {

using code_meaning = std::pair<std::string_view, stk_result>;

constexpr std::array<code_meaning, 13> meanings{{
    {"0", stk_result::paid},
    {"1", stk_result::no_money},
    {"17", stk_result::system_busy},
    {"26", stk_result::system_busy},
    {"1001", stk_result::busy_locked},
    {"1019", stk_result::expired},
    {"1025", stk_result::cannot_prompt},
    {"9999", stk_result::cannot_prompt},
    {"1032", stk_result::cancelled},
    {"1037", stk_result::unreachable},
    {"2001", stk_result::wrong_pin},
    {"4999", stk_result::still_processing},
    {"500.001.1001", stk_result::still_processing}, // how a query says so
}};

} // namespace

std::string_view to_string(stk_result r) noexcept {
  switch (r) {
  case stk_result::paid:
    return "paid";
  case stk_result::cancelled:
    return "cancelled";
  case stk_result::wrong_pin:
    return "wrong_pin";
  case stk_result::no_money:
    return "no_money";
  case stk_result::unreachable:
    return "unreachable";
  case stk_result::busy_locked:
    return "busy_locked";
  case stk_result::system_busy:
    return "system_busy";
  case stk_result::expired:
    return "expired";
  case stk_result::cannot_prompt:
    return "cannot_prompt";
  case stk_result::still_processing:
    return "still_processing";
  case stk_result::failed:
    return "failed";
  }
  return "failed";
}

stk_result stk_result_of(std::string_view code) noexcept {
  const auto at = std::ranges::find(meanings, code, &code_meaning::first);
  return at == meanings.end() ? stk_result::failed : at->second;
}

stk_reaction reaction_to(stk_result r) noexcept {
  using std::chrono::seconds;
  switch (r) {
  case stk_result::paid:
    return {stk_advice::fulfil_after_checks, {}};
  case stk_result::no_money:
    return {stk_advice::offer_other_way, {}};
  case stk_result::cancelled:
  case stk_result::wrong_pin:
  case stk_result::unreachable:
  case stk_result::expired:
    return {stk_advice::offer_again, {}};
  case stk_result::system_busy:
    return {stk_advice::again_after, seconds{45}};
  case stk_result::busy_locked:
    return {stk_advice::again_after, seconds{90}};
  case stk_result::cannot_prompt:
    return {stk_advice::offer_manual, {}};
  case stk_result::still_processing:
    return {stk_advice::keep_waiting, {}};
  case stk_result::failed:
    return {stk_advice::give_up, {}};
  }
  return {};
}

} // namespace wakala::payments
