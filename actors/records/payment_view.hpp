/// \file
/// What the admin API shows of payments. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "payments/tracking.hpp"

namespace wakala::actors {

/// `{id, order_id, order_code, provider, form, state, reason, code, amount, reference, url, created_at, expires_at,
/// payments:[{receipt,amount,right,booked}], refunds:[{number,receipt,amount,state,reference,code}], attention,
/// typed, payer}`. `payer` and `typed` only of payments that nobody knows the order of.
nlohmann::json payment_json(const payments::tracked_attempt& t, const payments::tracking_rules& rules);

} // namespace wakala::actors
