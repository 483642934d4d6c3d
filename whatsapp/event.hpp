/// \file
/// An inbound webhook as a list of events, one per update, in document order. Plain values; no JSON in sight.
#pragma once

#include "runtime/core/clock.hpp"
#include "runtime/core/result.hpp"
#include "whatsapp/rare_text.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wakala::whatsapp {

/// What an update is (Cloud API reference §5–8). `management` is every field that has no kind of its own.
enum class event_kind : std::uint8_t {
  message,
  echo,
  status,
  call,
  call_status,
  error,
  preference,
  user_id_update,
  group,
  history,
  state_sync,
  management,
  order, ///< not of a webhook: the shop's own books have news of an order (`value`) for a conversation
};

/// `message`, `echo`, … as `wakalad decode` prints them.
std::string_view to_string(event_kind kind) noexcept;

/// JSON text of an update. Most are never looked at, so what came is put in order only when somebody asks.
class raw_json {
public:
  raw_json() = default;
  raw_json(std::string canonical) : text_(std::move(canonical)) {}
  raw_json(const char* canonical) : text_(canonical) {}
  /// `source` is a value of a JSON text that was read without complaint.
  static raw_json as_it_came(std::string_view source);

  /// One line, keys sorted, so that equal updates have equal text; empty when there is none.
  std::string text() const;

  friend bool operator==(const raw_json& a, const raw_json& b) { return a.text() == b.text(); }

private:
  std::string text_;
  bool as_it_came_ = false;
};

/// One update of a webhook. Optional members are absent keys; ids and timestamps are text whatever JSON type they
/// had.
struct event {
  event_kind kind = event_kind::management;
  bool id_is_derived = false;      ///< no id was sent: `id` stays absent, `derived_id` holds a hash of §19 rule 9
  std::optional<std::string> id;   ///< message, status, call, group or template id
  std::optional<std::string> from; ///< number in digits; `recipient_id` for statuses
  std::optional<std::string> from_user_id; ///< business-scoped user id (§8); the current one for `user_id_update`
  std::optional<std::string> to;           ///< echoes only
  std::optional<std::string> to_user_id;   ///< echoes only
  std::optional<std::string> sender;       ///< messages only: who to answer, see the fixtures' README
  std::optional<std::string> type;
  std::optional<std::string> value;
  std::optional<std::string> timestamp;
  std::optional<std::string> phone_number_id;
  std::optional<std::string> waba_id;
  std::optional<std::string> field;

  // What the shop needs beyond the index schema. Empty text when absent.
  time_ms at = 0;             ///< `timestamp` in milliseconds; 0 when it is unusable (use the arrival time)
  rare_text entry_time;       ///< `entry[].time` as text, management fields only
  std::string text;           ///< text body, caption, or title of the chosen button or row
  std::string reply_id;       ///< id of the chosen button, list row or quick reply payload
  std::string profile_name;   ///< of the contact that wrote
  rare_text username;         ///< of the contact that wrote, without `@`
  rare_text contact_phone;    ///< `contacts[].wa_id` of the contact that wrote, when it differs from `from` or `from`
                              ///< is absent
  rare_text contact_user_id;  ///< its `user_id`, when `from_user_id` is absent or another; `user_changed_user_id`:
                              ///< the new id
  rare_text context_id;       ///< the quoted message's id
  rare_text previous_user_id; ///< `user_id_update`, and system message `user_changed_user_id`
  rare_text referral;        ///< messages from an advertisement or a page: what kind and its id, `ad:1200…` (§5.5)
  rare_text free_until;      ///< statuses of a conversation that a referral has opened: when it ends, seconds
  rare_text new_phone;       ///< system message `user_changed_number`: the new number in digits
  std::string callback_data; ///< statuses: `biz_opaque_callback_data`
  rare_text error_code;      ///< statuses, errors and messages: first error's code
  rare_text error_title;     ///< first error's `error_data.details`, else title, else message
  std::string pricing_category; ///< statuses
  rare_text group_id;           ///< messages in a group; such a message is recorded, never answered
  rare_text derived_id;         ///< hex; set only when `id_is_derived`
  raw_json raw;                 ///< the update's own JSON object
};

/// A part of a signed body that could not be read as an update; kept raw, counted, shown.
struct malformed_part {
  std::string where; ///< JSON Pointer, for example `/entry/0/changes/1/value/messages/0`
  std::string why;
  std::string raw; ///< compact JSON of the part
  std::optional<std::string> waba_id;
  std::optional<std::string> phone_number_id;
};

struct decoded_webhook {
  std::vector<event> events; ///< document order: entry, change, then the kinds in the fixtures' order
  std::vector<malformed_part> malformed;
  bool is_webhook = false; ///< false: valid JSON, but not a WhatsApp webhook at all
};

/// Deepest nesting of arrays and objects that is read.
constexpr int nesting_max = 64;

/// Reads a webhook body. Total: the only errors are `invalid_argument` for text that is not JSON (not UTF-8 included)
/// or nested deeper than `nesting_max`. A broken update never hides the good ones beside it. Lone surrogate escapes
/// become U+FFFD. (Cloud API reference §4, §19)
result<decoded_webhook> decode(std::string_view body);

/// The event as one JSON line in the schema of the fixtures' INDEX.jsonl: `kind`, `id`, `from`, `sender` (messages),
/// `type`, `value`, `timestamp`, `phone_number_id`, `waba_id`, `field`, and `from_user_id`, `to` when present.
/// Of a `user_id_update` it shows the previous user id there, and the current one as `value`, as the fixtures do.
std::string to_index_line(const event& e);

} // namespace wakala::whatsapp
