/// \file
/// The calls of the admin API. Each answers exactly once, perhaps later and on another thread; none blocks.
#pragma once

#include "http/admin_routes.hpp"
#include "http/core/server.hpp"

namespace wakala::http {

// admin_node.cpp
void healthz(admin_call& call);
void readyz(admin_call& call);
void metrics(admin_call& call);
void openapi(admin_call& call);
// admin_console.cpp
void console_redirect(admin_call& call);
void console_page(admin_call& call);
void console_file_by_name(admin_call& call);
void console_asset(admin_call& call);
// admin_cluster.cpp
void cluster(admin_call& call);
void drain_node(admin_call& call);
void undrain_node(admin_call& call);
void move_shard(admin_call& call);
// admin_tenants.cpp
void list_tenants(admin_call& call);
void create_tenant(admin_call& call);
void import_tenants(admin_call& call);
void get_tenant(admin_call& call);
void replace_tenant(admin_call& call);
void delete_tenant(admin_call& call);
void get_catalog(admin_call& call);
void put_catalog(admin_call& call);
void import_catalog(admin_call& call);
// admin_conversations.cpp
void list_conversations(admin_call& call);
void get_conversation(admin_call& call);
void hand_over_conversation(admin_call& call);
void hand_back_conversation(admin_call& call);
void list_messages(admin_call& call);
void list_orders(admin_call& call);
void get_order(admin_call& call);
void move_order(admin_call& call);
void list_ledger(admin_call& call);
// admin_payments.cpp
void list_payments(admin_call& call);
void get_payment(admin_call& call);
void act_on_payment(admin_call& call);
void register_payment_addresses(admin_call& call);
void get_reconciliation(admin_call& call);
// admin_messages.cpp
void post_message(admin_call& call);
void post_graph_message(admin_call& call);
// admin_hooks.cpp
void list_hooks(admin_call& call);
void retry_hook(admin_call& call);
void drop_hook(admin_call& call);
void test_hook(admin_call& call);
// admin_media.cpp
void get_media(admin_call& call);
void post_media(admin_call& call);
void post_graph_media(admin_call& call);
/// How much of a file's body may be read, before any of it is; `call.values` are those of its path.
std::variant<std::monostate, body_permission, response> bound_file(admin_call& call, const admin_route& route);
// admin_account.cpp
void get_account(admin_call& call);
void list_templates(admin_call& call);
void submit_order_templates(admin_call& call);
void refresh_account(admin_call& call);
void onboard_account(admin_call& call);
void block_shopper(admin_call& call);
void unblock_shopper(admin_call& call);
// admin_inspect.cpp
void whoami(admin_call& call);
void overview(admin_call& call);
void live(admin_call& call);
void list_actors(admin_call& call);
void get_actor(admin_call& call);
void list_actor_messages(admin_call& call);
void find_shopper(admin_call& call);
void get_trace(admin_call& call);
void list_audit(admin_call& call);
void verify_audit(admin_call& call);
// admin_actor_actions.cpp
void act_on_actor(admin_call& call);
void act_on_actors(admin_call& call);
// admin_letters.cpp
void list_dead_letters(admin_call& call);
void replay_dead_letter(admin_call& call);
void drop_dead_letter(admin_call& call);
void list_notices(admin_call& call);
void list_tenant_set_aside(admin_call& call);
void list_set_aside(admin_call& call);
void drop_set_aside(admin_call& call);

} // namespace wakala::http
