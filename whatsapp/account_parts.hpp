/// \file
/// What the readers of webhooks and of answers about an account share. Internal to this folder.
#pragma once

#include "whatsapp/account.hpp"

namespace wakala::whatsapp {

/// A number of shoppers, or a word such as `TIER_2K`: both are documented (Cloud API reference §20).
std::optional<std::int64_t> messaging_limit_from(const nlohmann::json& value);
bool learn_messaging_limit(account_facts& account, std::optional<std::int64_t> limit, time_ms when);
/// Id of the number that is shown so; empty when the tenant has none.
std::string number_of(const std::string& display, const std::vector<known_number>& numbers);

/// A member of whole seconds, in milliseconds; 0 when it is none.
time_ms seconds_member(const nlohmann::json& object, const char* key);

} // namespace wakala::whatsapp
