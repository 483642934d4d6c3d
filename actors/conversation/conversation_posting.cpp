// Messages that somebody outside wants sent to the shopper.
#include "actors/conversation/conversation.hpp"
#include "actors/conversation/conversation_parts.hpp"
#include "actors/records/conversation_view.hpp"
#include "actors/records/identity_records.hpp"
#include "commerce/human_turn.hpp"
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

text_answer repeat_of(const std::string& id) {
  return {json{{"outcome", "accepted"}, {"id", id}, {"repeated", true}}.dump(), {}};
}

text_answer refusal(const char* reason, int code, const char* details) {
  return {
      json{{"outcome", "refused"}, {"reason", reason}, {"path", "/to"}, {"code", code}, {"details", details}}.dump(),
      {}};
}

/// What the shop and the shopper have agreed on.
std::optional<text_answer> forbidden(const commerce::permissions& may, const message_post& post) {
  constexpr int undeliverable = 131026;
  constexpr int marketing_stopped = 131050;
  if (may.is_blocked)
    return refusal("shopper_blocked", undeliverable, "the shop has blocked this shopper");
  if (may.no_marketing && post.category == "MARKETING")
    return refusal("marketing_stopped", marketing_stopped, "the shopper has stopped marketing messages");
  // Answers of people, and what an order or a code that was asked for brings about, are still welcome.
  const bool is_wanted = post.category == "UTILITY" || post.category == "AUTHENTICATION";
  if (may.opted_out && (!post.broadcast.empty() || (post.is_template() && !is_wanted)))
    return refusal("opted_out", marketing_stopped, "the shopper has written STOP");
  return std::nullopt;
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
            promise.deliver(repeat_of(outbox_id(row->conversation, row->ordinal)));
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
  if (!post.refusal.empty())
    return p.deliver(text_answer{post.refusal, {}});
  if (auto why = forbidden(record->shop.may, post))
    return p.deliver(std::move(*why));
  const bool is_outside = closes_at <= now;
  if (post.is_template() && is_outside && !post.may_reach_out) // the home knows for how long
    return p.deliver(
        text_answer{json{{"outcome", "limited"}, {"limit", "messaging_limit"}, {"retry_after_ms", 0}}.dump(), {}});
  if (!post.is_template() && is_outside) {
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
  const auto ordinal = enqueue_request(*w, with_callback(post.request, id), std::move(shown), post.priority, true);
  w->draft.business.push_back(sealed_record(entry.keys->data, entry.config.id, table::message_ref,
                                            post_row_key(*entry.keys, id_, post.repeat_key),
                                            to_text(message_row{id_, ordinal}), *context_->node->random));
  // What a person writes; templates and what goes to many come from programs, unless they say that they do not.
  const bool is_of_person =
      post.is_agent || (!post.is_template() && post.broadcast.empty() && commerce::has_person(shop.talk, now));
  if (is_of_person) {
    const auto before = shop;
    commerce::give_to_person(shop.talk, now);
    put_cart_timers(before, shop, w->draft);
  }
  commerce::count_outbound(shop.current, now, 1);
  commerce::answer_entry(shop, now);
  put_figures(commerce::figures_of(shop.current), w->draft);
  put_state(*w, *w->record);
  w->all.push_back(std::move(w->draft));
  w->told = [p, id, is_outside](const error* why) mutable {
    if (why != nullptr)
      return p.deliver(text_answer{std::nullopt, *why});
    const json answer{{"outcome", "accepted"}, {"id", id}, {"repeated", false}, {"outside_window", is_outside}};
    p.deliver(text_answer{answer.dump(), {}});
  };
  arm(*w);
  finish_drafts(*w);
  commit(std::move(w));
}

template <class Which>
void conversation::drop(work& w, const char* why, Which which) {
  const auto waiting = outbox_;
  for (const auto& item : waiting) {
    if (item.attempting || item.ordinal == in_flight_ || !which(item))
      continue; // Meta may have it
    erase_from_outbox(w, item.ordinal);
    if (item.read_mark)
      continue;
    auto d = delivery_of(item.ordinal);
    d.status = whatsapp::delivery_status::failed;
    d.at = context_->node->clock->now();
    d.error_text = why;
    put_delivery(w, item.ordinal, d);
  }
}

void conversation::drop_what_waits(work& w) {
  drop(w, "the shop has blocked this shopper", [](const outbox_item&) { return true; });
}

void conversation::drop_what_nobody_asked_for(work& w) {
  drop(w, "the shopper has written STOP",
       [](const outbox_item& item) { return static_cast<send_priority>(item.priority) == send_priority::broadcast; });
}

void conversation::block(const shopper_block& q, const caf::response_promise& promise) {
  auto p = promise;
  auto record = unpacked();
  if (state_.empty() || !record)
    return p.deliver(text_answer{std::nullopt, state_.empty() ? make_error(errc::not_found, "no such conversation")
                                                              : record.error()});
  const std::function<void(const error*)> told = [p](const error* why) mutable {
    p.deliver(why == nullptr ? text_answer{"{}", {}} : text_answer{std::nullopt, *why});
  };
  if (record->shop.may.is_blocked == q.is_blocked)
    return told(nullptr);
  auto w = std::make_shared<work>();
  w->record = std::move(*record);
  w->record->shop.may.is_blocked = q.is_blocked;
  w->draft.conversation = id_;
  put_state(*w, *w->record);
  if (q.is_blocked)
    drop_what_waits(*w);
  w->all.push_back(std::move(w->draft));
  w->told = told;
  finish_drafts(*w);
  commit(std::move(w));
}

void conversation::take_turn(const human_turn& q, const caf::response_promise& promise) {
  auto p = promise;
  auto record = unpacked();
  if (state_.empty() || !record)
    return p.deliver(text_answer{std::nullopt, state_.empty() ? make_error(errc::not_found, "no such conversation")
                                                              : record.error()});
  const auto about = known();
  auto stepped = commerce::take_turn(record->shop, q.begins, q.greets, about);
  const json answer{{"human", human_json(stepped.state.talk, about.now)}};
  const std::function<void(const error*)> told = [p, answer](const error* why) mutable {
    p.deliver(why == nullptr ? text_answer{answer.dump(), {}} : text_answer{std::nullopt, *why});
  };
  if (stepped.state == record->shop)
    return told(nullptr);
  auto w = std::make_shared<work>();
  w->record = std::move(*record);
  w->draft.conversation = id_;
  put_cart_timers(w->record->shop, stepped.state, w->draft);
  w->record->shop = std::move(stepped.state);
  remember_outbox(*w);
  for (const auto& reply : stepped.replies)
    enqueue(*w, recipient_of(w->record->shop.who), reply, stepped.from_number, send_priority::notification);
  put_figures(stepped.figures, w->draft);
  put_state(*w, *w->record);
  w->all.push_back(std::move(w->draft));
  w->told = told;
  arm(*w);
  finish_drafts(*w);
  commit(std::move(w));
}

} // namespace wakala::actors
