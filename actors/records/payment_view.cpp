#include "actors/records/payment_view.hpp"

#include "actors/records/conversation_view.hpp"
#include "runtime/core/time_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace wakala::actors {

using nlohmann::json;

namespace {

json text_or_null(std::string_view text) { return text.empty() ? json(nullptr) : json(text); }

std::string_view form_of(const payments::tracked_attempt& t) {
  if (t.by_hand)
    return "by_hand";
  if (t.what.provider == payments::payment_provider::mpesa)
    return "prompt";
  return t.is_link ? "link" : "page";
}

} // namespace

json payment_json(const payments::tracked_attempt& t, const payments::tracking_rules& rules) {
  auto arrived = json::array();
  for (const auto& note : t.what.payments)
    arrived.push_back({{"receipt", note.receipt},
                       {"amount", note.amount ? money_json(*note.amount) : json(nullptr)},
                       {"right", note.right},
                       {"booked", std::find(t.booked.begin(), t.booked.end(), note.receipt) != t.booked.end()}});
  auto refunds = json::array();
  for (const auto& r : t.refunds)
    refunds.push_back({{"number", r.number},
                       {"receipt", r.receipt},
                       {"amount", money_json(r.amount)},
                       {"state", to_string(r.state)},
                       {"reference", text_or_null(r.reference)},
                       {"code", text_or_null(r.code)}});
  const auto attention = payments::attention(t, rules);
  const bool is_failed = t.what.state == payments::attempt_state::failed;
  json shown{{"id", t.what.id},
             {"order_id", text_or_null(t.order_row)},
             {"order_code", text_or_null(t.order_code)},
             {"provider", to_string(t.what.provider)},
             {"form", form_of(t)},
             {"state", to_string(t.what.state)},
             {"reason", is_failed ? json(to_string(t.what.failure)) : json(nullptr)},
             {"code", text_or_null(t.code)},
             {"amount", money_json(t.what.due)},
             {"reference", text_or_null(t.what.reference)},
             {"url", text_or_null(t.url)},
             {"created_at", to_rfc3339(t.created_at)},
             {"expires_at", t.expires_at == 0 ? json(nullptr) : json(to_rfc3339(t.expires_at))},
             {"payments", std::move(arrived)},
             {"refunds", std::move(refunds)},
             {"attention", text_or_null(attention)}};
  if (t.by_hand && t.order_row.empty()) {
    shown["typed"] = t.typed;
    shown["payer"] = text_or_null(t.payer);
  }
  return shown;
}

} // namespace wakala::actors
