/// \file
/// Messages to send, as types, and the Graph API bodies they become (Cloud API reference §9).
#pragma once

#include "runtime/core/result.hpp"
#include "whatsapp/outbound_interactive.hpp"
#include "whatsapp/outbound_media.hpp"
#include "whatsapp/outbound_template.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wakala::whatsapp {

/// Who receives: a phone number in digits, a business-scoped user id, or both (the number wins, §8).
struct recipient {
  std::string phone;
  std::string user_id;

  bool operator==(const recipient&) const = default;
};

struct text_message {
  std::string body;         ///< ≤ 4,096 code points
  bool preview_url = false; ///< the first link of the body gets a preview

  bool operator==(const text_message&) const = default;
};

/// Marks an inbound message (and all before it) as read; with `typing` also shows the typing indicator (§9.3).
struct mark_as_read {
  std::string message_id;
  bool typing = false;

  bool operator==(const mark_as_read&) const = default;
};

/// Everything that can be sent. Payments (`order_details`, `order_status`) and calls are not among it.
using outbound_content =
    std::variant<text_message, list_message, buttons_message, mark_as_read, image_message, audio_message,
                 video_message, document_message, sticker_message, location_message, contacts_message,
                 reaction_message, cta_url_message, location_request_message, contact_request_message,
                 address_message, product_message, product_list_message, catalog_message, media_carousel_message,
                 product_carousel_message, flow_message, template_message>;

/// One rule of the API that a message breaks.
struct violation {
  std::string path;  ///< JSON Pointer into the request body, for example `/interactive/action/button`
  std::string limit; ///< the rule: `max 20 characters`
  std::string value; ///< what was found: `23`
  std::string code;  ///< `too_long`, `too_many`, `required`, `duplicate`, `invalid`

  bool operator==(const violation&) const = default;
};

/// The word in the request's `type`: `text`, `image`, `interactive`, `template`, …; `read` for a read receipt.
std::string_view type_name(const outbound_content& content) noexcept;

/// What a person reading a transcript sees: the body text, or else what says most about the message: a caption, a
/// file name, the names on contact cards, an emoji, a product's or a template's name. Empty for a read receipt.
std::string summary_text(const outbound_content& content);

/// The body of `POST /{version}/{phone-number-id}/messages`. `callback_data` becomes `biz_opaque_callback_data` when
/// it is not empty (never for `mark_as_read`); `context_id` quotes a message when it is not empty.
nlohmann::json to_request(const recipient& to, const outbound_content& content, std::string_view callback_data = {},
                          std::string_view context_id = {});

/// Every limit of §9 that this request body breaks, for every message type of the reference; empty: Meta would accept
/// it. Total over any JSON value.
std::vector<violation> validate_request(const nlohmann::json& request);

/// Reads a request body back into one of our types. `invalid_argument` with the JSON Pointer of a member that is
/// missing, is of the wrong type or names a kind that has no type here, and also of one that the type has no place
/// for: nothing is dropped in silence. `null`, empty text and an empty array count as absent where absence is
/// allowed. Who receives, what is quoted and the callback data are checked but not given back. No limit is checked:
/// that is `validate_request`.
result<outbound_content> parse_request(const nlohmann::json& request);

/// The code by which Meta refuses a body that breaks this rule (§10.3): 100 when it is not even a message, 131008 for
/// what is missing, else 131009.
int error_code_of(const violation& broken) noexcept;

/// What the Graph API answered to a send (§10).
struct send_answer {
  std::string message_id; ///< the wamid
  std::string wa_id;      ///< normalised number, may be empty
  std::string user_id;    ///< may be empty
};

/// A refused send (§10.2). `code` decides; 0 with `no_code` set when the body was no Graph error.
struct send_error {
  int code = 0;
  bool no_code = false;
  int http_status = 0;
  std::string details; ///< best text for a person
  std::string trace_id;
};

/// Reads an answer's body: an answer, or the error in it.
std::variant<send_answer, send_error> parse_answer(int http_status, std::string_view body);

/// What to do about an error code (§10.3, the letters of its table).
enum class error_class : std::uint8_t {
  transient,        ///< T: retry with back-off
  pace_pair,        ///< P pair: wait 4^n seconds for this shopper
  pace_number,      ///< P number: slow the whole number down
  pace_account,     ///< P WABA, app: wait for the budget to refill
  fix_request,      ///< F: never retry
  window_closed,    ///< W: needs a template
  recipient_only,   ///< U: this recipient only, do not retry soon
  template_problem, ///< M
  unauthorised,     ///< A: stop the tenant's queue and alert
  blocked,          ///< B: account blocked or unpaid: stop and alert
  unknown_outcome,  ///< no known code after the request was written: wait for the echo
};

error_class classify(const send_error& e) noexcept;
std::string_view to_string(error_class c) noexcept;

} // namespace wakala::whatsapp
