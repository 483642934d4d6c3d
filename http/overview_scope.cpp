#include "http/overview_scope.hpp"

#include "http/inspect_view.hpp"
#include "runtime/shard_map.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace wakala::http {

std::string overview_for(const principal& who, const std::string& overview, const actors::node_context& context) {
  if (who.is_operator)
    return overview;
  auto told = nlohmann::json::parse(overview);
  std::set<std::string> theirs;
  for (const auto& tenant : who.tenants) {
    const auto entry = context.tenants->get()->find(tenant);
    const auto width =
        entry ? static_cast<std::uint32_t>(std::max<std::int64_t>(entry->config.limit("spread_shards", 1), 1)) : 0U;
    for (std::uint32_t n = 0; n < std::min(width, context.shard_count); ++n)
      theirs.insert(runtime::shard_name((entry->shard + n) % context.shard_count));
  }
  narrow_overview(told, [&](const std::string& shard) { return theirs.contains(shard); });
  return told.dump();
}

} // namespace wakala::http
