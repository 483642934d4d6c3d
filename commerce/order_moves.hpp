/// \file
/// What may become of an order, and what a move means for its pieces and for the books. Pure.
#pragma once

#include "commerce/ledger.hpp"
#include "commerce/order.hpp"
#include "runtime/core/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::commerce {

/// awaiting_payment ─pay→ paid ─confirm→ confirmed ─pack→ packed ─ship→ shipped ─deliver→ delivered. What is not paid
/// may be confirmed (the rider is paid at the door), what is packed may be delivered (it was picked up). `cancel`
/// ends what nothing was paid for, `refund` what something was paid for; `expire` ends what was not paid in time.
enum class order_move : std::uint8_t { pay, confirm, pack, ship, deliver, cancel, refund, expire };
std::string_view to_string(order_move m) noexcept;
std::optional<order_move> order_move_from(std::string_view text) noexcept;

/// What one move changes, to be written as a whole.
struct order_change {
  placed_order order;                 ///< as it is from now on
  std::int64_t sells = 0;             ///< +1: its pieces go from the shelf, -1: they come back, 0: neither
  std::optional<ledger_entry> booked; ///< what the books say of it
  bool is_news = false;               ///< it has another state now, which its shopper is told
};

/// Nothing follows: neither a move nor, but for `paid`, a payment.
bool is_final(order_state s) noexcept;
/// The pieces of an order in this state have left the shelf.
bool is_sold(order_state s) noexcept;

/// A move other than `pay`. `conflict` naming the state when it is not allowed there. `refund` gives back all that
/// came in; of an order that is over already, what came too late. What was paid of an order that expires is owed.
struct move_options {
  std::string method = "cash"; ///< of `refund`
  std::string reference;       ///< of `refund`
  bool restock = true;         ///< of `refund`; what is cancelled is always for sale again
  std::string tracking_url;    ///< of `ship`
  /// Of `refund`: nothing has gone back yet, all is owed; see `given_back`.
  bool is_still_owed = false;
  std::string delivery_date; ///< of `confirm` and `ship`; empty: as it was
};
result<order_change> moved(const placed_order& before, order_move by, const move_options& how, time_ms now);

/// Money has come in for the order. Enough of it pays an order that waits for it, too little is kept, and what is too
/// much is owed to the shopper. An order that has expired is paid if `can_be_had` (and nothing is missing); else,
/// like one that is cancelled or refunded, it takes nothing any more: all is owed.
result<order_change> paid(const placed_order& before, const payment& what, bool can_be_had, time_ms now);

/// Some of what is owed has gone back to the shopper. `conflict` when less is owed.
result<order_change> given_back(const placed_order& before, const payment& what, time_ms now);

} // namespace wakala::commerce
