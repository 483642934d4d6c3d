#include "sandbox/media.hpp"

#include "http/core/form_data.hpp"
#include "whatsapp/media_rules.hpp"

#include <algorithm>
#include <utility>

namespace wakala::sandbox {

namespace {

constexpr time_ms media_age_max = 30 * ms_per_day;

} // namespace

result<std::vector<form_part>> parse_form(std::string_view content_type, std::string_view body) {
  const auto read = http::parse_form_data(content_type, body);
  if (!read)
    return read.error();
  std::vector<form_part> parts;
  for (const auto& part : *read)
    parts.push_back({part.name, part.filename, part.content_type, std::string{part.data}});
  return parts;
}

std::optional<std::size_t> media_limit(std::string_view mime_type) {
  const auto* const rule = whatsapp::find_media_rule(whatsapp::normal_mime_type(mime_type));
  return rule != nullptr ? std::optional(rule->bytes_max) : std::nullopt;
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
