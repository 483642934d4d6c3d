/// \file
/// Webhooks about what shoppers change of themselves (Cloud API reference §5, §7.4, §8).
#pragma once

#include "sandbox/webhook_body.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace wakala::sandbox {

/// Of field `user_preferences`; `choice` is `stop` or `resume`.
nlohmann::ordered_json preference_change(const business_number& number, const shopper& who, std::string_view choice,
                                         time_ms at);
/// Of field `messages`: a `system` message `user_changed_number`. `who` has the old number still.
nlohmann::ordered_json number_change(const business_number& number, const shopper& who, const std::string& new_phone,
                                     const std::string& wamid, time_ms at);
/// Of field `messages`: a `system` message `user_changed_user_id`. `who` has the old id still.
nlohmann::ordered_json user_id_message(const business_number& number, const shopper& who,
                                       const std::string& new_user_id, const std::string& wamid, time_ms at);
/// Of field `user_id_update`. `who` has the old id still.
nlohmann::ordered_json user_id_change(const business_number& number, const shopper& who,
                                      const std::string& new_user_id, time_ms at);

} // namespace wakala::sandbox
