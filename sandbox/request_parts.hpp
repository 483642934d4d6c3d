/// \file
/// What many calls read of a JSON body.
#pragma once

#include "runtime/core/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace wakala::sandbox {

/// The text under `key`; `fallback` when there is none, or it is no text, or `object` is no object.
std::string text_or(const nlohmann::ordered_json& object, const char* key, std::string_view fallback = {});
/// Is it there and `true`?
bool flag(const nlohmann::ordered_json& object, const char* key);
/// `+254 712-345678` as `254712345678`.
std::string digits_of(std::string_view text);
/// 5 to 15 digits.
bool is_phone(std::string_view text);
/// Six digits.
bool is_pin(std::string_view text);
/// `<country>.<letters or digits>`, also `<country>.ENT.<…>`.
bool is_user_id(std::string_view text);
/// Compact JSON; what is no UTF-8 is replaced.
std::string dump(const nlohmann::ordered_json& value);
/// `invalid_argument` naming `key`.
error bad_key(std::string_view key, std::string what);

} // namespace wakala::sandbox
