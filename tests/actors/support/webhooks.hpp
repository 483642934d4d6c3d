/// \file
/// Webhook bodies as Meta sends them.
#pragma once

#include "runtime/core/clock.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace wakala::actors::test {

/// A shopper as a webhook names one; either may be empty.
struct shopper {
  std::string phone;
  std::string user_id;
  std::string name = "Amina";
};

inline shopper with_phone(std::string phone) { return {std::move(phone), {}, "Amina"}; }

/// One change with messages or statuses, for a business number.
struct change {
  std::string phone_number_id;
  nlohmann::json contacts = nlohmann::json::array();
  nlohmann::json messages = nlohmann::json::array();
  nlohmann::json statuses = nlohmann::json::array();
};

nlohmann::json text_message(const shopper& who, const std::string& id, const std::string& text, time_ms at);
nlohmann::json status(const std::string& message_id, const std::string& what, const std::string& recipient,
                      const std::string& callback, time_ms at);

nlohmann::json webhook(const std::vector<change>& changes);
/// One text message of one shopper.
nlohmann::json text_webhook(const std::string& phone_number_id, const shopper& who, const std::string& id,
                            const std::string& text, time_ms at);
nlohmann::json status_webhook(const std::string& phone_number_id, const std::string& message_id,
                              const std::string& what, const std::string& recipient, const std::string& callback,
                              time_ms at);

} // namespace wakala::actors::test
