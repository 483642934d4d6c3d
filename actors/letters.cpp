#include "actors/letters.hpp"

#include "runtime/core/encoding.hpp"
#include "runtime/core/time_text.hpp"

#include <nlohmann/json.hpp>

namespace wakala::actors {

using nlohmann::json;

namespace {

using whatsapp::event;

// Names on disk: never change one.
constexpr std::pair<const char*, std::optional<std::string> event::*> optional_texts[] = {
  {"id", &event::id},       {"from", &event::from},           {"from_user_id", &event::from_user_id},
  {"to", &event::to},       {"to_user_id", &event::to_user_id}, {"sender", &event::sender},
  {"type", &event::type},   {"value", &event::value},         {"timestamp", &event::timestamp},
  {"pnid", &event::phone_number_id}, {"waba", &event::waba_id}, {"field", &event::field},
};
constexpr std::pair<const char*, std::string event::*> texts[] = {
  {"entry_time", &event::entry_time},   {"text", &event::text},
  {"reply_id", &event::reply_id},       {"profile_name", &event::profile_name},
  {"username", &event::username},       {"contact_phone", &event::contact_phone}, {"contact_user_id", &event::contact_user_id},
  {"context_id", &event::context_id},   {"previous_user_id", &event::previous_user_id},
  {"callback", &event::callback_data},  {"error_code", &event::error_code},
  {"error_title", &event::error_title}, {"pricing", &event::pricing_category},
  {"group", &event::group_id},          {"derived_id", &event::derived_id},
};

json to_json(const routed_event& e) {
  json u{{"kind", static_cast<int>(e.update.kind)}, {"at", e.update.at}, {"derived", e.update.id_is_derived}};
  for (const auto& [name, member] : optional_texts)
    if (const auto& value = e.update.*member)
      u[name] = to_valid_utf8(*value);
  for (const auto& [name, member] : texts)
    if (const auto& value = e.update.*member; !value.empty())
      u[name] = to_valid_utf8(value);
  if (const auto raw = e.update.raw.text(); !raw.empty())
    u["raw"] = to_valid_utf8(raw);
  return json{{"event", std::move(u)},       {"tenant", e.tenant},
              {"bucket", e.key.bucket},      {"hash", to_hex(e.key.hash)},
              {"other_bucket", e.other_bucket}, {"index", e.index},
              {"aside", static_cast<int>(e.aside)}, {"origin", e.origin}, {"replay", e.replay}};
}

routed_event from_json(const json& j) {
  routed_event e;
  const auto& u = j.at("event");
  e.update.kind = static_cast<whatsapp::event_kind>(u.at("kind").get<int>());
  e.update.at = u.at("at").get<time_ms>();
  e.update.id_is_derived = u.at("derived").get<bool>();
  for (const auto& [name, member] : optional_texts)
    if (const auto it = u.find(name); it != u.end())
      e.update.*member = it->get<std::string>();
  for (const auto& [name, member] : texts)
    if (const auto it = u.find(name); it != u.end())
      e.update.*member = it->get<std::string>();
  e.update.raw = u.value("raw", std::string{});
  j.at("tenant").get_to(e.tenant);
  j.at("bucket").get_to(e.key.bucket);
  const auto hash = from_hex(j.at("hash").get<std::string>()).value_or("");
  std::copy_n(hash.begin(), std::min(hash.size(), e.key.hash.size()), e.key.hash.begin());
  j.at("other_bucket").get_to(e.other_bucket);
  j.at("index").get_to(e.index);
  e.aside = static_cast<aside_reason>(j.at("aside").get<int>());
  j.at("origin").get_to(e.origin);
  j.at("replay").get_to(e.replay);
  return e;
}

error damaged() { return make_error(errc::corrupt, "a stored event cannot be read"); }

} // namespace

std::string pack_event(const routed_event& e) { return to_json(e).dump(); }

result<routed_event> unpack_event(std::string_view text) {
  try {
    return from_json(json::parse(text));
  } catch (const json::exception&) {
    return damaged();
  }
}

std::string to_text(const letter& l) {
  return json{{"event", to_json(l.event)}, {"why", to_valid_utf8(l.why)}, {"at", l.at}}.dump();
}

result<letter> letter_from(std::string_view text) {
  try {
    const auto j = json::parse(text);
    return letter{from_json(j.at("event")), j.at("why").get<std::string>(), j.at("at").get<time_ms>()};
  } catch (const json::exception&) {
    return damaged();
  }
}

json describe(const letter& l) {
  const auto text = [](const std::optional<std::string>& value) { return value ? json(*value) : json(nullptr); };
  const auto& u = l.event.update;
  return json{{"id", to_hex(l.event.key.hash)},
              {"kind", to_string(u.kind)},
              {"type", text(u.type)},
              {"phone_number_id", text(u.phone_number_id)},
              {"waba_id", text(u.waba_id)},
              {"reason", l.event.aside == aside_reason::none ? "handler_failed" : to_string(l.event.aside)},
              {"why", l.why},
              {"origin", l.event.origin},
              {"at", to_rfc3339(l.at)}};
}

} // namespace wakala::actors
