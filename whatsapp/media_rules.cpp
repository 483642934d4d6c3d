#include "whatsapp/media_rules.hpp"

#include <algorithm>
#include <array>

namespace wakala::whatsapp {

namespace {

using namespace std::string_view_literals;
using kind = media_kind;

constexpr std::size_t mb = 1'000'000;

constexpr std::array rules{
    media_rule{"audio/aac", kind::audio, 16 * mb, "aac"},
    media_rule{"audio/amr", kind::audio, 16 * mb, "amr"},
    media_rule{"audio/mpeg", kind::audio, 16 * mb, "mp3"},
    media_rule{"audio/mp4", kind::audio, 16 * mb, "m4a"},
    media_rule{"audio/ogg", kind::audio, 16 * mb, "ogg"},
    media_rule{"text/plain", kind::document, 100 * mb, "txt"},
    media_rule{"application/pdf", kind::document, 100 * mb, "pdf"},
    media_rule{"application/msword", kind::document, 100 * mb, "doc"},
    media_rule{"application/vnd.ms-excel", kind::document, 100 * mb, "xls"},
    media_rule{"application/vnd.ms-powerpoint", kind::document, 100 * mb, "ppt"},
    media_rule{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", kind::document, 100 * mb,
               "docx"},
    media_rule{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", kind::document, 100 * mb, "xlsx"},
    media_rule{"application/vnd.openxmlformats-officedocument.presentationml.presentation", kind::document, 100 * mb,
               "pptx"},
    media_rule{"image/jpeg", kind::image, 5 * mb, "jpg"},
    media_rule{"image/png", kind::image, 5 * mb, "png"},
    media_rule{"image/webp", kind::sticker, 500'000, "webp", 100'000},
    media_rule{"video/mp4", kind::video, 16 * mb, "mp4"},
    media_rule{"video/3gpp", kind::video, 16 * mb, "3gp"},
};

/// The container of MP4, 3GPP and M4A: a first box called `ftyp`.
bool is_iso_media(std::string_view content) noexcept { return content.substr(0, 8).ends_with("ftyp"sv); }

unsigned byte_at(std::string_view content, std::size_t at) noexcept {
  return at < content.size() ? static_cast<unsigned char>(content[at]) : 0U;
}

/// A frame of MPEG audio: eleven bits set, then a version and a layer. Layer 0 is AAC's.
bool is_mpeg_frame(std::string_view content, bool layer_0) noexcept {
  const auto second = byte_at(content, 1);
  const bool is_frame = byte_at(content, 0) == 0xFFU && (second & 0xE0U) == 0xE0U;
  return is_frame && (layer_0 ? (second & 0xF6U) == 0xF0U : (second & 0x06U) != 0 && (second & 0x18U) != 0x08U);
}

bool is_webp(std::string_view content) noexcept {
  return content.starts_with("RIFF"sv) && content.substr(0, 12).ends_with("WEBP"sv);
}

/// The extended header's flag for animation.
bool is_moving_webp(std::string_view content) noexcept {
  return is_webp(content) && content.substr(0, 16).ends_with("VP8X"sv) && (byte_at(content, 20) & 0x02U) != 0;
}

bool is_text(std::string_view content) noexcept {
  if (content.starts_with("\xFF\xFE"sv) || content.starts_with("\xFE\xFF"sv)) // UTF-16 is full of zeros
    return true;
  return std::none_of(content.begin(), content.end(), [](char c) {
    return c >= 0 && c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != '\x1B';
  });
}

constexpr std::size_t pdf_mark_within = 1024; // readers look for it so far
constexpr std::size_t text_looked_at = 64 * 1024;

} // namespace

std::string normal_mime_type(std::string_view content_type) {
  auto bare = content_type.substr(0, content_type.find(';'));
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!bare.empty() && is_blank(bare.front()))
    bare.remove_prefix(1);
  while (!bare.empty() && is_blank(bare.back()))
    bare.remove_suffix(1);
  std::string normal(bare);
  for (auto& c : normal)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  if (normal == "image/jpg")
    return "image/jpeg";
  return normal == "video/3gp" ? "video/3gpp" : normal;
}

const media_rule* find_media_rule(std::string_view mime_type) noexcept {
  const auto* const found =
      std::find_if(rules.begin(), rules.end(), [&](const media_rule& r) { return r.mime_type == mime_type; });
  return found == rules.end() ? nullptr : found;
}

std::size_t outbound_bytes_max(const media_rule& rule, std::string_view content) noexcept {
  return rule.still_bytes_max != 0 && !is_moving_webp(content) ? rule.still_bytes_max : rule.bytes_max;
}

bool looks_like(std::string_view mime_type, std::string_view content) noexcept {
  if (mime_type == "image/jpeg")
    return content.starts_with("\xFF\xD8\xFF"sv);
  if (mime_type == "image/png")
    return content.starts_with("\x89PNG\r\n\x1A\n"sv);
  if (mime_type == "image/webp")
    return is_webp(content);
  if (mime_type == "application/pdf")
    return content.substr(0, pdf_mark_within).find("%PDF-"sv) != std::string_view::npos;
  if (mime_type == "video/mp4" || mime_type == "video/3gpp" || mime_type == "audio/mp4")
    return is_iso_media(content);
  if (mime_type == "audio/ogg")
    return content.starts_with("OggS"sv);
  if (mime_type == "audio/mpeg")
    return content.starts_with("ID3"sv) || is_mpeg_frame(content, false);
  if (mime_type == "audio/aac") // phones also name so what lies in a box
    return content.starts_with("ID3"sv) || content.starts_with("ADIF"sv) || is_mpeg_frame(content, true) ||
           is_iso_media(content);
  if (mime_type == "audio/amr")
    return content.starts_with("#!AMR"sv);
  if (mime_type == "text/plain")
    return is_text(content.substr(0, text_looked_at));
  if (mime_type.starts_with("application/vnd.openxmlformats-"))
    return content.starts_with("PK\x03\x04"sv);
  if (find_media_rule(mime_type) != nullptr) // the older formats of Office are one container
    return content.starts_with("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv);
  return false;
}

} // namespace wakala::whatsapp
