// Statuses of outgoing messages and calls, and errors (Cloud API reference §5.6, §6, §7.6).
#include "whatsapp/decode_parts.hpp"

namespace wakala::whatsapp {

void read_error(const json_value& error, event& e) {
  e.error_code = text_or_empty(error, "code");
  if (const auto data = object_member(error, "error_data"))
    e.error_title = text_or_empty(data, "details");
  for (const char* key : {"details", "title", "message"})
    if (e.error_title.empty())
      e.error_title = text_or_empty(error, key);
}

void read_first_error(const json_value& owner, event& e) {
  if (const auto first = first_of(array_member(owner, "errors")))
    read_error(first, e);
}

void read_status(const change_view& change, const json_value& item, event& e) {
  const bool of_call = change.is_field("calls") || item.member("type").is_text("call");
  start_event(change, of_call ? event_kind::call_status : event_kind::status, e);
  e.id = id_member(item, "id");
  e.from = id_member(item, "recipient_id");
  e.from_user_id = id_member(item, "recipient_user_id");
  e.type = text_member(item, "status");
  e.timestamp = text_member(item, "timestamp");
  e.callback_data = text_or_empty(item, "biz_opaque_callback_data");
  if (const auto pricing = object_member(item, "pricing"))
    e.pricing_category = text_or_empty(pricing, "category");
  if (const auto conversation = object_member(item, "conversation"))
    if (const auto origin = object_member(conversation, "origin");
        origin && origin.member("type").is_text("referral_conversion"))
      e.free_until = text_or_empty(conversation, "expiration_timestamp");
  read_first_error(item, e);
  if (!e.error_code.empty())
    e.value = e.error_code.get();
  finish_event(item, e);
}

void read_call(const change_view& change, const json_value& item, event& e) {
  start_event(change, event_kind::call, e);
  e.id = id_member(item, "id");
  e.from = id_member(item, "from");
  e.from_user_id = id_member(item, "from_user_id");
  e.type = text_member(item, "event");
  e.value = text_member(item, "direction");
  e.timestamp = text_member(item, "timestamp");
  e.callback_data = text_or_empty(item, "biz_opaque_callback_data");
  read_first_error(item, e);
  finish_event(item, e);
}

void read_value_error(const change_view& change, const json_value& item, event& e) {
  start_event(change, event_kind::error, e);
  read_error(item, e);
  e.type = "error";
  if (!e.error_code.empty())
    e.value = e.error_code.get();
  finish_event(item, e);
}

} // namespace wakala::whatsapp
