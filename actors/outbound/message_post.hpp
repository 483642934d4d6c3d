/// \file
/// Messages that somebody outside wants sent, on their way to a conversation. Pure.
#pragma once

#include "runtime/core/ids.hpp"
#include "whatsapp/outbound.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wakala::actors {

/// Who of the messages that wait at one business number goes first. Numbers on disk and between nodes.
enum class send_priority : std::uint8_t { reply = 0, notification = 1, broadcast = 2 };

/// A message that somebody outside wants sent: a Cloud API request body that was found good. Answered by
/// `{"outcome":"accepted","id","repeated","outside_window"}`, `{"outcome":"limited","limit","retry_after_ms"}`,
/// `{"outcome":"window_closed","closed_at","templates"}` (milliseconds, or null for somebody who never wrote; names
/// of templates that could go instead) or `{"outcome":"refused","reason","path","code","details"}` (Meta would refuse
/// it with that code).
struct message_post {
  std::string number_id;
  std::string phone;   ///< digits; of the shopper
  std::string user_id; ///< or both; then the number wins
  std::string type;    ///< `text`, `template`, …
  std::string summary; ///< what a person reads in the transcript
  std::string context_id;
  std::string request; ///< the body: one JSON object without `biz_opaque_callback_data`
  /// The same key for the same shopper means the same message: it is sent once.
  std::string repeat_key;
  send_priority priority = send_priority::reply;
  std::optional<conversation_id> conversation = std::nullopt; ///< when the home has looked it up
  std::string broadcast = {}; ///< one to many, by the client's name for it; empty: one to one
  std::string template_name = {};
  std::string template_language = {};
  std::string category = {}; ///< of the template, when the home knows it: `MARKETING`, …
  std::string refusal = {};  ///< the answer, unless it was taken before: what the home has against it
  bool may_reach_out = true; ///< false: to a shopper outside of the window the account has sent enough today
  bool is_agent = false;     ///< a person writes it: the bot falls silent

  bool is_template() const { return type == "template"; }
};
/// Marks a shopper's message as read. Answered by `{"outcome":"accepted"}`, `{"outcome":"limited",…}` or, when Meta
/// refused, `{"outcome":"refused","code","details"}`.
struct read_post {
  std::string number_id;
  std::string request;
};

/// Of a request body, by its type.
send_priority priority_of(std::string_view request) noexcept;

/// More than any message of §9 needs.
constexpr std::size_t request_bytes_max = 128 * 1024;
/// As of webhooks: deeper than any message of §9.
constexpr int request_depth_max = 64;

/// A request body that was looked at: what is wrong with it, or what is to be done.
struct checked_post {
  std::vector<whatsapp::violation> violations; ///< every limit that it breaks; then `what` is of no use
  std::variant<message_post, read_post> what;
};

/// Reads the body of `POST /{phone-number-id}/messages` (Cloud API reference §9). `messaging_product` may be missing,
/// and a list may be in its short form. What only the shop can give (`biz_opaque_callback_data`) or cannot follow
/// (groups) is a violation. `repeat_key` as of `message_post`.
checked_post check_post(nlohmann::json request, std::string number_id, std::string repeat_key);

} // namespace wakala::actors
