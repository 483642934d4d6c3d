/// \file
/// What has become of an order.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace wakala::commerce {

/// Before it is an order, it is a cart. order_moves.hpp has what may follow what. Written on disk: append only.
enum class order_state : std::uint8_t {
  awaiting_payment, ///< its pieces are kept until `kept_until`
  paid,             ///< from here to `delivered` its pieces are sold
  confirmed,        ///< the merchant will fulfil it, paid or not
  packed,
  shipped,
  delivered,
  cancelled, ///< nothing of it is paid, its pieces are on the shelf again
  refunded,  ///< what was paid has been given back
  expired,   ///< not paid in time: its pieces are on the shelf again
};
std::string_view to_string(order_state s) noexcept;
std::optional<order_state> order_state_from(std::string_view text) noexcept;

} // namespace wakala::commerce
