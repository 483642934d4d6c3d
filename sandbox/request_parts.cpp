#include "sandbox/request_parts.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace wakala::sandbox {

using json = nlohmann::ordered_json;

std::string text_or(const json& object, const char* key, std::string_view fallback) {
  const auto at = object.is_object() ? object.find(key) : object.end();
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::string{fallback};
}

bool flag(const json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_boolean() && at->get<bool>();
}

std::string digits_of(std::string_view text) {
  std::string digits;
  for (const char c : text)
    if (c >= '0' && c <= '9')
      digits += c;
  return digits;
}

bool is_phone(std::string_view text) {
  return text.size() >= 5 && text.size() <= 15 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_pin(std::string_view text) {
  return text.size() == 6 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_user_id(std::string_view text) {
  const auto alnum = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.';
  };
  return text.size() >= 4 && text.size() <= 140 && text[2] == '.' && std::ranges::all_of(text, alnum);
}

std::string dump(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

error bad_key(std::string_view key, std::string what) {
  return make_error(errc::invalid_argument, std::move(what), std::string{key});
}

} // namespace wakala::sandbox
