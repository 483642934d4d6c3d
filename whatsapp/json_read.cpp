#include "whatsapp/json_read.hpp"

namespace wakala::whatsapp {

using nlohmann::json;

const json* member(const json& object, const char* key) noexcept {
  if (!object.is_object())
    return nullptr;
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

const json* object_member(const json& object, const char* key) noexcept {
  const json* found = member(object, key);
  return found != nullptr && found->is_object() ? found : nullptr;
}

const json* array_member(const json& object, const char* key) noexcept {
  const json* found = member(object, key);
  return found != nullptr && found->is_array() ? found : nullptr;
}

std::optional<std::string> as_text(const json& value) {
  if (const auto* text = value.get_ptr<const std::string*>())
    return *text;
  if (value.is_number())
    return value.dump();
  return std::nullopt;
}

std::optional<std::string> text_member(const json& object, const char* key) {
  const json* found = member(object, key);
  return found == nullptr ? std::nullopt : as_text(*found);
}

std::optional<std::string> id_member(const json& object, const char* key) {
  auto text = text_member(object, key);
  if (text && text->empty())
    text.reset();
  return text;
}

std::string text_or_empty(const json& object, const char* key) { return text_member(object, key).value_or(""); }

std::string compact(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

} // namespace wakala::whatsapp
