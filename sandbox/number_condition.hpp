/// \file
/// What Meta holds of a business number: its quality, pace, standing and registration (Cloud API reference §11, §18).
#pragma once

#include "runtime/core/error.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wakala::sandbox {

struct number_condition {
  std::string quality_rating = "GREEN"; ///< `GREEN`, `YELLOW`, `RED`, `UNKNOWN`
  std::string throughput;               ///< `STANDARD` or `HIGH`; empty: shown as `STANDARD`, not enforced
  std::string status = "CONNECTED";     ///< `CONNECTED`, `PENDING`, `DISCONNECTED`, `FLAGGED`, …
  std::string name_status = "APPROVED"; ///< of the display name
  std::string code_verification_status = "VERIFIED";
  std::string pin;            ///< six digits; empty: none was set, and the next `register` sets it
  bool registered = true;     ///< for the API
  bool coexistence = false;   ///< shared with the phone app: 20 messages a second
  bool token_expired = false; ///< every call is refused with 190
  bool spam_limited = false;  ///< every message ends as `failed` 131048
  bool unpaid = false;        ///< templates end as `failed` 131042

  bool operator==(const number_condition&) const = default;
};

/// Sets what `key` names. Nothing when that went well; `invalid_argument` naming the key when it is unknown or the
/// value is none of those allowed.
std::optional<error> set_condition(number_condition& condition, std::string_view key,
                                   const nlohmann::ordered_json& value);
/// Does `set_condition` know it?
bool is_condition_key(std::string_view key) noexcept;

/// Messages a second that Meta takes; 0: not enforced.
std::int64_t rate_of(const number_condition& condition) noexcept;

/// May messages go out under this name? Only when it was approved or needs no review.
bool name_is_approved(const number_condition& condition) noexcept;

/// As `GET /_sandbox/state` shows it, without the PIN.
nlohmann::ordered_json to_json(const number_condition& condition);

} // namespace wakala::sandbox
