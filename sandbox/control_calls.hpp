/// \file
/// What testers change of numbers, accounts and templates, and which webhooks Meta would send for it.
#pragma once

#include "runtime/core/result.hpp"
#include "sandbox/graph_call.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace wakala::sandbox {

using change_list = std::vector<meta_change>;

// The bodies of `POST /_sandbox/numbers/{id}`, `accounts/{waba}` and `templates/{id}`. Nothing is changed when
// anything is wrong. Errors: `invalid_argument` naming the key.
result<change_list> control_number(call_context& context, business_number& number,
                                   const nlohmann::ordered_json& request);
result<change_list> control_account(call_context& context, account& whose, const nlohmann::ordered_json& request);
result<change_list> control_template(call_context& context, stored_template& one,
                                     const nlohmann::ordered_json& request);

/// Is this field about accounts, numbers or templates?
bool is_management_field(std::string_view field) noexcept;
/// `January 31, 2021`.
std::string english_date(time_ms at);
/// The change of field `business_capability_update` after a new messaging limit.
meta_change capability_change(const account& whose);

} // namespace wakala::sandbox
