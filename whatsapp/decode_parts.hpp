/// \file
/// How the files of the decoder share the work: one function per kind of update. Internal to this folder.
#pragma once

#include "whatsapp/event.hpp"
#include "whatsapp/json_tape.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace wakala::whatsapp {

/// Where something stands in the body. Written out only when it has to be set aside.
class json_place {
public:
  json_place() = default; ///< the whole body
  json_place(const json_place& around, std::string_view key) noexcept : around_(&around), key_(key) {}
  json_place(const json_place& around, std::size_t index) noexcept : around_(&around), index_(index) {}

  std::string pointer() const; ///< JSON Pointer, for example `/entry/0`

private:
  const json_place* around_ = nullptr;
  std::string_view key_; ///< a word of the envelope, nothing in it needs escaping; empty: an index
  std::size_t index_ = 0;
};

/// The member if it has that type, else none.
inline json_value object_member(const json_value& object, std::string_view key) noexcept {
  const auto found = object.member(key);
  return found.is_object() ? found : json_value{};
}
inline json_value array_member(const json_value& object, std::string_view key) noexcept {
  const auto found = object.member(key);
  return found.is_array() ? found : json_value{};
}
/// Text, or a number in its digits; nothing for any other type.
inline std::optional<std::string> text_member(const json_value& object, std::string_view key) {
  return object.member(key).text();
}
/// As `text_member`, but empty text counts as absent: an empty id names nobody.
std::optional<std::string> id_member(const json_value& object, std::string_view key);
/// As `text_member`, empty when absent.
std::string text_or_empty(const json_value& object, std::string_view key);
/// The first element of an array, or none.
json_value first_of(const json_value& array) noexcept;

/// One change of the envelope: what its updates have in common.
struct change_view {
  json_value value; ///< an object, or none
  std::optional<std::string> waba_id;
  std::optional<std::string> phone_number_id;
  std::optional<std::string> field;
  std::optional<std::string> entry_time;

  bool is_field(std::string_view name) const noexcept { return field && *field == name; }
};

/// Sets what an update has from its change.
void start_event(const change_view& change, event_kind kind, event& e);
/// Completes what follows from the other members: time in milliseconds, the raw text of `item`, and a derived id when
/// none was sent.
void finish_event(const json_value& item, event& e);

/// The value column of a message-like object: text body, media id, reply id, … (Event schema of the fixtures).
std::optional<std::string> message_value(const json_value& item, const std::optional<std::string>& type);
/// Fills `error_code` and `error_title` from the first element of `errors`.
void read_first_error(const json_value& owner, event& e);
/// Same from one error object (Cloud API reference §5.6: only `code` is certain).
void read_error(const json_value& error, event& e);

// One update each into a new event; `item` is an object.
void read_message(const change_view& change, const json_value& item, event& e);
void read_echo(const change_view& change, const json_value& item, event& e);
void read_history_message(const change_view& change, const json_value& item, event& e);
void read_status(const change_view& change, const json_value& item, event& e);
void read_call(const change_view& change, const json_value& item, event& e);
void read_value_error(const change_view& change, const json_value& item, event& e);
void read_preference(const change_view& change, const json_value& item, event& e);
void read_user_id_update(const change_view& change, const json_value& item, event& e);
void read_group(const change_view& change, const json_value& item, event& e);
void read_state_sync(const change_view& change, const json_value& item, event& e);
/// `raw` is the change's value, or the whole change when that is no object.
void read_management(const change_view& change, const json_value& raw, event& e);

/// One element of `value.history[]`: many messages, or an error, or neither.
void read_history(const change_view& change, const json_value& item, const json_place& where, decoded_webhook& out);

/// Records a part that is no update.
void set_aside(const change_view& change, const json_value& part, const json_place& where, std::string why,
               decoded_webhook& out);

} // namespace wakala::whatsapp
