/// \file
/// Bytes as text, and text as bytes.
#pragma once

#include "runtime/core/ids.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wakala {

/// Raw bytes held in a string, as keys, sealed values and wire bodies are throughout.
using bytes = std::string;

inline std::span<const std::uint8_t> as_span(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Lower-case hexadecimal.
std::string to_hex(std::span<const std::uint8_t> raw);
/// Accepts both cases; nothing when the length is odd or a digit is not hexadecimal.
std::optional<bytes> from_hex(std::string_view text);

/// Standard alphabet, padded.
std::string to_base64(std::span<const std::uint8_t> raw);
/// Standard alphabet, padding optional; nothing on any other character.
std::optional<bytes> from_base64(std::string_view text);

std::string to_string(const conversation_id& id); ///< 32 hex digits
std::optional<conversation_id> parse_conversation_id(std::string_view text);

/// Big-endian, so that byte order is number order in keys.
void append_u32(bytes& out, std::uint32_t value);
void append_u64(bytes& out, std::uint64_t value);
std::uint32_t read_u32(std::string_view at); ///< precondition: at least 4 bytes
std::uint64_t read_u64(std::string_view at); ///< precondition: at least 8 bytes

/// True when the text is well-formed UTF-8 (no surrogates, no overlong forms).
bool is_utf8(std::string_view text) noexcept;
/// Replaces every malformed sequence by U+FFFD.
std::string to_valid_utf8(std::string_view text);
/// Appends the text as a JSON string, in quotes. Malformed UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);
/// Number of Unicode code points of valid UTF-8.
std::size_t code_points(std::string_view text) noexcept;

/// Percent-decoding of a URL component; `plus_is_space` for query strings. Nothing on a malformed escape.
std::optional<std::string> url_decode(std::string_view text, bool plus_is_space = false);
std::string url_encode(std::string_view text);

} // namespace wakala
