#include "commerce/order_moves.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace wakala::commerce {

namespace {

using state = order_state;

constexpr std::array moves{order_move::pay,     order_move::confirm, order_move::pack,   order_move::ship,
                           order_move::deliver, order_move::cancel,  order_move::refund, order_move::expire};

struct rule {
  order_move by;
  state from;
  state to;
};

constexpr std::array rules{
    rule{order_move::confirm, state::awaiting_payment, state::confirmed},
    rule{order_move::confirm, state::paid, state::confirmed},
    rule{order_move::pack, state::confirmed, state::packed},
    rule{order_move::ship, state::packed, state::shipped},
    rule{order_move::deliver, state::packed, state::delivered},
    rule{order_move::deliver, state::shipped, state::delivered},
    rule{order_move::cancel, state::awaiting_payment, state::cancelled},
    rule{order_move::cancel, state::confirmed, state::cancelled},
    rule{order_move::cancel, state::packed, state::cancelled},
    rule{order_move::cancel, state::shipped, state::cancelled},
    rule{order_move::refund, state::awaiting_payment, state::cancelled},
    rule{order_move::refund, state::paid, state::refunded},
    rule{order_move::refund, state::confirmed, state::refunded},
    rule{order_move::refund, state::packed, state::refunded},
    rule{order_move::refund, state::shipped, state::refunded},
    rule{order_move::refund, state::delivered, state::refunded},
    rule{order_move::refund, state::cancelled, state::cancelled},
    rule{order_move::refund, state::refunded, state::refunded},
    rule{order_move::refund, state::expired, state::expired},
    rule{order_move::expire, state::awaiting_payment, state::expired},
};

error refusal(const placed_order& o, order_move by, const std::string& why = {}) {
  return make_error(errc::conflict, "an order that is " + std::string(to_string(o.state)) + " cannot be moved by " +
                                        std::string(to_string(by)) + why);
}

void come_to(order_change& change, state next, time_ms now) {
  if (change.order.state == next) // what came too late has gone back
    return;
  const bool was_sold = is_sold(change.order.state);
  change.order.state = next;
  change.order.history.push_back({next, now});
  ++change.order.told;
  change.is_news = true;
  change.sells = static_cast<std::int64_t>(is_sold(next)) - static_cast<std::int64_t>(was_sold);
}

} // namespace

std::string_view to_string(order_move m) noexcept {
  switch (m) {
  case order_move::pay:
    return "pay";
  case order_move::confirm:
    return "confirm";
  case order_move::pack:
    return "pack";
  case order_move::ship:
    return "ship";
  case order_move::deliver:
    return "deliver";
  case order_move::cancel:
    return "cancel";
  case order_move::refund:
    return "refund";
  case order_move::expire:
    return "expire";
  }
  return "unknown";
}

std::optional<order_move> order_move_from(std::string_view text) noexcept {
  const auto found = std::find_if(moves.begin(), moves.end(), [&](auto m) { return to_string(m) == text; });
  return found == moves.end() ? std::nullopt : std::optional(*found);
}

bool is_final(order_state s) noexcept {
  return s == state::delivered || s == state::cancelled || s == state::refunded || s == state::expired;
}

bool is_sold(order_state s) noexcept {
  return s == state::paid || s == state::confirmed || s == state::packed || s == state::shipped ||
         s == state::delivered;
}

result<order_change> moved(const placed_order& before, order_move by, const move_options& how, time_ms now) {
  const auto found =
      std::find_if(rules.begin(), rules.end(), [&](const rule& r) { return r.by == by && r.from == before.state; });
  if (found == rules.end())
    return refusal(before, by);
  if (by == order_move::cancel && before.paid + before.owed > 0)
    return refusal(before, by, " after something was paid: it is refunded instead");
  if (by == order_move::refund && before.paid + before.owed == 0)
    return refusal(before, by, " when nothing was paid: it is cancelled instead");
  if (by == order_move::refund && !how.is_still_owed && before.returning > 0)
    return refusal(before, by, " by hand while money is on its way back through the provider");
  order_change change{before, 0, std::nullopt, false};
  come_to(change, found->to, now);
  if (by == order_move::ship)
    change.order.tracking_url = how.tracking_url;
  if ((by == order_move::confirm || by == order_move::ship) && !how.delivery_date.empty())
    change.order.delivery_date = how.delivery_date;
  if (by == order_move::refund && how.is_still_owed) {
    if (before.paid > 0)
      change.booked = owing_entry(before, "refund_due", now);
    change.order.owed += std::exchange(change.order.paid, 0);
  } else if (by == order_move::refund) {
    const auto entry = refund_entry(before, how.method, how.reference, now);
    if (!entry)
      return entry.error();
    change.booked = *entry;
    change.order.paid = 0;
    change.order.owed = 0;
    change.order.provided = 0;
  }
  if (by == order_move::refund && !how.restock)
    change.sells = 0;
  if (by == order_move::expire && before.paid > 0) {
    change.booked = owing_entry(before, "lapse", now);
    change.order.owed += std::exchange(change.order.paid, 0);
  }
  return change;
}

result<order_change> paid(const placed_order& before, const payment& what, bool can_be_had, time_ms now) {
  if (what.amount.currency != before.total.currency)
    return make_error(errc::invalid_argument, "must be in the order's currency, " + before.total.currency,
                      "/currency");
  if (what.amount.minor <= 0 || what.counted() <= 0)
    return make_error(errc::invalid_argument, "must be more than nothing", "/amount");
  // What is on its way back to the shopper pays for nothing any more.
  const auto left = std::max<std::int64_t>(before.owed - before.returning, 0);
  const auto pool = add({left, before.total.currency}, {what.counted(), what.amount.currency});
  if (!pool)
    return make_error(errc::invalid_argument, pool.error().what, "/amount");
  const auto missing = std::max<std::int64_t>(before.total.minor - before.paid, 0);
  const bool is_over = before.state == state::cancelled || before.state == state::refunded;
  const bool is_too_late = before.state == state::expired && (!can_be_had || pool->minor < missing);
  const auto for_order = is_over || is_too_late ? 0 : std::min(missing, pool->minor);
  order_change change{before, 0, std::nullopt, false};
  auto entry = payment_entry(before, what, for_order, now);
  if (!entry)
    return entry.error();
  change.booked = std::move(*entry);
  change.order.paid += for_order;
  change.order.owed = before.owed - left + pool->minor - for_order;
  const bool waits = before.state == state::awaiting_payment || (before.state == state::expired && !is_too_late);
  if (waits && for_order == missing)
    come_to(change, state::paid, now);
  return change;
}

result<order_change> given_back(const placed_order& before, const payment& what, time_ms now) {
  if (what.amount.currency != before.total.currency || what.amount.minor <= 0 || what.counted() <= 0)
    return make_error(errc::invalid_argument, "must be an amount in the order's currency", "/amount");
  if (what.counted() > before.owed)
    return make_error(errc::conflict, "only " + decimal_text({before.owed, before.total.currency}) + " is owed",
                      "/amount");
  order_change change{before, 0, std::nullopt, false};
  auto entry = return_entry(before, what, now);
  if (!entry)
    return entry.error();
  change.booked = std::move(*entry);
  change.order.owed -= what.counted();
  return change;
}

} // namespace wakala::commerce
