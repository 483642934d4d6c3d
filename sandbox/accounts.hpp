/// \file
/// WhatsApp business accounts as Meta judges them (Cloud API reference §7.2, §11, §18). The sandbox gives every
/// account a portfolio of its own.
#pragma once

#include "runtime/core/clock.hpp"
#include "sandbox/recent_times.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace wakala::sandbox {

/// Something the account may not do for a while.
struct restriction {
  std::string type; ///< for example `RESTRICTED_BIZ_INITIATED_MESSAGING`
  time_ms until = 0;
};

/// Where webhooks go instead (Cloud API reference §3.6); an empty `uri`: nowhere else.
struct callback_override {
  std::string uri;
  std::string verify_token;
};

struct account {
  std::string id; ///< WABA id
  std::string name;
  std::string review = "APPROVED";       ///< `account_review_status`
  std::string verification = "verified"; ///< `business_verification_status`
  std::string messaging_limit = "TIER_UNLIMITED";
  std::string ban;        ///< `SCHEDULE_FOR_DISABLE` or `DISABLE`; empty: none
  bool gone = false;      ///< deleted or offboarded
  bool subscribed = true; ///< the app gets its webhooks
  callback_override callback;
  std::vector<restriction> restrictions;
  recent_times calls;                               ///< about it, its numbers and templates
  std::unordered_map<std::string, time_ms> reached; ///< shopper → last template to them outside a window
};

/// The number of unique users that a tier allows in 24 h, -1 without limit; nothing for an unknown tier.
std::optional<std::int64_t> users_of_tier(std::string_view tier) noexcept;

/// Is this restriction in force?
bool is_restricted(const account& whose, std::string_view type, time_ms now);

/// Counts a message to a shopper outside their window; false, and not counted, when it is one unique user in rolling
/// 24 h more than the tier allows.
bool count_reached(account& whose, const std::string& shopper, time_ms now);

/// `can_send_message` with its causes, as `health_status` tells.
nlohmann::ordered_json health_of(const account& whose, time_ms now);

/// As `GET /_sandbox/state` shows it.
nlohmann::ordered_json to_json(const account& whose);

/// Not thread-safe. References stay good while the book is not moved.
class account_book {
public:
  account* find(std::string_view id);
  const account* find(std::string_view id) const;
  /// Adds it when it is new.
  account& of(const std::string& id, const std::string& name);
  const std::deque<account>& all() const noexcept { return accounts_; }

private:
  std::deque<account> accounts_;
};

} // namespace wakala::sandbox
