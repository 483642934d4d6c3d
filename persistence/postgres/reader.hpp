/// \file
/// Reads from PostgreSQL. What each answers is what `store` says of it.
#pragma once

#include "persistence/postgres/connection.hpp"
#include "persistence/store.hpp"

namespace wakala::persistence::postgres {

result<std::optional<bytes>> get(connection& on, const tenant_id& tenant, table where, const bytes& key);
result<std::vector<stored_value>> range(connection& on, const range_query& asked);
result<std::vector<stored_value>> due(connection& on, shard_id shard, table where, time_ms until, std::size_t limit);
result<bool> has_event_key(connection& on, shard_id shard, const event_key& key);
result<std::optional<time_ms>> event_time(connection& on, shard_id shard, const event_key& key);
result<std::vector<event_key>> event_keys(connection& on, shard_id shard, std::uint32_t newest_bucket,
                                          std::size_t limit);
result<std::vector<journal_row>> journal(connection& on, shard_id shard, std::uint64_t after_seq, std::size_t limit);
result<std::vector<journal_row>> journal_since(connection& on, shard_id shard, time_ms from, std::size_t limit);
result<std::optional<bytes>> conversation_key(connection& on, const tenant_id& tenant, const conversation_id& id);
result<std::vector<tenant_row>> tenants(connection& on);
result<std::optional<bytes>> get_meta(connection& on, std::string_view name);

} // namespace wakala::persistence::postgres
