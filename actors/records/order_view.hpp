/// \file
/// What the admin API shows of an order, and where its row stands. Pure.
#pragma once

#include "commerce/order.hpp"
#include "runtime/core/ids.hpp"

#include <nlohmann/json_fwd.hpp>

namespace wakala::actors {

/// Of the row in `table::order`, in the order of time: when it was placed (8 bytes), and its id.
bytes order_key(const commerce::placed_order& o);

/// `{id, code, conversation_id, state, items, total, paid, owed, payments, returning, placed_at, kept_until, getting,
/// history, tracking_url, delivery_date}`; the id is the row's key in hexadecimal digits. One that nobody has looked
/// at since it lapsed has lapsed all the same.
nlohmann::json order_json(const commerce::placed_order& o, time_ms now);

} // namespace wakala::actors
