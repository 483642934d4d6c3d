/// \file
/// What may happen to a cart: quantities, the stock behind them, prices, expiry.
#pragma once

#include "commerce/catalog.hpp"
#include "commerce/conversation.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::commerce {

constexpr std::int64_t quantity_max = 99;     ///< of one product in a cart
constexpr std::size_t cart_lines_max = 50;    ///< bounds what a conversation keeps
constexpr time_ms cart_lifetime = ms_per_day; ///< from the shopper's last activity

const cart_line* find_line(const cart& basket, std::string_view product_id) noexcept;
/// Pieces of a product in the cart; 0 when there are none.
std::int64_t quantity_of(const cart& basket, std::string_view product_id) noexcept;

enum class cart_answer : std::uint8_t {
  changed,
  sold_out,      ///< stock is zero
  not_enough,    ///< stock is less than asked
  quantity_over, ///< more than `quantity_max`
  lines_over,    ///< more than `cart_lines_max` products
  amount_over,   ///< the total could no longer be counted exactly
};

/// Makes the line of `p` hold `quantity` pieces (≥ 1), at today's name and price: a line that is touched is
/// refreshed, the others keep what they were added at. Anything but `changed` leaves the cart as it was.
cart_answer set_quantity(cart& basket, const product& p, std::int64_t quantity);

/// Takes the product out; false when it was not in.
bool remove_line(cart& basket, std::string_view product_id);

/// What the shop changed in a cart because of what happened on its shelves.
struct cart_correction {
  std::string name;
  std::int64_t left = 0; ///< pieces still in the cart; 0: taken out
  bool sold = true;      ///< false: the shop no longer sells it
};

/// Brings a cart in line with the shelf: never more than stock, nothing that is no longer sold, one currency.
std::vector<cart_correction> correct(cart& basket, const catalog& shelf, std::string_view currency);

/// The shopper was active at `at`: an expired cart is forgotten (the next one gets a new id), a live one lives on.
void touch(cart& basket, time_ms at);

} // namespace wakala::commerce
