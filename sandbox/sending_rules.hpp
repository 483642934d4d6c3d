/// \file
/// What becomes of a message whose form is right: the states of number, account, template and shopper (Cloud API
/// reference §10.3, §11, §13.6).
#pragma once

#include "sandbox/graph_call.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>

namespace wakala::sandbox {

/// The shopper at the other end, as this number knows them.
struct recipient_state {
  std::string key;
  bool window_open = false;
  bool marketing_stopped = false;
};

/// The refusal of a send: 100/33 for a deleted account, 133010, 131031, 368, 131037, 132001, 132015, 132016, 132000.
/// Templates are looked up only for an account that created one, or when all have to exist.
std::optional<graph_answer> refusal_of(call_context& context, const business_number& number, const account& owner,
                                       const nlohmann::ordered_json& request);

/// The code with which an accepted message ends as `failed`: 131048, 131042, 131050; 0: it does not. Counts unique
/// users outside their windows. Meta names no code for one user more than the messaging limit: that it is 131048 is
/// the sandbox's choice, and so is that an unpaid account still sends what is no template.
int failure_of(call_context& context, const business_number& number, account& owner,
               const nlohmann::ordered_json& request, const recipient_state& who);

/// `service`, `utility`, `marketing` or `authentication`; a template that is not known is `utility`.
std::string category_of(const registry& held, const business_number& number, const nlohmann::ordered_json& request);

} // namespace wakala::sandbox
