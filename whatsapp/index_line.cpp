#include "whatsapp/event.hpp"

#include <nlohmann/json.hpp>

namespace wakala::whatsapp {

std::string_view to_string(event_kind kind) noexcept {
  switch (kind) {
  case event_kind::message:
    return "message";
  case event_kind::echo:
    return "echo";
  case event_kind::status:
    return "status";
  case event_kind::call:
    return "call";
  case event_kind::call_status:
    return "call_status";
  case event_kind::error:
    return "error";
  case event_kind::preference:
    return "preference";
  case event_kind::user_id_update:
    return "user_id_update";
  case event_kind::group:
    return "group";
  case event_kind::history:
    return "history";
  case event_kind::state_sync:
    return "state_sync";
  case event_kind::management:
    return "management";
  case event_kind::order:
    return "order";
  }
  return "management";
}

std::string to_index_line(const event& e) {
  nlohmann::ordered_json line = nlohmann::ordered_json::object();
  const auto put = [&](const char* key, const std::optional<std::string>& value) {
    if (value)
      line[key] = *value;
    else
      line[key] = nullptr;
  };
  line["kind"] = to_string(e.kind);
  put("id", e.id);
  put("from", e.from);
  // The index names the shopper by the id that is known so far; the event itself by the one that is valid from now
  // on.
  if (e.kind == event_kind::user_id_update) {
    if (!e.previous_user_id.empty())
      line["from_user_id"] = e.previous_user_id.get();
  } else if (e.from_user_id) {
    line["from_user_id"] = *e.from_user_id;
  }
  if (e.kind == event_kind::message || e.sender)
    put("sender", e.sender);
  if (e.to)
    line["to"] = *e.to;
  put("type", e.type);
  put("value", e.value);
  if (e.kind != event_kind::error) // errors have no time of their own
    put("timestamp", e.timestamp);
  put("phone_number_id", e.phone_number_id);
  put("waba_id", e.waba_id);
  put("field", e.field);
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

} // namespace wakala::whatsapp
