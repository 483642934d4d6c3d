/// \file
/// Values out of providers' JSON, which write numbers as text and text as numbers. Internal to this folder.
#pragma once

#include "runtime/core/result.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wakala::payments {

/// The object that the text is; nothing when it is not JSON, or no object.
std::optional<nlohmann::json> parse_object(std::string_view text);

/// The member, or null when there is none or `from` is no object.
const nlohmann::json* member(const nlohmann::json& from, const char* name);
/// A text as it is, a number as its digits; empty for anything else. A number with a fraction that ends in zeros has
/// at least two digits there (`1250.00`), so that it reads as money does.
std::string plain_text(const nlohmann::json* value);
std::string text_of(const nlohmann::json& from, const char* name);
/// A whole number, also when it was written as text.
std::optional<std::int64_t> number_of(const nlohmann::json& from, const char* name);
bool flag_of(const nlohmann::json& from, const char* name);

/// `invalid_argument` about a member.
error bad_member(std::string field, std::string what);

} // namespace wakala::payments
