/// \file
/// How the files of the decoder share the work: one function per kind of update. Internal to this folder.
#pragma once

#include "whatsapp/event.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace wakala::whatsapp {

/// One change of the envelope: what its updates have in common.
struct change_view {
  const nlohmann::json& value; ///< an object
  std::string where;           ///< JSON Pointer of `value`
  std::optional<std::string> waba_id;
  std::optional<std::string> phone_number_id;
  std::optional<std::string> field;
  std::optional<std::string> entry_time;

  bool is_field(std::string_view name) const noexcept { return field && *field == name; }
};

/// An event of this change with its routing keys and raw text; the caller fills in the rest and hands it to `finish`.
event start_event(const change_view& change, event_kind kind, const nlohmann::json& item);
/// Completes what follows from the other members: time in milliseconds, and a derived id when none was sent.
event finish_event(event e);

/// The value column of a message-like object: text body, media id, reply id, … (Event schema of the fixtures).
std::optional<std::string> message_value(const nlohmann::json& item, const std::optional<std::string>& type);
/// Fills `error_code` and `error_title` from the first element of `errors`.
void read_first_error(const nlohmann::json& owner, event& e);
/// Same from one error object (Cloud API reference §5.6: only `code` is certain).
void read_error(const nlohmann::json& error, event& e);

// One update each; `item` is an object.
event read_message(const change_view& change, const nlohmann::json& item);
event read_echo(const change_view& change, const nlohmann::json& item);
event read_history_message(const change_view& change, const nlohmann::json& item);
event read_status(const change_view& change, const nlohmann::json& item);
event read_call(const change_view& change, const nlohmann::json& item);
event read_value_error(const change_view& change, const nlohmann::json& item);
event read_preference(const change_view& change, const nlohmann::json& item);
event read_user_id_update(const change_view& change, const nlohmann::json& item);
event read_group(const change_view& change, const nlohmann::json& item);
event read_state_sync(const change_view& change, const nlohmann::json& item);
event read_management(const change_view& change, const nlohmann::json& raw);

/// One element of `value.history[]`: many messages, or an error, or neither.
void read_history(const change_view& change, const nlohmann::json& item, const std::string& where,
                  decoded_webhook& out);

/// Records a part that is no update.
void set_aside(const change_view& change, const nlohmann::json& part, std::string where, std::string why,
               decoded_webhook& out);

} // namespace wakala::whatsapp
