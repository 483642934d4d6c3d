// The other fields (Cloud API reference §7, §8), and what all events share.
#include "whatsapp/decode_parts.hpp"
#include "whatsapp/json_read.hpp"
#include "whatsapp/sha256.hpp"

#include <charconv>

namespace wakala::whatsapp {

using nlohmann::json;

namespace {

/// Milliseconds of a text of whole seconds; 0 when it is none.
time_ms to_time(const std::optional<std::string>& seconds) {
  constexpr time_ms seconds_max = 99'999'999'999; // year 5138: anything above is milliseconds or nonsense
  time_ms value = 0;
  if (!seconds || seconds->empty())
    return 0;
  const char* const last = seconds->data() + seconds->size();
  const auto [end, failure] = std::from_chars(seconds->data(), last, value);
  return failure == std::errc{} && end == last && value > 0 && value <= seconds_max ? value * ms_per_second : 0;
}

/// Cloud API reference §19 rule 9: number, sender, time, type and body. `raw` has sorted keys, so it is the same text
/// however the update is delivered again.
std::string derive_id(const event& e) {
  std::string input{to_string(e.kind)};
  const auto add = [&](std::string_view part) {
    input += '\n';
    input += std::to_string(part.size());
    input += ':';
    input += part;
  };
  for (const auto* part :
       {&e.waba_id, &e.phone_number_id, &e.field, &e.sender, &e.from, &e.from_user_id, &e.timestamp, &e.type})
    add(part->value_or(""));
  add(e.entry_time);
  add(e.raw);
  return sha256_hex(input);
}

/// The event word of a management field, whatever the field calls it.
std::optional<std::string> management_word(const json& value) {
  for (const char* key : {"event", "decision", "new_quality_score", "new_category"})
    if (auto word = text_member(value, key))
      return word;
  if (const json* alert = object_member(value, "alert_info"))
    return text_member(*alert, "alert_type");
  return text_member(value, "status");
}

} // namespace

event start_event(const change_view& change, event_kind kind, const json& item) {
  event e;
  e.kind = kind;
  e.phone_number_id = change.phone_number_id;
  e.waba_id = change.waba_id;
  e.field = change.field;
  e.raw = compact(item);
  return e;
}

event finish_event(event e) {
  e.at = to_time(e.timestamp);
  if (!e.id) {
    e.id_is_derived = true;
    e.derived_id = derive_id(e);
  }
  return e;
}

event read_preference(const change_view& change, const json& item) {
  event e = start_event(change, event_kind::preference, item);
  e.from = id_member(item, "wa_id");
  e.from_user_id = id_member(item, "user_id");
  e.type = text_member(item, "category");
  e.value = text_member(item, "value");
  e.timestamp = text_member(item, "timestamp");
  return finish_event(std::move(e));
}

event read_user_id_update(const change_view& change, const json& item) {
  event e = start_event(change, event_kind::user_id_update, item);
  e.from = id_member(item, "wa_id");
  e.type = "user_id_update";
  if (const json* ids = object_member(item, "user_id")) {
    e.from_user_id = id_member(*ids, "current");
    e.previous_user_id = text_or_empty(*ids, "previous");
  }
  e.value = e.from_user_id;
  e.timestamp = text_member(item, "timestamp");
  return finish_event(std::move(e));
}

event read_group(const change_view& change, const json& item) {
  event e = start_event(change, event_kind::group, item);
  e.id = id_member(item, "group_id");
  e.type = text_member(item, "type");
  e.value = text_member(item, "request_id");
  e.timestamp = text_member(item, "timestamp");
  read_first_error(item, e);
  return finish_event(std::move(e));
}

event read_state_sync(const change_view& change, const json& item) {
  event e = start_event(change, event_kind::state_sync, item);
  e.type = text_member(item, "type");
  e.value = text_member(item, "action");
  if (const json* contact = object_member(item, "contact")) {
    e.from = id_member(*contact, "phone_number");
    e.from_user_id = id_member(*contact, "user_id");
  }
  if (const json* metadata = object_member(item, "metadata"))
    e.timestamp = text_member(*metadata, "timestamp");
  return finish_event(std::move(e));
}

event read_management(const change_view& change, const json& raw) {
  event e = start_event(change, event_kind::management, raw);
  e.id = id_member(change.value, "message_template_id");
  e.type = change.field;
  e.value = management_word(change.value);
  e.timestamp = change.entry_time;
  e.entry_time = change.entry_time.value_or("");
  return finish_event(std::move(e));
}

void read_history(const change_view& change, const json& item, const std::string& where, decoded_webhook& out) {
  const json* errors = array_member(item, "errors");
  const json* threads = array_member(item, "threads");
  if (errors == nullptr && threads == nullptr) { // a report of progress, or a shape not known: kept raw
    out.events.push_back(finish_event(start_event(change, event_kind::history, item)));
    return;
  }
  for (std::size_t i = 0; threads != nullptr && i < threads->size(); ++i) {
    const auto& thread = (*threads)[i];
    const auto thread_at = where + "/threads/" + std::to_string(i);
    const json* messages = array_member(thread, "messages");
    if (messages == nullptr) {
      set_aside(change, thread, thread_at, "the thread has no array of messages", out);
      continue;
    }
    for (std::size_t k = 0; k < messages->size(); ++k) {
      const auto& message = (*messages)[k];
      if (message.is_object())
        out.events.push_back(read_history_message(change, message));
      else
        set_aside(change, message, thread_at + "/messages/" + std::to_string(k), "not an object", out);
    }
  }
  for (std::size_t i = 0; errors != nullptr && i < errors->size(); ++i) {
    if ((*errors)[i].is_object())
      out.events.push_back(read_value_error(change, (*errors)[i]));
    else
      set_aside(change, (*errors)[i], where + "/errors/" + std::to_string(i), "not an object", out);
  }
}

} // namespace wakala::whatsapp
