#include "http/shard_status.hpp"

#include <nlohmann/json.hpp>

namespace wakala::http {

result<std::vector<shard_status>> parse_shards(const result<std::string>& text) {
  if (!text)
    return text.error();
  const auto all = nlohmann::json::parse(*text, nullptr, false);
  if (!all.is_object() || !all.contains("shards"))
    return make_error(errc::unavailable, "the shards cannot be told");
  std::vector<shard_status> list;
  for (const auto& shard : all.at("shards"))
    list.push_back({shard.value("shard", ""), shard.value("epoch", std::uint64_t{0}), shard.value("state", "down"),
                    shard.value("seq", std::uint64_t{0}), shard.value("unfolded_rows", std::uint64_t{0}),
                    shard.value("tenants", std::uint64_t{0}), shard.value("trouble", "")});
  return list;
}

} // namespace wakala::http
