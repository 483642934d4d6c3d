#include "commerce/order_state.hpp"

#include <algorithm>
#include <array>

namespace wakala::commerce {

namespace {

constexpr std::array states{order_state::awaiting_payment, order_state::paid,     order_state::confirmed,
                            order_state::packed,           order_state::shipped,  order_state::delivered,
                            order_state::cancelled,        order_state::refunded, order_state::expired};

} // namespace

std::string_view to_string(order_state s) noexcept {
  switch (s) {
  case order_state::awaiting_payment:
    return "awaiting_payment";
  case order_state::paid:
    return "paid";
  case order_state::confirmed:
    return "confirmed";
  case order_state::packed:
    return "packed";
  case order_state::shipped:
    return "shipped";
  case order_state::delivered:
    return "delivered";
  case order_state::cancelled:
    return "cancelled";
  case order_state::refunded:
    return "refunded";
  case order_state::expired:
    return "expired";
  }
  return "unknown";
}

std::optional<order_state> order_state_from(std::string_view text) noexcept {
  const auto found = std::find_if(states.begin(), states.end(), [&](auto s) { return to_string(s) == text; });
  return found == states.end() ? std::nullopt : std::optional(*found);
}

} // namespace wakala::commerce
