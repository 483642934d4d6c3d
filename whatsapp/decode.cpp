// The envelope: entries, changes, and which array of a value is read how (Cloud API reference §4).
#include "whatsapp/decode_parts.hpp"
#include "whatsapp/json_read.hpp"
#include "whatsapp/json_text.hpp"

#include <algorithm>
#include <array>

namespace wakala::whatsapp {

using nlohmann::json;

namespace {

using item_reader = event (*)(const change_view&, const json&);

struct update_array {
  const char* key;
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
constexpr const char* history_key = "history";
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
bool for_each_item(const change_view& change, const char* key, decoded_webhook& out, Read read) {
  const json* items = member(change.value, key);
  if (items == nullptr)
    return false;
  const auto where = change.where + "/" + key;
  if (!items->is_array()) {
    set_aside(change, *items, where, "not an array", out);
    return true;
  }
  for (std::size_t i = 0; i < items->size(); ++i) {
    const auto& item = (*items)[i];
    if (item.is_object())
      read(item, where + "/" + std::to_string(i));
    else
      set_aside(change, item, where + "/" + std::to_string(i), "not an object", out);
  }
  return true;
}

/// False when the value has none of the arrays: then the change is of a kind that is not known.
bool read_updates(const change_view& change, decoded_webhook& out) {
  const auto read_array = [&](const update_array& array) {
    return for_each_item(change, array.key, out, [&](const json& item, const std::string&) {
      out.events.push_back(array.read(change, item));
    });
  };
  bool found = false;
  for (const auto& array : update_arrays)
    found = read_array(array) || found;
  found =
      for_each_item(change, history_key, out,
                    [&](const json& item, const std::string& where) { read_history(change, item, where, out); }) ||
      found;
  return read_array(state_sync_array) || found;
}

void read_change(const json& entry, const json& part, const std::string& where, decoded_webhook& out) {
  static const json nothing = json::object();
  const json* value = object_member(part, "value");
  change_view change{
      value != nullptr ? *value : nothing, where + "/value",          id_member(entry, "id"), std::nullopt,
      text_member(part, "field"),          text_member(entry, "time")};
  if (const json* metadata = object_member(change.value, "metadata"))
    change.phone_number_id = id_member(*metadata, "phone_number_id");
  if (!part.is_object())
    return set_aside(change, part, where, "not an object", out);
  if (value == nullptr && (!change.field || holds_updates(change)))
    return set_aside(change, part, where, "the change has no value object", out);
  if (holds_updates(change) && read_updates(change, out))
    return;
  out.events.push_back(read_management(change, value != nullptr ? *value : part));
}

void read_entry(const json& entry, const std::string& where, decoded_webhook& out) {
  const json* changes = array_member(entry, "changes");
  if (changes == nullptr) {
    const change_view change{entry, where, id_member(entry, "id"), std::nullopt, std::nullopt, std::nullopt};
    return set_aside(change, entry, where, entry.is_object() ? "the entry has no array of changes" : "not an object",
                     out);
  }
  for (std::size_t i = 0; i < changes->size(); ++i)
    read_change(entry, (*changes)[i], where + "/changes/" + std::to_string(i), out);
}

} // namespace

void set_aside(const change_view& change, const json& part, std::string where, std::string why,
               decoded_webhook& out) {
  out.malformed.push_back({std::move(where), std::move(why), compact(part), change.waba_id, change.phone_number_id});
}

result<decoded_webhook> decode(std::string_view body) {
  const auto parsed = parse_json(body, nesting_max);
  if (!parsed)
    return parsed.error();
  decoded_webhook out;
  // Published examples lack `object`; another word in it means another product, which is acknowledged and ignored.
  const auto product = text_member(*parsed, "object");
  const bool named = product && *product == "whatsapp_business_account";
  const json* entries = array_member(*parsed, "entry");
  out.is_webhook = named || (!product && entries != nullptr);
  if (!out.is_webhook)
    return out;
  if (entries == nullptr) {
    const change_view nobody{*parsed, "", std::nullopt, std::nullopt, std::nullopt, std::nullopt};
    set_aside(nobody, *parsed, "", "the webhook has no array of entries", out);
    return out;
  }
  for (std::size_t i = 0; i < entries->size(); ++i)
    read_entry((*entries)[i], "/entry/" + std::to_string(i), out);
  return out;
}

} // namespace wakala::whatsapp
