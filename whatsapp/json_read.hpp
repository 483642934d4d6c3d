/// \file
/// Reading JSON that may be anything: every type is checked, nothing throws. Internal to this folder.
#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace wakala::whatsapp {

/// The member, or nullptr when `object` is no object, lacks it, or holds null there.
const nlohmann::json* member(const nlohmann::json& object, const char* key) noexcept;
const nlohmann::json* object_member(const nlohmann::json& object, const char* key) noexcept;
const nlohmann::json* array_member(const nlohmann::json& object, const char* key) noexcept;

/// Text, or a number in its digits; nothing for any other type.
std::optional<std::string> as_text(const nlohmann::json& value);
std::optional<std::string> text_member(const nlohmann::json& object, const char* key);
/// As `text_member`, but empty text counts as absent: an empty id names nobody.
std::optional<std::string> id_member(const nlohmann::json& object, const char* key);
/// As `text_member`, empty when absent.
std::string text_or_empty(const nlohmann::json& object, const char* key);

/// One line, keys sorted, so that equal objects have equal text.
std::string compact(const nlohmann::json& value);

} // namespace wakala::whatsapp
