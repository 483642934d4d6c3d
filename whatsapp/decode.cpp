// The envelope: entries, changes, and which array of a value is read how (Cloud API reference §4).
#include "whatsapp/decode_parts.hpp"

#include <algorithm>
#include <array>

namespace wakala::whatsapp {

namespace {

using item_reader = void (*)(const change_view&, const json_value&, event&);

struct update_array {
  std::string_view key;
  item_reader read;
};

/// In the order in which the updates of one value are listed. `history` is apart: one element holds many messages.
constexpr std::array<update_array, 8> update_arrays{{{"messages", read_message},
                                                     {"message_echoes", read_echo},
                                                     {"statuses", read_status},
                                                     {"calls", read_call},
                                                     {"errors", read_value_error},
                                                     {"user_preferences", read_preference},
                                                     {"user_id_update", read_user_id_update},
                                                     {"groups", read_group}}};
constexpr std::string_view history_key = "history";
constexpr update_array state_sync_array{"state_sync", read_state_sync};

/// Fields whose value holds arrays of updates. In any other field a key such as `errors` means something else (the
/// `flows` field has one), so the whole change is kept as one management event.
bool holds_updates(const change_view& change) {
  constexpr std::array<std::string_view, 8> names{"messages",           "history",        "calls",
                                                  "smb_message_echoes", "message_echoes", "smb_app_state_sync",
                                                  "user_preferences",   "user_id_update"};
  if (!change.field)
    return true;
  return std::find(names.begin(), names.end(), *change.field) != names.end() || change.field->starts_with("group_");
}

/// Hands each object of the array under `key` to `read`. False when the value has no such key.
template <class Read>
bool for_each_item(const change_view& change, const json_place& where, std::string_view key, decoded_webhook& out,
                   Read read) {
  const auto items = change.value.member(key);
  if (!items)
    return false;
  const json_place in_items(where, key);
  if (!items.is_array()) {
    set_aside(change, items, in_items, "not an array", out);
    return true;
  }
  std::size_t i = 0;
  for (const auto item : items) {
    const json_place at_item(in_items, i++);
    if (item.is_object())
      read(item, at_item);
    else
      set_aside(change, item, at_item, "not an object", out);
  }
  return true;
}

/// False when the value has none of the arrays: then the change is of a kind that is not known.
bool read_updates(const change_view& change, const json_place& where, decoded_webhook& out) {
  const auto read_array = [&](const update_array& array) {
    return for_each_item(change, where, array.key, out, [&](const json_value& item, const json_place&) {
      array.read(change, item, out.events.emplace_back());
    });
  };
  bool found = false;
  for (const auto& array : update_arrays)
    found = read_array(array) || found;
  found = for_each_item(change, where, history_key, out,
                        [&](const json_value& item, const json_place& at) { read_history(change, item, at, out); }) ||
          found;
  return read_array(state_sync_array) || found;
}

void read_change(const json_value& entry, const json_value& part, const json_place& where, decoded_webhook& out) {
  const auto value = object_member(part, "value");
  change_view change{value, id_member(entry, "id"), id_member(object_member(value, "metadata"), "phone_number_id"),
                     text_member(part, "field"), text_member(entry, "time")};
  if (!part.is_object())
    return set_aside(change, part, where, "not an object", out);
  const bool has_updates = holds_updates(change);
  if (!value && has_updates)
    return set_aside(change, part, where, "the change has no value object", out);
  if (has_updates && read_updates(change, {where, "value"}, out))
    return;
  read_management(change, value ? value : part, out.events.emplace_back());
}

void read_entry(const json_value& entry, const json_place& where, decoded_webhook& out) {
  const auto changes = array_member(entry, "changes");
  if (!changes) {
    const change_view change{entry, id_member(entry, "id"), std::nullopt, std::nullopt, std::nullopt};
    return set_aside(change, entry, where, entry.is_object() ? "the entry has no array of changes" : "not an object",
                     out);
  }
  const json_place in_changes(where, "changes");
  std::size_t i = 0;
  for (const auto change : changes)
    read_change(entry, change, {in_changes, i++}, out);
}

} // namespace

std::string json_place::pointer() const {
  if (around_ == nullptr)
    return {};
  auto out = around_->pointer();
  out += '/';
  out += key_.empty() ? std::to_string(index_) : std::string(key_);
  return out;
}

void set_aside(const change_view& change, const json_value& part, const json_place& where, std::string why,
               decoded_webhook& out) {
  out.malformed.push_back(
      {where.pointer(), std::move(why), part.canonical(), change.waba_id, change.phone_number_id});
}

result<decoded_webhook> decode(std::string_view body) {
  json_document document;
  switch (document.read(body, nesting_max)) {
  case json_document::outcome::fine:
    break;
  case json_document::outcome::too_deep:
    return make_error(errc::invalid_argument,
                      "the JSON is nested deeper than " + std::to_string(nesting_max) + " levels");
  case json_document::outcome::not_json:
    return make_error(errc::invalid_argument, "the text is not JSON");
  }
  const auto root = document.root();
  result<decoded_webhook> answer;
  auto& out = *answer;
  // Published examples lack `object`; another word in it means another product, which is acknowledged and ignored.
  const auto product = text_member(root, "object");
  const bool named = product && *product == "whatsapp_business_account";
  const auto entries = array_member(root, "entry");
  out.is_webhook = named || (!product && entries);
  if (!out.is_webhook)
    return answer;
  const json_place whole;
  if (!entries) {
    set_aside({}, root, whole, "the webhook has no array of entries", out);
    return answer;
  }
  const json_place in_entries(whole, "entry");
  std::size_t i = 0;
  for (const auto entry : entries)
    read_entry(entry, {in_entries, i++}, out);
  return answer;
}

} // namespace wakala::whatsapp
