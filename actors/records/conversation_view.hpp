/// \file
/// What the admin API shows of a conversation. Pure.
#pragma once

#include "actors/config/tenant_config.hpp"
#include "actors/records/conversation_records.hpp"

#include <nlohmann/json_fwd.hpp>

namespace wakala::actors {

/// `{active, until}`: whether a person has the conversation, and until when, unless somebody writes.
nlohmann::json human_json(const commerce::dialogue& talk, time_ms now);
/// `{amount:"500.00", currency}`.
nlohmann::json money_json(const money& m);
/// `[{product_id, name, quantity, price}]`.
nlohmann::json items_json(const std::vector<commerce::cart_line>& lines);

/// `{conversation_id, session:{…}, cart:{…}, human:{…}, budgets:{…}, outbox}` as in the design's list of fixed names.
nlohmann::json conversation_json(const tenant_config& tenant, const conversation_id& id,
                                 const conversation_record& record, time_ms now, std::size_t outbox,
                                 double pair_tokens);

/// One message of a transcript. `delivery` is null for inbound messages and for those that were not tried yet.
nlohmann::json message_json(const conversation_id& id, std::uint64_t ordinal, const transcript_entry& entry,
                            const delivery_record* delivery, const outbox_item* waiting, time_ms now);

} // namespace wakala::actors
