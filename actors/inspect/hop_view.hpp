/// \file
/// The hops of one update as people see them. Pure.
#pragma once

#include "actors/tracing/hop_stamps.hpp"
#include "actors/tracing/recent_hops.hpp"
#include "persistence/store.hpp"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <optional>
#include <string>

namespace wakala::actors {

/// `{received_at, node, total_us, complete, hops:[{hop, node, actor, waiting_us, handling_us, …}]}`. The hops follow
/// each other; without what nodes remember, the times after the commit are missing.
nlohmann::json hops_json(const persistence::journal_row& row, const tenant_id& tenant,
                         const std::optional<hop_stamps>& stamps,
                         const std::function<std::string(std::uint32_t)>& node_of,
                         const std::optional<recent_hop>& at_edge, const std::optional<recent_hop>& at_owner);

/// The value of the W3C `traceparent` field that goes with our call of that message: the same however often it is
/// made.
std::string traceparent_of(const conversation_id& conversation, std::uint64_t ordinal);

} // namespace wakala::actors
