/// \file
/// The payers' phones: the M-Pesa prompts that wait for a PIN. Plain HTML, no script. Internal to the Daraja
/// stand-in.
#pragma once

#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <string_view>

namespace wakala::sandbox {

/// The PIN of every payer.
constexpr std::string_view right_pin = "1234";

/// The open ones of `prompts`; of one phone, or of all when it is empty.
std::string daraja_phone_page(const std::map<std::string, nlohmann::ordered_json>& prompts, std::string_view phone);

} // namespace wakala::sandbox
