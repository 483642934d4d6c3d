/// \file
/// How actors are called from outside: `node:a`, `service:a:commit_writer`, `shard:5`, `tenant:duka:5` (the tenant's
/// place on shard 5), `conversation:duka:<32 hexadecimal digits>`. Pure.
#pragma once

#include "runtime/core/ids.hpp"
#include "runtime/core/result.hpp"

#include <string>
#include <string_view>

namespace wakala::actors {

struct actor_name {
  enum class sort : std::uint8_t { node, service, shard, tenant, conversation };
  sort kind = sort::node;
  std::string node;    ///< of a node or a service
  std::string service; ///< of a service
  tenant_id tenant;    ///< of a tenant or a conversation
  shard_id shard = 0;  ///< of a shard or a tenant
  conversation_id conversation;

  bool operator==(const actor_name&) const = default;
};

std::string to_string(const actor_name& name);
/// Error: `invalid_argument`, naming `field`.
result<actor_name> actor_name_from(std::string_view text, const std::string& field = "id");

std::string node_name_id(std::string_view node);
std::string service_id(std::string_view node, std::string_view service);
std::string shard_actor_id(shard_id shard);
std::string tenant_actor_id(std::string_view tenant, shard_id shard);
std::string conversation_actor_id(std::string_view tenant, const conversation_id& id);

} // namespace wakala::actors
