// Statuses of outgoing messages and calls, and errors (Cloud API reference §5.6, §6, §7.6).
#include "whatsapp/decode_parts.hpp"
#include "whatsapp/json_read.hpp"

namespace wakala::whatsapp {

using nlohmann::json;

void read_error(const json& error, event& e) {
  e.error_code = text_or_empty(error, "code");
  if (const json* data = object_member(error, "error_data"))
    e.error_title = text_or_empty(*data, "details");
  for (const char* key : {"details", "title", "message"})
    if (e.error_title.empty())
      e.error_title = text_or_empty(error, key);
}

void read_first_error(const json& owner, event& e) {
  const json* errors = array_member(owner, "errors");
  if (errors != nullptr && !errors->empty())
    read_error(errors->front(), e);
}

event read_status(const change_view& change, const json& item) {
  const bool of_call = change.is_field("calls") || text_member(item, "type") == "call";
  event e = start_event(change, of_call ? event_kind::call_status : event_kind::status, item);
  e.id = id_member(item, "id");
  e.from = id_member(item, "recipient_id");
  e.from_user_id = id_member(item, "recipient_user_id");
  e.type = text_member(item, "status");
  e.timestamp = text_member(item, "timestamp");
  e.callback_data = text_or_empty(item, "biz_opaque_callback_data");
  if (const json* pricing = object_member(item, "pricing"))
    e.pricing_category = text_or_empty(*pricing, "category");
  read_first_error(item, e);
  if (!e.error_code.empty())
    e.value = e.error_code;
  return finish_event(std::move(e));
}

event read_call(const change_view& change, const json& item) {
  event e = start_event(change, event_kind::call, item);
  e.id = id_member(item, "id");
  e.from = id_member(item, "from");
  e.from_user_id = id_member(item, "from_user_id");
  e.type = text_member(item, "event");
  e.value = text_member(item, "direction");
  e.timestamp = text_member(item, "timestamp");
  e.callback_data = text_or_empty(item, "biz_opaque_callback_data");
  read_first_error(item, e);
  return finish_event(std::move(e));
}

event read_value_error(const change_view& change, const json& item) {
  event e = start_event(change, event_kind::error, item);
  read_error(item, e);
  e.type = "error";
  if (!e.error_code.empty())
    e.value = e.error_code;
  return finish_event(std::move(e));
}

} // namespace wakala::whatsapp
