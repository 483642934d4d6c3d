/// \file
/// Request bodies that are nearly right, put right.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace wakala::whatsapp {

/// Turns a list whose `sections` stand beside its `type` into the form that the API takes (Cloud API reference §1,
/// §9.4). Two such forms are known, and texts in them may be plain strings or `{"text"}`:
///
///     {"type":"list", "header"?, "body", "footer"?, "button"?, "sections":[…]}
///     {"type":"interactive", "interactive":{"type":"list", "header"?, "body", "footer"?, "button"?, "sections":[…]}}
///
/// Other members stay where they are, and any other JSON stays as it is: whether the outcome can be sent is up to
/// `validate_request`, which for example asks for a button's label that was missing before.
void normalise_request(nlohmann::json& request);

/// Clients of the Graph API may write a parameter that is JSON as a text that holds it: `"contacts":"[{…}]"`. Such
/// texts become what they hold; others, and members that are texts by right, stay.
void decode_members(nlohmann::json& request);

} // namespace wakala::whatsapp
