/// \file
/// What a node remembers of an update, as it tells other nodes.
#pragma once

#include "actors/tracing/recent_hops.hpp"

#include <nlohmann/json_fwd.hpp>

namespace wakala::actors {

nlohmann::json to_json(const recent_hop& hop);
/// What is missing counts as not known.
recent_hop hop_from(const nlohmann::json& told, const event_hash& event);

} // namespace wakala::actors
