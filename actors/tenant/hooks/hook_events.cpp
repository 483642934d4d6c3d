#include "actors/tenant/hooks/hook_events.hpp"

#include "actors/records/conversation_view.hpp"
#include "actors/records/order_view.hpp"
#include "runtime/core/encoding.hpp"
#include "runtime/core/time_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace wakala::actors {

using nlohmann::json;

namespace {

constexpr std::string_view id_prefix = "evt_";
constexpr std::size_t key_size = 16;
constexpr std::string_view money_account = "money:";

/// What came in, and how; null when the entry does not say.
json payment_json(const commerce::ledger_entry& e) {
  const auto came = std::find_if(e.postings.begin(), e.postings.end(), [](const commerce::posting& p) {
    return p.account.starts_with(money_account) && p.minor > 0;
  });
  if (came == e.postings.end())
    return nullptr;
  return {{"method", came->account.substr(money_account.size())},
          {"amount", money_json({came->minor, e.currency})},
          {"reference", e.reference.empty() ? json(nullptr) : json(e.reference)}};
}

json event_json(const std::string& id, std::string_view type, const tenant_id& tenant, time_ms now) {
  return {{"id", id}, {"type", type}, {"created_at", to_rfc3339(now)}, {"tenant", tenant}, {"data", json::object()}};
}

std::string dump(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

} // namespace

std::vector<hook_note> hook_notes_of(const commerce::order_change& change) {
  std::vector<hook_note> notes;
  const auto& o = change.order;
  const auto& booked = change.booked;
  if (booked && booked->what == "payment")
    notes.push_back({"payment.received", o, booked, {}});
  if (change.is_news)
    notes.push_back({"order." + std::string(to_string(o.state)), o, std::nullopt, {}});
  const bool is_told = change.is_news && o.state == commerce::order_state::refunded;
  if (booked && booked->what == "refund" && !is_told) // of an order that was not paid whole, or of what came too late
    notes.push_back({"order.refunded", o, std::nullopt, {}});
  return notes;
}

bytes hook_key(time_ms at, std::uint64_t number) {
  bytes key;
  append_u64(key, static_cast<std::uint64_t>(at));
  append_u64(key, number);
  return key;
}

time_ms hook_time(std::string_view key) { return static_cast<time_ms>(read_u64(key)); }

bytes next_hook_key(std::string_view last, time_ms now, random_source& random) {
  if (last.size() == key_size && hook_time(last) >= now)
    return hook_key(hook_time(last), read_u64(last.substr(sizeof(std::uint64_t))) + 1);
  return hook_key(now, random.next_u64() >> 1U); // room for those that follow in the same millisecond
}

std::string hook_id(std::string_view key) { return std::string(id_prefix) + to_hex(as_span(key)); }

std::optional<bytes> hook_key_of(std::string_view id) {
  if (!id.starts_with(id_prefix))
    return std::nullopt;
  auto key = from_hex(id.substr(id_prefix.size()));
  return key && key->size() == key_size && hook_id(*key) == id ? std::move(key) : std::nullopt;
}

std::string hook_body(const std::string& id, const tenant_id& tenant, const hook_note& note, time_ms now) {
  auto event = event_json(id, note.type, tenant, now);
  auto& data = event["data"];
  data["order"] = note.order.id.empty() ? json(nullptr) : order_json(note.order, now);
  if (note.payment)
    data["payment"] = payment_json(*note.payment);
  return dump(event);
}

std::string hook_test_body(const std::string& id, const tenant_id& tenant, time_ms now) {
  return dump(event_json(id, "webhook.test", tenant, now));
}

std::string to_text(const hook_row& row) {
  return dump(json{{"id", row.id},
                   {"type", row.type},
                   {"order", row.order},
                   {"order_code", row.order_code},
                   {"body", row.body},
                   {"since", row.since},
                   {"next_at", row.next_at},
                   {"tries", row.tries},
                   {"status", row.status},
                   {"why", row.why},
                   {"failed_at", row.failed_at}});
}

result<hook_row> hook_row_from(std::string_view text) {
  const auto read = json::parse(text, nullptr, false);
  hook_row row;
  try {
    for (auto [key, target] : {std::pair{"id", &row.id},
                               {"type", &row.type},
                               {"order", &row.order},
                               {"order_code", &row.order_code},
                               {"body", &row.body},
                               {"why", &row.why}})
      *target = read.at(key).get<std::string>();
    row.since = read.at("since").get<time_ms>();
    row.next_at = read.at("next_at").get<time_ms>();
    row.tries = read.at("tries").get<unsigned>();
    row.status = read.at("status").get<int>();
    row.failed_at = read.at("failed_at").get<time_ms>();
  } catch (const json::exception&) {
    return make_error(errc::corrupt, "a stored event for the merchant cannot be read");
  }
  return row;
}

} // namespace wakala::actors
