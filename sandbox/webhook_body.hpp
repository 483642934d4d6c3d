/// \file
/// Webhook bodies as Meta writes them (Cloud API reference §4–6).
#pragma once

#include "runtime/core/clock.hpp"
#include "sandbox/numbers.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace wakala::sandbox {

/// A person with a phone. Either `phone` or `user_id` may be empty, not both.
struct shopper {
  std::string phone;       ///< digits
  std::string user_id;     ///< business-scoped user id, for example `KE.13491208655302741918`
  std::string username;    ///< without `@`, may be empty
  std::string name;        ///< profile name, may be empty
  bool hide_phone = false; ///< webhooks show only the user id (Cloud API reference §8)

  /// What the page and the record call them: the number, else the user id.
  const std::string& key() const noexcept { return phone.empty() ? user_id : phone; }
  bool shows_phone() const noexcept { return !phone.empty() && !(hide_phone && !user_id.empty()); }
};

/// As page and record show a shopper.
nlohmann::ordered_json to_json(const shopper& who);

/// What a status webhook tells about a message.
struct status_facts {
  std::string wamid;
  std::string status; ///< `sent`, `delivered`, `read`, `played` or `failed`
  time_ms at = 0;
  std::string callback_data;   ///< echoed when not empty
  std::string conversation_id; ///< for `sent` and `delivered`
  std::string category;        ///< `service`, `utility`, …
  int error_code = 0;          ///< for `failed`
};

/// `messaging_product` and `metadata`: what every value about a number's messages begins with.
nlohmann::ordered_json value_of(const business_number& number);

/// A change of field `messages` holding one message. `message` is everything but sender, id and timestamp.
nlohmann::ordered_json message_change(const business_number& number, const shopper& from, const std::string& wamid,
                                      time_ms at, const nlohmann::ordered_json& message);

/// A change of field `messages` holding one status.
nlohmann::ordered_json status_change(const business_number& number, const shopper& to, const status_facts& facts);

/// One change and the account it belongs to.
struct addressed_change {
  std::string waba_id;
  std::string change;      ///< compact JSON
  std::int64_t time_s = 0; ///< of the entry; 0: it has none
};

/// One POST body for these changes, an entry for each run of the same account and time.
std::string post_body(const std::vector<addressed_change>& changes);

/// Compact JSON as Meta escapes it: all but ASCII as \uXXXX, slashes as `\/`.
std::string meta_dump(const nlohmann::ordered_json& value);

} // namespace wakala::sandbox
