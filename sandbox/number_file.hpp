/// \file
/// What a business keeps at Meta under one of its numbers, apart from its condition: registration attempts, profile,
/// blocked users, an own callback (Cloud API reference §3.6, §18).
#pragma once

#include "sandbox/accounts.hpp"
#include "sandbox/recent_times.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace wakala::sandbox {

struct blocked_user {
  std::string wa_id; ///< digits; empty when they are known by their id alone
  std::string user_id;
};

struct number_file {
  recent_times registrations; ///< `register` and `deregister`
  recent_times wrong_pins;
  time_ms last_wrong_pin = 0;
  recent_times codes_asked;
  std::string verification_code; ///< that `verify_code` waits for; empty: none
  nlohmann::ordered_json profile = nlohmann::ordered_json::object();
  std::vector<blocked_user> blocked;
  callback_override callback;

  bool blocks(const std::string& wa_id, const std::string& user_id) const;
};

} // namespace wakala::sandbox
