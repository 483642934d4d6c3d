/// \file
/// What payment providers say, as they write it.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>

namespace wakala::actors::test {

/// What became of an M-Pesa prompt, as told to its callback address. `code` 0: paid, with that receipt.
std::string stk_callback(const std::string& name, int code, const std::string& receipt = {}, double amount = 500);
/// A payment that somebody made by hand, as told to the confirmation address.
std::string paid_by_hand(const std::string& receipt, const std::string& reference,
                         const std::string& amount = "500.00");
/// An event of Stripe's about `object`, of an attempt of the tenant `duka`.
std::string stripe_event_text(const std::string& id, const std::string& type, const std::string& attempt_id,
                              nlohmann::json object);

} // namespace wakala::actors::test
