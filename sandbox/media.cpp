#include "sandbox/media.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace wakala::sandbox {

namespace {

constexpr time_ms media_age_max = 30 * ms_per_day;

std::string lower(std::string_view text) {
  std::string copy{text};
  std::ranges::transform(copy, copy.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return copy;
}

/// The value of `name=` in a header, quoted or not.
std::string parameter(std::string_view header, std::string_view name) {
  const auto folded = lower(header);
  std::size_t at = 0;
  while ((at = folded.find(name, at)) != std::string::npos) {
    const auto end = at + name.size();
    const auto starts_word = at > 0 && (folded[at - 1] == ' ' || folded[at - 1] == ';');
    if (starts_word && end < folded.size() && folded[end] == '=') {
      const auto rest = header.substr(end + 1);
      if (!rest.empty() && rest.front() == '"')
        return std::string{rest.substr(1, rest.find('"', 1) == std::string_view::npos ? 0 : rest.find('"', 1) - 1)};
      auto value = rest.substr(0, rest.find(';'));
      while (!value.empty() && value.back() == ' ')
        value.remove_suffix(1);
      return std::string{value};
    }
    at = end;
  }
  return {};
}

constexpr std::size_t mb = 1'000'000;

constexpr std::array<std::pair<std::string_view, std::size_t>, 19> limits{{
    {"audio/aac", 16 * mb},
    {"audio/amr", 16 * mb},
    {"audio/mpeg", 16 * mb},
    {"audio/mp4", 16 * mb},
    {"audio/ogg", 16 * mb},
    {"text/plain", 100 * mb},
    {"application/pdf", 100 * mb},
    {"application/msword", 100 * mb},
    {"application/vnd.ms-excel", 100 * mb},
    {"application/vnd.ms-powerpoint", 100 * mb},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", 100 * mb},
    {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", 100 * mb},
    {"application/vnd.openxmlformats-officedocument.presentationml.presentation", 100 * mb},
    {"image/jpeg", 5 * mb},
    {"image/png", 5 * mb},
    {"image/webp", 500'000}, // a sticker; whether it is animated is not looked at
    {"video/mp4", 16 * mb},
    {"video/3gp", 16 * mb},
    {"video/3gpp", 16 * mb},
}};

} // namespace

result<std::vector<form_part>> parse_form(std::string_view content_type, std::string_view body) {
  const auto bad = [](const char* what) { return make_error(errc::invalid_argument, what, "body"); };
  const auto boundary = parameter(content_type, "boundary");
  if (!lower(content_type).starts_with("multipart/form-data") || boundary.empty() || boundary.size() > 70)
    return bad("expected multipart/form-data with a boundary");
  const auto marker = "--" + boundary;
  if (!body.starts_with(marker))
    return bad("the body does not start with the boundary");
  body.remove_prefix(marker.size());
  std::vector<form_part> parts;
  const auto between = "\r\n" + marker;
  while (!body.starts_with("--")) {
    if (!body.starts_with("\r\n") || parts.size() == 32)
      return bad("malformed multipart body");
    body.remove_prefix(2);
    const auto headers_end = body.find("\r\n\r\n");
    const auto part_end = headers_end == std::string_view::npos ? headers_end : body.find(between, headers_end + 2);
    if (part_end == std::string_view::npos)
      return bad("truncated multipart body");
    form_part part;
    auto headers = body.substr(0, headers_end);
    while (!headers.empty()) {
      const auto line = headers.substr(0, headers.find("\r\n"));
      const auto colon = line.find(':');
      if (colon != std::string_view::npos) {
        const auto name = lower(line.substr(0, colon));
        auto value = line.substr(colon + 1);
        while (value.starts_with(' '))
          value.remove_prefix(1);
        if (name == "content-disposition") {
          part.name = parameter(value, "name");
          part.filename = parameter(value, "filename");
        } else if (name == "content-type") {
          part.content_type = value;
        }
      }
      headers.remove_prefix(std::min(headers.size(), line.size() + 2));
    }
    const auto data_begin = headers_end + 4;
    if (part_end > data_begin)
      part.data = body.substr(data_begin, part_end - data_begin);
    parts.push_back(std::move(part));
    body.remove_prefix(part_end + between.size());
  }
  return parts;
}

std::optional<std::size_t> media_limit(std::string_view mime_type) noexcept {
  const auto bare = mime_type.substr(0, mime_type.find(';'));
  for (const auto& [type, bytes] : limits)
    if (type == bare)
      return bytes;
  return std::nullopt;
}

void media_store::put(medium file) {
  const auto id = file.id;
  bytes_ += file.data.size();
  files_[id] = std::move(file);
  while (bytes_ > bytes_max_ && files_.size() > 1) {
    const auto oldest = std::ranges::min_element(files_, {}, [&](const auto& entry) {
      return std::pair{entry.first == id, entry.second.uploaded};
    });
    bytes_ -= oldest->second.data.size();
    files_.erase(oldest);
  }
}

const medium* media_store::find(const std::string& id, time_ms now) const {
  const auto at = files_.find(id);
  return at == files_.end() || now - at->second.uploaded > media_age_max ? nullptr : &at->second;
}

bool media_store::erase(const std::string& id) {
  const auto at = files_.find(id);
  if (at == files_.end())
    return false;
  bytes_ -= at->second.data.size();
  files_.erase(at);
  return true;
}

} // namespace wakala::sandbox
