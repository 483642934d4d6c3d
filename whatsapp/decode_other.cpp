// The other fields (Cloud API reference §7, §8), and what all events share.
#include "whatsapp/decode_parts.hpp"
#include "whatsapp/sha256.hpp"

#include <charconv>

namespace wakala::whatsapp {

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
std::string derive_id(const event& e, std::string_view raw) {
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
  add(e.entry_time.get());
  add(raw);
  return sha256_hex(input);
}

/// The event word of a management field, whatever the field calls it.
std::optional<std::string> management_word(const json_value& value) {
  for (const char* key : {"event", "decision", "new_quality_score", "new_category"})
    if (auto word = text_member(value, key))
      return word;
  if (const auto alert = object_member(value, "alert_info"))
    return text_member(alert, "alert_type");
  return text_member(value, "status");
}

} // namespace

std::optional<std::string> id_member(const json_value& object, std::string_view key) {
  auto text = text_member(object, key);
  if (text && text->empty())
    text.reset();
  return text;
}

std::string text_or_empty(const json_value& object, std::string_view key) {
  return text_member(object, key).value_or("");
}

json_value first_of(const json_value& array) noexcept {
  return array.begin() == array.end() ? json_value{} : *array.begin();
}

void start_event(const change_view& change, event_kind kind, event& e) {
  e.kind = kind;
  e.phone_number_id = change.phone_number_id;
  e.waba_id = change.waba_id;
  e.field = change.field;
}

void finish_event(const json_value& item, event& e) {
  e.at = to_time(e.timestamp);
  if (e.id && e.kind != event_kind::management) {
    e.raw = raw_json::as_it_came(item.source());
    return;
  }
  auto raw = item.canonical(); // its key is made of it
  if (!e.id) {
    e.id_is_derived = true;
    e.derived_id = derive_id(e, raw);
  }
  e.raw = std::move(raw);
}

void read_preference(const change_view& change, const json_value& item, event& e) {
  start_event(change, event_kind::preference, e);
  e.from = id_member(item, "wa_id");
  e.from_user_id = id_member(item, "user_id");
  e.type = text_member(item, "category");
  e.value = text_member(item, "value");
  e.timestamp = text_member(item, "timestamp");
  finish_event(item, e);
}

void read_user_id_update(const change_view& change, const json_value& item, event& e) {
  start_event(change, event_kind::user_id_update, e);
  e.from = id_member(item, "wa_id");
  e.type = "user_id_update";
  if (const auto ids = object_member(item, "user_id")) {
    e.from_user_id = id_member(ids, "current");
    e.previous_user_id = text_or_empty(ids, "previous");
  }
  e.value = e.from_user_id;
  e.timestamp = text_member(item, "timestamp");
  finish_event(item, e);
}

void read_group(const change_view& change, const json_value& item, event& e) {
  start_event(change, event_kind::group, e);
  e.id = id_member(item, "group_id");
  e.type = text_member(item, "type");
  e.value = text_member(item, "request_id");
  e.timestamp = text_member(item, "timestamp");
  read_first_error(item, e);
  finish_event(item, e);
}

void read_state_sync(const change_view& change, const json_value& item, event& e) {
  start_event(change, event_kind::state_sync, e);
  e.type = text_member(item, "type");
  e.value = text_member(item, "action");
  if (const auto contact = object_member(item, "contact")) {
    e.from = id_member(contact, "phone_number");
    e.from_user_id = id_member(contact, "user_id");
  }
  if (const auto metadata = object_member(item, "metadata"))
    e.timestamp = text_member(metadata, "timestamp");
  finish_event(item, e);
}

void read_management(const change_view& change, const json_value& raw, event& e) {
  start_event(change, event_kind::management, e);
  e.id = id_member(change.value, "message_template_id");
  e.type = change.field;
  e.value = management_word(change.value);
  e.timestamp = change.entry_time;
  e.entry_time = change.entry_time.value_or("");
  finish_event(raw, e);
}

void read_history(const change_view& change, const json_value& item, const json_place& where, decoded_webhook& out) {
  const auto errors = array_member(item, "errors");
  const auto threads = array_member(item, "threads");
  if (!errors && !threads) { // a report of progress, or a shape not known: kept raw
    auto& e = out.events.emplace_back();
    start_event(change, event_kind::history, e);
    return finish_event(item, e);
  }
  const json_place in_threads(where, "threads");
  std::size_t i = 0;
  for (const auto thread : threads) {
    const json_place at_thread(in_threads, i++);
    const auto messages = array_member(thread, "messages");
    if (!messages) {
      set_aside(change, thread, at_thread, "the thread has no array of messages", out);
      continue;
    }
    const json_place in_messages(at_thread, "messages");
    std::size_t k = 0;
    for (const auto message : messages) {
      if (message.is_object())
        read_history_message(change, message, out.events.emplace_back());
      else
        set_aside(change, message, {in_messages, k}, "not an object", out);
      ++k;
    }
  }
  const json_place in_errors(where, "errors");
  i = 0;
  for (const auto error : errors) {
    if (error.is_object())
      read_value_error(change, error, out.events.emplace_back());
    else
      set_aside(change, error, {in_errors, i}, "not an object", out);
    ++i;
  }
}

} // namespace wakala::whatsapp
