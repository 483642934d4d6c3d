/// \file
/// Which files WhatsApp takes and brings, and whether bytes are what they are said to be (Cloud API reference §17).
/// Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wakala::whatsapp {

enum class media_kind : std::uint8_t { audio, document, image, sticker, video };

/// One MIME type.
struct media_rule {
  std::string_view mime_type; ///< lower case, without parameters
  media_kind kind;
  std::size_t bytes_max;          ///< of a file that is sent
  std::string_view file_ending;   ///< for a name when nobody gave one, for example `jpg`
  std::size_t still_bytes_max{0}; ///< of a sticker that does not move; 0: no difference
};

/// What a shopper may send, whatever its type. Meta says 100 MB; in its larger reading, so that no file is lost to
/// it.
constexpr std::size_t inbound_bytes_max = std::size_t{100} * 1024 * 1024;

/// Lower case, without parameters and blanks around it; `image/jpg` and `video/3gp` become their registered names.
/// `Audio/OGG; codecs=opus` is `audio/ogg`.
std::string normal_mime_type(std::string_view content_type);

/// Null for a type that WhatsApp does not take. `mime_type`: normal.
const media_rule* find_media_rule(std::string_view mime_type) noexcept;

/// How large a file of this type with these bytes may be when it is sent: stickers differ by whether they move.
std::size_t outbound_bytes_max(const media_rule& rule, std::string_view content) noexcept;

/// Whether the bytes begin as a file of that type does. `text/plain` is everything without control characters that no
/// text has. False for an unknown type.
bool looks_like(std::string_view mime_type, std::string_view content) noexcept;

} // namespace wakala::whatsapp
