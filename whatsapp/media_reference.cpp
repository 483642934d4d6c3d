#include "whatsapp/media_reference.hpp"

#include "runtime/core/encoding.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace wakala::whatsapp {

namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 5> types_with_files{"image", "video", "audio", "document", "sticker"};
constexpr std::size_t digest_bytes = 32;

std::string text_of(const json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::string{};
}

bool flag_of(const json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_boolean() && at->get<bool>();
}

/// Current payloads have base64, older ones hexadecimal.
std::string digest_of(const std::string& text) {
  auto raw = text.size() == 2 * digest_bytes ? from_hex(text) : from_base64(text);
  return raw && raw->size() == digest_bytes ? to_hex(as_span(*raw)) : std::string{};
}

} // namespace

std::optional<media_reference> media_of(const event& update) {
  const auto type = update.type.value_or("");
  if (std::find(types_with_files.begin(), types_with_files.end(), type) == types_with_files.end())
    return std::nullopt;
  const auto message = json::parse(update.raw.text(), nullptr, false);
  const auto part = message.is_object() ? message.find(type) : message.end();
  if (part == message.end() || !part->is_object())
    return std::nullopt;
  media_reference found{text_of(*part, "id"),       text_of(*part, "mime_type"), digest_of(text_of(*part, "sha256")),
                        text_of(*part, "filename"), flag_of(*part, "voice"),     flag_of(*part, "animated")};
  if (found.id.empty())
    return std::nullopt;
  return found;
}

} // namespace wakala::whatsapp
