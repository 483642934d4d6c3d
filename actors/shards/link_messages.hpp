/// \file
/// What the actors of one node ask those of another, as bytes. Pure. Part of the protocol between nodes.
#pragma once

#include "actors/protocol/messages.hpp"
#include "actors/protocol/registry_messages.hpp"
#include "runtime/core/result.hpp"

#include <string_view>
#include <variant>
#include <vector>

namespace wakala::actors {

/// Updates for a shard.
struct link_batch {
  shard_id shard = 0;
  std::uint8_t hops = 1;
  time_ms received_at = 0;
  time_ms deadline = 0;
  std::vector<routed_event> events;
  hop_times times{}; ///< without moments: another node's mean nothing here
};
bytes to_frame(const link_batch& batch);
/// `corrupt` for what is none, also of the others below.
result<link_batch> batch_from(std::string_view frame);

/// One outcome for each update, in order.
bytes to_frame(const std::vector<event_outcome>& outcomes);
result<std::vector<event_outcome>> outcomes_from(std::string_view frame);

/// Append only. For a tenant, or (those about tenants) for the registry of the node that has the system's shard.
using any_question =
    std::variant<conversation_query, messages_query, conversations_query, catalog_put, catalog_get, letters_query,
                 letter_action, tenant_put, tenant_delete, tenants_import, place_question, orders_query, message_post,
                 read_post, account_query, account_errand, shopper_block, order_action, ledger_query, catalog_import,
                 payment_call, hooks_query, hook_action, human_turn, actor_action, audit_add, audit_query>;
struct link_query {
  shard_id shard = 0; ///< the tenant's home, or another place of it
  tenant_id tenant;
  any_question what;
};
bytes to_frame(const link_query& question);
result<link_query> query_from(std::string_view frame);

bytes to_frame(const text_answer& answer);
text_answer answer_from(std::string_view frame);

} // namespace wakala::actors
