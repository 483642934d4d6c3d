/// \file
/// What a shopper writes, in the short forms of `POST /_sandbox/inbound`.
#pragma once

#include "runtime/core/error.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>

namespace wakala::sandbox {

/// Fills the message object of a webhook from the short forms of `POST /_sandbox/inbound`; what is wrong, if
/// anything.
std::optional<error> fill_message(const nlohmann::ordered_json& request, nlohmann::ordered_json& message);

} // namespace wakala::sandbox
