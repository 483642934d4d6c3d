/// \file
/// What several nodes say, made into one answer. Pure.
#pragma once

#include "actors/inspect/figures.hpp"
#include "runtime/core/clock.hpp"
#include "runtime/core/result.hpp"
#include "runtime/membership.hpp"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <string>
#include <vector>

namespace wakala::actors {

/// Where a page of actors begins: behind that id, or so many ranks down.
struct page_cursor {
  std::string id;       ///< hexadecimal, of a conversation
  std::size_t rank = 0; ///< where they are sorted by a figure
};
/// Error: `invalid_argument` naming `after`.
result<page_cursor> page_cursor_from(const std::string& text);

/// As `GET /v1/overview` answers. `parts`: what each node that answered said, by name. `report`: null of a node that
/// is alone, and while the store does not answer.
nlohmann::json overview_json(const std::string& me, bool is_in_cluster, std::uint32_t shard_count, time_ms now,
                             const std::map<std::string, nlohmann::json>& parts,
                             const runtime::cluster_report* report);

/// As `GET /v1/actors` answers.
nlohmann::json actors_json(std::map<std::string, nlohmann::json>& parts, const std::vector<std::string>& unreachable,
                           actor_order by, std::size_t limit, const page_cursor& from, time_ms now);

} // namespace wakala::actors
