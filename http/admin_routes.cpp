#include "http/admin_routes.hpp"

#include "http/admin_handlers.hpp"
#include "runtime/core/encoding.hpp"

#include <array>

namespace wakala::http {

namespace {

/// 10,000 products with long descriptions.
constexpr std::size_t catalog_bytes_max = std::size_t{16} * 1024 * 1024;

constexpr auto routes = std::to_array<admin_route>({
    {"GET", "/healthz", access::open, healthz},
    {"GET", "/readyz", access::open, readyz},
    {"GET", "/metrics", access::open, metrics},
    {"GET", "/openapi.json", access::open, openapi},
    {"GET", "/console", access::open, console_redirect},
    {"GET", "/console/", access::open, console_page},
    {"GET", "/console/{file}", access::open, console_file_by_name},
    {"GET", "/console/assets/{file}", access::open, console_asset},
    {"GET", "/v1/tenants", access::any_token, list_tenants},
    {"POST", "/v1/tenants", access::operators, create_tenant},
    {"POST", "/v1/tenants:import", access::operators, import_tenants},
    {"GET", "/v1/tenants/{tenant}", access::tenant, get_tenant},
    {"PUT", "/v1/tenants/{tenant}", access::operators, replace_tenant},
    {"DELETE", "/v1/tenants/{tenant}", access::operators, delete_tenant},
    {"GET", "/v1/tenants/{tenant}/catalog", access::tenant, get_catalog},
    {"PUT", "/v1/tenants/{tenant}/catalog", access::tenant, put_catalog},
    {"POST", "/v1/tenants/{tenant}/catalog:import", access::tenant, import_catalog, false, catalog_bytes_max},
    {"GET", "/v1/tenants/{tenant}/conversations", access::tenant, list_conversations},
    {"GET", "/v1/tenants/{tenant}/conversations/{contact}", access::tenant, get_conversation},
    {"POST", "/v1/tenants/{tenant}/conversations/{contact}:hand_over", access::tenant, hand_over_conversation},
    {"POST", "/v1/tenants/{tenant}/conversations/{contact}:hand_back", access::tenant, hand_back_conversation},
    {"GET", "/v1/tenants/{tenant}/conversations/{contact}/messages", access::tenant, list_messages},
    {"POST", "/v1/tenants/{tenant}/messages", access::tenant, post_message},
    {"GET", "/v1/tenants/{tenant}/media/{id}", access::tenant, get_media},
    {"POST", "/v1/tenants/{tenant}/media", access::tenant, post_media, true},
    {"GET", "/v1/tenants/{tenant}/account", access::tenant, get_account},
    {"POST", "/v1/tenants/{tenant}/account:refresh", access::tenant, refresh_account},
    {"POST", "/v1/tenants/{tenant}/account:onboard", access::operators, onboard_account},
    {"GET", "/v1/tenants/{tenant}/templates", access::tenant, list_templates},
    {"POST", "/v1/tenants/{tenant}/templates:submit_order_templates", access::tenant, submit_order_templates},
    {"POST", "/v1/tenants/{tenant}/users/{contact}:block", access::tenant, block_shopper},
    {"POST", "/v1/tenants/{tenant}/users/{contact}:unblock", access::tenant, unblock_shopper},
    {"GET", "/v1/tenants/{tenant}/orders", access::tenant, list_orders},
    {"GET", "/v1/tenants/{tenant}/orders/{order}", access::tenant, get_order},
    {"POST", "/v1/tenants/{tenant}/orders/{order}:pay", access::tenant, move_order},
    {"POST", "/v1/tenants/{tenant}/orders/{order}:confirm", access::tenant, move_order},
    {"POST", "/v1/tenants/{tenant}/orders/{order}:pack", access::tenant, move_order},
    {"POST", "/v1/tenants/{tenant}/orders/{order}:ship", access::tenant, move_order},
    {"POST", "/v1/tenants/{tenant}/orders/{order}:deliver", access::tenant, move_order},
    {"POST", "/v1/tenants/{tenant}/orders/{order}:cancel", access::tenant, move_order},
    {"POST", "/v1/tenants/{tenant}/orders/{order}:refund", access::tenant, move_order},
    {"GET", "/v1/tenants/{tenant}/ledger", access::tenant, list_ledger},
    {"GET", "/v1/tenants/{tenant}/payments", access::tenant, list_payments},
    {"GET", "/v1/tenants/{tenant}/payments/{payment}", access::tenant, get_payment},
    {"POST", "/v1/tenants/{tenant}/payments/{payment}:check", access::tenant, act_on_payment},
    {"POST", "/v1/tenants/{tenant}/payments/{payment}:match", access::tenant, act_on_payment},
    {"POST", "/v1/tenants/{tenant}/payments/{payment}:settle", access::tenant, act_on_payment},
    {"POST", "/v1/tenants/{tenant}/payments:register", access::tenant, register_payment_addresses},
    {"GET", "/v1/tenants/{tenant}/reconciliation", access::tenant, get_reconciliation},
    {"GET", "/v1/tenants/{tenant}/webhook/deliveries", access::tenant, list_hooks},
    {"POST", "/v1/tenants/{tenant}/webhook/deliveries/{id}:retry", access::tenant, retry_hook},
    {"POST", "/v1/tenants/{tenant}/webhook/deliveries/{id}:drop", access::tenant, drop_hook},
    {"POST", "/v1/tenants/{tenant}/webhook:test", access::tenant, test_hook},
    {"GET", "/v1/tenants/{tenant}/dead-letters", access::tenant, list_dead_letters},
    {"POST", "/v1/tenants/{tenant}/dead-letters/{id}:replay", access::tenant, replay_dead_letter},
    {"POST", "/v1/tenants/{tenant}/dead-letters/{id}:drop", access::tenant, drop_dead_letter},
    {"GET", "/v1/tenants/{tenant}/notices", access::tenant, list_notices},
    {"GET", "/v1/tenants/{tenant}/set-aside", access::tenant, list_tenant_set_aside},
    {"GET", "/v1/set-aside", access::operators, list_set_aside},
    {"POST", "/v1/set-aside/{id}:drop", access::operators, drop_set_aside},
    {"GET", "/v1/whoami", access::any_token, whoami},
    {"GET", "/v1/overview", access::any_token, overview},
    {"GET", "/v1/live", access::by_handler, live},
    {"GET", "/v1/actors", access::any_token, list_actors},
    {"POST", "/v1/actors:bulk", access::operators, act_on_actors},
    {"GET", "/v1/actors/{actor}", access::any_token, get_actor},
    {"POST", "/v1/actors/{actor}:passivate", access::any_token, act_on_actor},
    {"POST", "/v1/actors/{actor}:restart", access::any_token, act_on_actor},
    {"POST", "/v1/actors/{actor}:pause", access::any_token, act_on_actor},
    {"POST", "/v1/actors/{actor}:resume", access::any_token, act_on_actor},
    {"GET", "/v1/actors/{actor}/messages", access::any_token, list_actor_messages},
    {"GET", "/v1/find", access::any_token, find_shopper},
    {"GET", "/v1/trace/{message}", access::any_token, get_trace},
    {"GET", "/v1/audit", access::any_token, list_audit},
    {"GET", "/v1/audit:verify", access::operators, verify_audit},
    {"GET", "/v1/cluster", access::operators, cluster},
    {"POST", "/v1/cluster/nodes/{node}:drain", access::operators, drain_node},
    {"POST", "/v1/cluster/nodes/{node}:undrain", access::operators, undrain_node},
    {"POST", "/v1/cluster/shards/{shard}:move", access::operators, move_shard},
    // As the Graph API has it, for clients of that: it answers in Meta's shape, also to who has no token.
    {"POST", "/{version}/{number}/messages", access::by_handler, post_graph_message},
    {"POST", "/{version}/{number}/media", access::by_handler, post_graph_media, true},
});

/// Cuts the first segment off a path that begins with '/'.
std::string_view next_segment(std::string_view& path) {
  path.remove_prefix(1);
  const auto segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

} // namespace

std::span<const admin_route> admin_routes() { return routes; }

std::optional<path_values> match_path(std::string_view pattern, std::string_view path) {
  path_values values;
  while (pattern.starts_with('/') && path.starts_with('/')) {
    const auto wanted = next_segment(pattern);
    auto given = next_segment(path);
    if (!wanted.starts_with('{')) {
      if (wanted != given)
        return std::nullopt;
      continue;
    }
    const auto end = wanted.find('}');
    const auto suffix = wanted.substr(end + 1);
    if (!given.ends_with(suffix))
      return std::nullopt;
    given.remove_suffix(suffix.size());
    auto value = url_decode(given);
    if (!value || value->empty())
      return std::nullopt;
    values.emplace(wanted.substr(1, end - 1), std::move(*value));
  }
  return pattern.empty() && path.empty() ? std::optional(std::move(values)) : std::nullopt;
}

route_match find_route(std::string_view method, std::string_view path) {
  route_match found;
  for (const auto& route : routes) {
    auto values = match_path(route.pattern, path);
    if (!values)
      continue;
    if (route.method == method) {
      found.route = &route;
      found.values = std::move(*values);
      return found;
    }
    found.allowed.append(found.allowed.empty() ? "" : ", ").append(route.method);
  }
  return found;
}

} // namespace wakala::http
