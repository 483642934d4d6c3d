#include "actors/conversation/conversation.hpp"
#include "actors/conversation/conversation_parts.hpp"
#include "actors/conversation/send_policy.hpp"
#include "actors/records/conversation_view.hpp"
#include "actors/records/identity_records.hpp"
#include "runtime/core/log.hpp"
#include "runtime/core/money.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace wakala::actors {

using persistence::table;
using whatsapp::delivery_status;
using whatsapp::event;
using whatsapp::event_kind;

text_answer conversation::view() {
  if (state_.empty())
    return {std::nullopt, make_error(errc::not_found, "no such conversation")};
  const auto record = unpacked();
  if (!record)
    return {std::nullopt, record.error()};
  const auto now = context_->node->clock->now();
  auto budget = pair_budget_;
  const auto tokens = budget.tokens(now);
  return {conversation_json(context_->entry->config, id_, *record, now, outbox_.size(), tokens).dump(), {}};
}

void conversation::messages(const messages_query& q, caf::response_promise promise) {
  if (state_.empty()) {
    promise.deliver(text_answer{std::nullopt, make_error(errc::not_found, "no such conversation")});
    return;
  }
  persistence::range_query query;
  query.tenant = context_->entry->config.id;
  query.where = table::transcript;
  query.prefix = conversation_row_key(id_);
  query.limit = q.limit;
  if (!q.after.empty()) {
    std::uint64_t after = 0;
    const auto [end, failed] = std::from_chars(q.after.data(), q.after.data() + q.after.size(), after);
    if (failed != std::errc{} || end != q.after.data() + q.after.size()) {
      promise.deliver(text_answer{std::nullopt, make_error(errc::invalid_argument, "is not a cursor", "after")});
      return;
    }
    query.after = ordinal_row_key(id_, after);
  }
  const auto failed = [promise](const caf::error&) mutable {
    promise.deliver(text_answer{std::nullopt, make_error(errc::unavailable, "the store did not answer")});
  };
  ask<runtime::range_answer>(
      context_->supervisor, store_timeout, query,
      [this, promise, failed, limit = q.limit](const runtime::range_answer& answer) mutable {
        if (!answer.value) {
          promise.deliver(text_answer{std::nullopt, answer.why});
          return;
        }
        const auto rows = *answer.value;
        runtime::get_request request{context_->entry->config.id, {}};
        for (const auto& row : rows)
          request.addresses.emplace_back(table::delivery, row.key);
        ask<runtime::get_answer>(
            context_->supervisor, store_timeout, request,
            [this, promise, rows, limit](const runtime::get_answer& deliveries) mutable {
              if (!deliveries.value) {
                promise.deliver(text_answer{std::nullopt, deliveries.why});
                return;
              }
              const auto now = context_->node->clock->now();
              auto list = nlohmann::json::array();
              std::uint64_t last = 0;
              for (std::size_t i = 0; i < rows.size(); ++i) {
                const auto at = parse_ordinal_row_key(rows[i].key);
                const auto text = unsealed(table::transcript, rows[i].key, rows[i].value);
                const auto entry = text ? transcript_entry_from(*text) : result<transcript_entry>(text.error());
                if (!at || !entry)
                  continue;
                last = at->second;
                std::optional<delivery_record> delivery;
                if (const auto& sealed_delivery = (*deliveries.value)[i])
                  if (const auto d = unsealed(table::delivery, rows[i].key, *sealed_delivery))
                    if (auto parsed = delivery_record_from(*d))
                      delivery = *parsed;
                list.push_back(message_json(id_, last, *entry, delivery ? &*delivery : nullptr, find(last), now));
              }
              const bool more = rows.size() == limit && last != 0;
              nlohmann::json next = nullptr;
              if (more)
                next = std::to_string(last);
              promise.deliver(text_answer{nlohmann::json{{"messages", std::move(list)}, {"next", next}}.dump(), {}});
            },
            failed);
      },
      failed);
}

result<std::string> conversation_summary(const tenant_context& context, const conversation_id& id,
                                         std::string_view sealed_state, std::string_view wrapped_key) {
  const auto& entry = *context.entry;
  const auto key = context.node->keys->unwrap_conversation(*entry.keys, entry.config.id, id, wrapped_key);
  if (!key)
    return key.error();
  const auto text =
      key->open(associated_data(entry.config.id, table::conversation, conversation_row_key(id)), sealed_state);
  if (!text)
    return text.error();
  const auto record = conversation_record_from(*text);
  if (!record)
    return record.error();
  auto line = conversation_json(entry.config, id, *record, context.node->clock->now(), 0, 0);
  line.erase("budgets"); // known to the conversation alone
  line.erase("outbox");
  return line.dump();
}

} // namespace wakala::actors
