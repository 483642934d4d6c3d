/// \file
/// What of the consoles' answers who may see. Pure.
#pragma once

#include "http/admin_auth.hpp"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <string>

namespace wakala::http {

/// Texts that may name a shopper or quote one become dots. Whatever is not known to be harmless is taken for
/// personal, so that a member which somebody adds later shows nothing by accident.
void redact(nlohmann::json& value);

/// The same for a trace: its times and places stay. Sets `redacted`.
void show_trace(nlohmann::json& trace, bool reveals);

/// What a token that may see only some tenants sees of an overview: the nodes without their figures, and the shards
/// that those tenants are on, without figures either, since others are counted in them. `has_shard`: is that shard
/// one of theirs?
void narrow_overview(nlohmann::json& overview, const std::function<bool(const std::string& shard)>& has_shard);

/// What the console may offer: `{name, operator, personal, tenants, may}`.
nlohmann::json whoami_json(const principal& who);

} // namespace wakala::http
