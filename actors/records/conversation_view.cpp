#include "actors/records/conversation_view.hpp"

#include "commerce/human_turn.hpp"
#include "runtime/core/money.hpp"
#include "runtime/core/time_text.hpp"

#include <nlohmann/json.hpp>

namespace wakala::actors {

using nlohmann::json;

namespace {

json time_or_null(time_ms at) { return at > 0 ? json(to_rfc3339(at)) : json(nullptr); }

json text_or_null(const std::string& text) { return text.empty() ? json(nullptr) : json(text); }

json media_json(const whatsapp::media_reference& media) {
  json m{{"id", media.id}, {"mime_type", media.mime_type}, {"sha256", text_or_null(media.sha256)}};
  if (!media.filename.empty())
    m["filename"] = media.filename;
  if (media.voice)
    m["voice"] = true;
  if (media.animated)
    m["animated"] = true;
  return m;
}

} // namespace

json human_json(const commerce::dialogue& talk, time_ms now) {
  const bool is_active = commerce::has_person(talk, now);
  return json{{"active", is_active}, {"until", time_or_null(is_active ? talk.human_until : 0)}};
}

json money_json(const money& m) { return json{{"amount", decimal_text(m)}, {"currency", m.currency}}; }

json items_json(const std::vector<commerce::cart_line>& lines) {
  json items = json::array();
  for (const auto& line : lines)
    items.push_back(json{{"product_id", line.product_id},
                         {"name", line.name},
                         {"quantity", line.quantity},
                         {"price", money_json(line.price)}});
  return items;
}

json conversation_json(const tenant_config& tenant, const conversation_id& id, const conversation_record& record,
                       time_ms now, std::size_t outbox, double pair_tokens) {
  const auto& shop = record.shop;
  const bool cart_is_live = shop.basket.expires_at > now;
  json items = cart_is_live ? items_json(shop.basket.lines) : json::array();
  const auto sum =
      cart_is_live ? commerce::total(shop.basket, tenant.currency) : result<money>(money{0, tenant.currency});
  json order = nullptr;
  if (const auto& ordered = shop.ordered)
    order = {{"code", ordered->code},
             {"total", money_json(ordered->total)},
             {"placed_at", to_rfc3339(ordered->placed_at)},
             {"kept_until", to_rfc3339(ordered->kept_until)},
             {"state", to_string(ordered->state)}};
  json windows = json::object();
  for (const auto& [number, at] : shop.window_by_number)
    windows[number] = to_rfc3339(at + ms_per_day);
  return json{{"conversation_id", to_string(id)},
              {"session",
               {{"session_id", text_or_null(shop.current.id)},
                {"tenant_id", tenant.id},
                {"user_phone", text_or_null(shop.who.phone)},
                {"user_id", text_or_null(shop.who.user_id)},
                {"user_name", text_or_null(shop.who.name)},
                {"category", shop.current.category},
                {"started_at", time_or_null(shop.current.started_at)},
                {"expires_at", time_or_null(shop.current.expires_at)},
                {"message_count", shop.current.message_count},
                {"last_intent", text_or_null(shop.current.last_intent)},
                {"language", shop.spoken == commerce::language::english ? "en" : "sw"},
                {"human", commerce::has_person(shop.talk, now)},
                {"cart_id", text_or_null(cart_is_live ? shop.basket.id : std::string{})}}},
              {"cart",
               {{"cart_id", text_or_null(cart_is_live ? shop.basket.id : std::string{})},
                {"items", std::move(items)},
                {"total", money_json(sum ? *sum : money{0, tenant.currency})},
                {"expires_at", time_or_null(cart_is_live ? shop.basket.expires_at : 0)}}},
              {"order", std::move(order)},
              {"human", human_json(shop.talk, now)},
              {"marketing", shop.may.no_marketing || shop.may.opted_out ? "stopped" : "allowed"},
              {"blocked", shop.may.is_blocked},
              {"budgets",
               {{"pair_tokens", pair_tokens},
                {"window_expires_at", std::move(windows)},
                {"free_entry_until", time_or_null(shop.entry.until > now ? shop.entry.until : 0)}}},
              {"outbox", outbox}};
}

json message_json(const conversation_id& id, std::uint64_t ordinal, const transcript_entry& entry,
                  const delivery_record* delivery, const outbox_item* waiting, time_ms now) {
  json m{{"id", entry.id},
         {"position", ordinal},
         {"direction", entry.inbound ? "in" : "out"},
         {"type", entry.type},
         {"text", entry.text},
         {"phone_number_id", entry.number_id},
         {"context_id", text_or_null(entry.context_id)},
         {"at", to_rfc3339(entry.at)}};
  if (entry.media)
    m["media"] = media_json(*entry.media);
  if (entry.inbound) {
    m["wamid"] = entry.id;
    m["status"] = "received";
    m["answered"] = entry.answered;
    return m;
  }
  if (entry.echo) {
    m["wamid"] = entry.id;
    m["status"] = "sent";
    m["echo"] = true;
    return m;
  }
  m["callback_data"] = outbox_id(id, ordinal);
  const delivery_record known = delivery != nullptr ? *delivery : delivery_record{};
  m["wamid"] = text_or_null(known.message_id);
  // While it is with us, its row in the outbox knows of the attempt, not yet the row of its delivery.
  const bool attempting = waiting != nullptr && waiting->attempting && known.attempts < attempts_of(*waiting);
  m["status"] = to_string(attempting ? whatsapp::delivery_status::attempting : known.status);
  m["status_at"] = time_or_null(attempting ? waiting->attempt_at : known.at);
  m["attempts"] = attempting ? attempts_of(*waiting) : known.attempts;
  m["ambiguous"] = attempting ? waiting->ambiguous : known.ambiguous;
  m["error"] = known.error_code.empty() && known.error_text.empty()
                   ? json(nullptr)
                   : json{{"code", known.error_code}, {"details", known.error_text}};
  m["next_try_in_ms"] = waiting != nullptr && waiting->next_at > now ? json(waiting->next_at - now) : json(nullptr);
  return m;
}

} // namespace wakala::actors
