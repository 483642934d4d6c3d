#include "actors/protocol/routing.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace wakala::actors {

using whatsapp::event;
using whatsapp::event_kind;

std::string_view to_string(aside_reason reason) noexcept {
  switch (reason) {
  case aside_reason::none:
    return "none";
  case aside_reason::unknown_number:
    return "unknown_number";
  case aside_reason::foreign:
    return "foreign";
  case aside_reason::malformed:
    return "malformed";
  case aside_reason::no_webhook:
    return "no_webhook";
  case aside_reason::unmatched:
    return "unmatched";
  }
  return "none";
}

namespace {

std::string_view view(const std::optional<std::string>& text) { return text ? *text : std::string_view{}; }

} // namespace

void assign_key(routed_event& e, const persistence::tenant_keys& keys, time_ms now) {
  const auto& u = e.update;
  const auto scope = view(u.phone_number_id ? u.phone_number_id : u.waba_id);
  const auto kind = to_string(u.kind);
  // The reason is part of the name: an update set aside for one reason may come back with an owner.
  const auto reason = to_string(e.aside);
  if (u.kind == event_kind::status || u.kind == event_kind::call_status) {
    const auto id = u.id ? std::string_view(*u.id) : u.derived_id;
    const auto recipient = view(u.from ? u.from : u.from_user_id);
    e.key.hash = persistence::keyed_hash(keys.lookup, {"event", reason, scope, kind, id, view(u.type), recipient});
  } else if (u.id && u.kind != event_kind::management) {
    e.key.hash = persistence::keyed_hash(keys.lookup, {"event", reason, scope, kind, *u.id});
  } else if (!u.derived_id.empty()) {
    e.key.hash = persistence::keyed_hash(keys.lookup, {"event", reason, scope, kind, u.derived_id});
  } else {
    const auto raw = u.raw.text();
    e.key.hash = persistence::keyed_hash(keys.lookup, {"event", reason, scope, kind, u.entry_time, raw});
  }
  const bool dated = u.at > 0 && u.at <= now + ms_per_day;
  const auto second = dated ? bucket_at(u.at) : 0U;
  const bool young = dated && now - u.at <= ms_per_day;
  e.key.bucket = young ? second : 0U;
  e.other_bucket = young ? 0U : second;
}

event_key replay_key(const event_key& original) {
  // A replay is a new event of the second of the first: one bit tells the two apart.
  auto key = original;
  key.hash[0] = static_cast<std::uint8_t>(key.hash[0] ^ 0x80U);
  return key;
}

namespace {

/// Partner events name the partner's account in `entry.id` and the merchant's in `waba_info` (Cloud API reference
/// §7.2).
std::string account_of(const event& e) {
  if (e.kind == event_kind::management && e.value && e.value->starts_with("PARTNER_")) {
    const auto raw = nlohmann::json::parse(e.raw.text(), nullptr, false);
    for (const auto* path : {"/value/waba_info/waba_id", "/waba_info/waba_id"}) {
      const nlohmann::json::json_pointer pointer{path};
      if (raw.is_object() && raw.contains(pointer) && raw.at(pointer).is_string())
        return raw.at(pointer).get<std::string>();
    }
  }
  return e.waba_id.value_or("");
}

tenant_entry_ptr owner_of(const event& e, const directory& tenants) {
  if (e.phone_number_id)
    return tenants.by_number(*e.phone_number_id);
  auto owner = tenants.by_waba(account_of(e));
  // Message fields without a number are certain only when the account has exactly one (Cloud API reference §19.11).
  if (owner && e.kind != event_kind::management && owner->config.phone_numbers.size() != 1)
    return nullptr;
  return owner;
}

event as_event(whatsapp::malformed_part part) {
  event e;
  e.kind = event_kind::management;
  e.type = "malformed";
  e.value = part.where + ": " + part.why;
  e.phone_number_id = std::move(part.phone_number_id);
  e.waba_id = std::move(part.waba_id);
  e.raw = std::move(part.raw);
  return e;
}

} // namespace

std::vector<routed_event> route(whatsapp::decoded_webhook decoded, std::string_view body, const routing_input& in) {
  std::vector<routed_event> routed;
  routed.reserve(std::max<std::size_t>(decoded.events.size() + decoded.malformed.size(), 1));
  const auto add = [&](event&& update, const tenant_entry* owner, aside_reason reason) {
    auto& e = routed.emplace_back();
    e.index = static_cast<std::uint32_t>(routed.size() - 1);
    e.update = std::move(update);
    e.aside = reason;
    if (in.origin != nullptr)
      e.origin = in.origin->config.id;
    e.tenant = reason == aside_reason::none ? owner->config.id : system_tenant;
    assign_key(e, reason == aside_reason::none ? *owner->keys : in.system_keys, in.now);
  };
  if (!decoded.is_webhook) {
    event e;
    e.kind = event_kind::management;
    e.type = "no_webhook";
    e.raw = std::string(body);
    add(std::move(e), nullptr, aside_reason::no_webhook);
    return routed;
  }
  for (auto& update : decoded.events) {
    const auto owner = owner_of(update, in.tenants);
    auto reason = aside_reason::none;
    if (!owner)
      reason = aside_reason::unknown_number;
    else if (in.origin != nullptr ? owner->config.id != in.origin->config.id : !owner->config.app_secret.empty())
      reason = aside_reason::foreign;
    add(std::move(update), owner.get(), reason);
  }
  for (auto& part : decoded.malformed)
    add(as_event(std::move(part)), nullptr, aside_reason::malformed);
  return routed;
}

} // namespace wakala::actors
