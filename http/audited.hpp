/// \file
/// The record of what was done through the admin API.
#pragma once

#include "http/admin_call.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <string>

namespace wakala::http {

struct audit_note {
  std::string action;
  std::string on; ///< id of an actor, a node, a letter
  std::string reason;
  tenant_id tenant; ///< whose it is; empty: nobody's
};

/// Writes it down, then calls `then` with the entry's number, or with why it could not be written.
void write_down(const admin_call& call, const audit_note& note, const std::string& outcome,
                std::function<void(result<std::uint64_t>)> then);

/// What the actors have answered goes into the record before it goes to the caller. Should the record refuse, the
/// caller hears that it was done and is not written down.
bridge::done_text audited(const admin_call& call, audit_note note, bridge::done_text then);

/// The reason in a body that is a JSON object, or empty: `{"reason"}`. Error: `invalid_argument` naming the member.
result<std::string> reason_of(const nlohmann::json& form, bool is_needed);
constexpr std::size_t reason_max = 200; ///< characters

} // namespace wakala::http
