#include "actors/inspect/actor_ids.hpp"

#include "runtime/core/encoding.hpp"

#include <charconv>
#include <optional>

namespace wakala::actors {

namespace {

std::optional<shard_id> shard_from(std::string_view text) {
  shard_id shard = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), shard);
  return failed == std::errc{} && end == text.data() + text.size() ? std::optional(shard) : std::nullopt;
}

} // namespace

std::string node_name_id(std::string_view node) { return "node:" + std::string(node); }
std::string service_id(std::string_view node, std::string_view service) {
  return "service:" + std::string(node) + ':' + std::string(service);
}
std::string shard_actor_id(shard_id shard) { return "shard:" + std::to_string(shard); }
std::string tenant_actor_id(std::string_view tenant, shard_id shard) {
  return "tenant:" + std::string(tenant) + ':' + std::to_string(shard);
}
std::string conversation_actor_id(std::string_view tenant, const conversation_id& id) {
  return "conversation:" + std::string(tenant) + ':' + to_string(id);
}

std::string to_string(const actor_name& name) {
  switch (name.kind) {
  case actor_name::sort::node:
    return node_name_id(name.node);
  case actor_name::sort::service:
    return service_id(name.node, name.service);
  case actor_name::sort::shard:
    return shard_actor_id(name.shard);
  case actor_name::sort::tenant:
    return tenant_actor_id(name.tenant, name.shard);
  case actor_name::sort::conversation:
    return conversation_actor_id(name.tenant, name.conversation);
  }
  return {};
}

result<actor_name> actor_name_from(std::string_view text, const std::string& field) {
  const auto bad = [&] {
    return make_error(errc::invalid_argument,
                      "is no actor: node:NAME, service:NODE:NAME, shard:NUMBER, tenant:ID:SHARD or "
                      "conversation:TENANT:32 hexadecimal digits",
                      field);
  };
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon + 1 == text.size())
    return bad();
  const auto kind = text.substr(0, colon);
  const auto rest = text.substr(colon + 1);
  const auto last = rest.rfind(':'); // tenants and services have no colon in their names, nodes may
  actor_name name;
  if (kind == "node") {
    name.node = rest;
    return name;
  }
  if (kind == "shard") {
    const auto shard = shard_from(rest);
    if (!shard)
      return bad();
    name.kind = actor_name::sort::shard;
    name.shard = *shard;
    return name;
  }
  if (last == std::string_view::npos || last == 0 || last + 1 == rest.size())
    return bad();
  if (kind == "service") {
    name.kind = actor_name::sort::service;
    name.node = rest.substr(0, last);
    name.service = rest.substr(last + 1);
    return name;
  }
  name.tenant = rest.substr(0, last);
  if (kind == "tenant") {
    const auto shard = shard_from(rest.substr(last + 1));
    if (!shard)
      return bad();
    name.kind = actor_name::sort::tenant;
    name.shard = *shard;
    return name;
  }
  const auto id = parse_conversation_id(rest.substr(last + 1));
  if (kind != "conversation" || !id)
    return bad();
  name.kind = actor_name::sort::conversation;
  name.conversation = *id;
  return name;
}

} // namespace wakala::actors
