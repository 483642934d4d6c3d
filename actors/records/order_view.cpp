#include "actors/records/order_view.hpp"

#include "actors/records/conversation_view.hpp"
#include "runtime/core/encoding.hpp"
#include "runtime/core/time_text.hpp"

#include <nlohmann/json.hpp>

namespace wakala::actors {

using nlohmann::json;

bytes order_key(const commerce::placed_order& o) {
  bytes key;
  append_u64(key, static_cast<std::uint64_t>(o.placed_at));
  return key + from_hex(o.id).value_or(bytes{});
}

json order_json(const commerce::placed_order& o, time_ms now) {
  const bool lapsed = o.state == commerce::order_state::awaiting_payment && o.kept_until <= now;
  auto history = json::array();
  for (const auto& step : o.history)
    history.push_back({{"state", to_string(step.state)}, {"at", to_rfc3339(step.at)}});
  json getting = nullptr;
  if (o.how == commerce::hand_over::pick_up)
    getting = {{"how", "pick_up"}};
  else if (o.how == commerce::hand_over::delivery)
    getting = {{"how", "delivery"}, {"area", o.area}, {"fee", money_json(o.fee)}};
  return {{"id", to_hex(as_span(order_key(o)))},
          {"code", o.code},
          {"conversation_id", to_string(o.conversation)},
          {"state", to_string(lapsed ? commerce::order_state::expired : o.state)},
          {"items", items_json(o.lines)},
          {"total", money_json(o.total)},
          {"paid", money_json({o.paid, o.total.currency})},
          {"owed", money_json({o.owed, o.total.currency})},
          {"payments", o.attempts},
          {"returning", money_json({o.returning, o.total.currency})},
          {"placed_at", to_rfc3339(o.placed_at)},
          {"kept_until", to_rfc3339(o.kept_until)},
          {"getting", std::move(getting)},
          {"history", std::move(history)},
          {"tracking_url", o.tracking_url.empty() ? json(nullptr) : json(o.tracking_url)},
          {"delivery_date", o.delivery_date.empty() ? json(nullptr) : json(o.delivery_date)}};
}

} // namespace wakala::actors
