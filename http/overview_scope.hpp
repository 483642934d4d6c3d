/// \file
/// What a token sees of the overview.
#pragma once

#include "actors/protocol/node_context.hpp"
#include "http/admin_auth.hpp"

#include <string>

namespace wakala::http {

/// `overview`: as operators see it, and as they get it. Others see the shards that their tenants may be on, and no
/// figures (`narrow_overview`).
std::string overview_for(const principal& who, const std::string& overview, const actors::node_context& context);

} // namespace wakala::http
