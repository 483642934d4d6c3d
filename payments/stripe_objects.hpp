/// \file
/// Stripe's objects, read the same way out of answers and events. Internal to this folder.
#pragma once

#include "payments/json_values.hpp"
#include "payments/stripe_answers.hpp"

namespace wakala::payments {

/// The amount under `name` in the object's own currency; nothing when it is missing or makes no sense.
std::optional<money> stripe_money_in(const nlohmann::json& object, const char* name);
/// The id under `name`, which holds the id or, expanded, the object.
std::string stripe_id_in(const nlohmann::json& object, const char* name);
/// Seconds since the epoch as store time; 0 when there are none that make sense.
time_ms stripe_time_in(const nlohmann::json& object, const char* name);
stripe_session stripe_session_in(const nlohmann::json& object);
stripe_refund_answer stripe_refund_in(const nlohmann::json& object);

} // namespace wakala::payments
