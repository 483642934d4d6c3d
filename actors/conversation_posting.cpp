// Messages that somebody outside wants sent to the shopper.
#include "actors/conversation.hpp"
#include "actors/conversation_parts.hpp"
#include "actors/identity_records.hpp"
#include "commerce/session.hpp"

#include <nlohmann/json.hpp>

namespace wakala::actors {

using nlohmann::json;
using persistence::table;

namespace {

/// Row key of what was posted to this shopper under that key; no message id begins so.
bytes post_row_key(const persistence::tenant_keys& keys, const conversation_id& to, const std::string& repeat_key) {
  return message_row_key(keys, "post:" + to_string(to) + ":" + repeat_key);
}

text_answer accepted_as(const std::string& id, bool is_repeat) {
  return {json{{"outcome", "accepted"}, {"id", id}, {"repeated", is_repeat}}.dump(), {}};
}

/// The body with our id of the message in it, by which its statuses come back.
std::string with_callback(const std::string& request, const std::string& id) {
  return request.substr(0, request.size() - 1) + R"(,"biz_opaque_callback_data":")" + id + "\"}";
}

} // namespace

void conversation::post_message(const message_post& post, caf::response_promise promise) {
  // Was it taken before? Its commit was on this shard, or its shard's tables were settled before we came here.
  const auto& entry = *context_->entry;
  act().is_busy = true;
  ask<runtime::get_answer>(
      context_->supervisor, store_timeout,
      runtime::get_request{entry.config.id, {{table::message_ref, post_row_key(*entry.keys, id_, post.repeat_key)}}},
      [this, post, promise](const runtime::get_answer& answer) mutable {
        act().is_busy = false;
        const auto& tenant = *context_->entry;
        if (!answer.value) {
          promise.deliver(text_answer{std::nullopt, answer.why});
        } else if (const auto& sealed_row = answer.value->front()) {
          const auto text = tenant.keys->data.open(
              associated_data(tenant.config.id, table::message_ref, post_row_key(*tenant.keys, id_, post.repeat_key)),
              *sealed_row);
          const auto row = text ? message_row_from(*text) : result<message_row>(text.error());
          if (row)
            promise.deliver(accepted_as(outbox_id(row->conversation, row->ordinal), true));
          else
            promise.deliver(text_answer{std::nullopt, row.error()});
        } else {
          enqueue_post(post, promise);
        }
        go();
      },
      [this, promise](const caf::error&) mutable {
        act().is_busy = false;
        promise.deliver(text_answer{std::nullopt, make_error(errc::unavailable, "the store did not answer")});
        go();
      });
}

void conversation::enqueue_post(const message_post& post, const caf::response_promise& promise) {
  auto p = promise;
  const auto& entry = *context_->entry;
  const auto now = context_->node->clock->now();
  auto record = unpacked();
  if (!record)
    return p.deliver(text_answer{std::nullopt, record.error()});
  const auto closes_at = commerce::window_closes_at(record->shop, post.number_id);
  if (!post.is_template() && closes_at <= now) {
    json refusal{{"outcome", "window_closed"}, {"closed_at", nullptr}};
    if (closes_at > 0)
      refusal["closed_at"] = closes_at;
    return p.deliver(text_answer{refusal.dump(), {}});
  }
  if (outbox_.size() >= context_->node->limits.outbox_per_conversation) {
    const json refusal{{"outcome", "limited"}, {"limit", "outbox"}, {"retry_after_ms", 5 * ms_per_second}};
    return p.deliver(text_answer{refusal.dump(), {}});
  }
  auto w = std::make_shared<work>();
  w->record = std::move(*record);
  auto& shop = w->record->shop;
  if (shop.who.phone.empty())
    shop.who.phone = post.phone;
  if (shop.who.user_id.empty())
    shop.who.user_id = post.user_id;
  w->draft.conversation = id_;
  remember_outbox(*w);
  transcript_entry shown;
  shown.type = post.type;
  shown.text = post.summary;
  shown.number_id = post.number_id;
  shown.context_id = post.context_id;
  const auto id = outbox_id(id_, w->record->next_ordinal);
  const auto ordinal = enqueue_request(*w, with_callback(post.request, id), std::move(shown), post.priority);
  w->draft.business.push_back(sealed_record(entry.keys->data, entry.config.id, table::message_ref,
                                            post_row_key(*entry.keys, id_, post.repeat_key),
                                            to_text(message_row{id_, ordinal}), *context_->node->random));
  commerce::count_outbound(shop.current, now, 1);
  put_figures(commerce::figures_of(shop.current), w->draft);
  put_state(*w, *w->record);
  w->all.push_back(std::move(w->draft));
  w->told = [p, id](const error* why) mutable {
    p.deliver(why == nullptr ? accepted_as(id, false) : text_answer{std::nullopt, *why});
  };
  arm(*w);
  finish_drafts(*w);
  commit(std::move(w));
}

} // namespace wakala::actors
