#include "http/core/form_data.hpp"

#include "http/core/message.hpp"

#include <algorithm>
#include <optional>

namespace wakala::http {

namespace {

constexpr std::size_t parts_max = 32;
constexpr std::size_t boundary_max = 70; // RFC 2046
constexpr std::string_view form_type = "multipart/form-data";
constexpr std::string_view line_end = "\r\n";

std::string lower(std::string_view text) {
  std::string copy{text};
  for (auto& c : copy)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return copy;
}

/// The value of `name=` in a header field, quoted or not.
std::string parameter(std::string_view field, std::string_view name) {
  const auto folded = lower(field);
  for (auto at = folded.find(name); at != std::string::npos; at = folded.find(name, at + 1)) {
    const auto end = at + name.size();
    const bool starts_word = at > 0 && (folded[at - 1] == ' ' || folded[at - 1] == ';');
    if (!starts_word || end >= folded.size() || folded[end] != '=')
      continue;
    auto value = field.substr(end + 1);
    if (value.starts_with('"')) {
      const auto closing = value.find('"', 1);
      return closing == std::string_view::npos ? std::string{} : std::string{value.substr(1, closing - 1)};
    }
    value = value.substr(0, value.find(';'));
    while (value.ends_with(' '))
      value.remove_suffix(1);
    return std::string{value};
  }
  return {};
}

void read_part_header(std::string_view headers, form_part& part) {
  while (!headers.empty()) {
    const auto line = headers.substr(0, headers.find(line_end));
    if (const auto colon = line.find(':'); colon != std::string_view::npos) {
      auto value = line.substr(colon + 1);
      while (value.starts_with(' '))
        value.remove_prefix(1);
      if (iequals(line.substr(0, colon), "Content-Disposition")) {
        part.name = parameter(value, "name");
        part.filename = parameter(value, "filename");
      } else if (iequals(line.substr(0, colon), "Content-Type")) {
        part.content_type = value;
      }
    }
    headers.remove_prefix(std::min(headers.size(), line.size() + line_end.size()));
  }
}

} // namespace

bool is_form_data(std::string_view content_type) { return lower(content_type).starts_with(form_type); }

result<std::vector<form_part>> parse_form_data(std::string_view content_type, std::string_view body) {
  const auto bad = [](const char* what) { return make_error(errc::invalid_argument, what, "body"); };
  const auto boundary = parameter(content_type, "boundary");
  if (!is_form_data(content_type) || boundary.empty() || boundary.size() > boundary_max)
    return bad("expected multipart/form-data with a boundary");
  const auto marker = "--" + boundary;
  if (!body.starts_with(marker))
    return bad("the body does not start with the boundary");
  body.remove_prefix(marker.size());
  std::vector<form_part> parts;
  const auto between = std::string(line_end) + marker;
  while (!body.starts_with("--")) {
    if (!body.starts_with(line_end) || parts.size() == parts_max)
      return bad("malformed multipart body");
    body.remove_prefix(line_end.size());
    const auto headers_end = body.find("\r\n\r\n");
    const auto part_end = headers_end == std::string_view::npos ? headers_end : body.find(between, headers_end + 2);
    if (part_end == std::string_view::npos)
      return bad("truncated multipart body");
    form_part part;
    read_part_header(body.substr(0, headers_end), part);
    const auto data_begin = headers_end + 4;
    if (part_end > data_begin)
      part.data = body.substr(data_begin, part_end - data_begin);
    parts.push_back(std::move(part));
    body.remove_prefix(part_end + between.size());
  }
  return parts;
}

std::string write_form_data(std::string_view boundary, std::span<const form_part> parts) {
  std::size_t size = 0;
  for (const auto& part : parts)
    size += part.data.size() + part.name.size() + part.filename.size() + part.content_type.size() + 256;
  std::string body;
  body.reserve(size);
  for (const auto& part : parts) {
    body.append("--").append(boundary).append("\r\nContent-Disposition: form-data; name=\"").append(part.name);
    if (!part.filename.empty())
      body.append("\"; filename=\"").append(part.filename);
    body.append("\"\r\n");
    if (!part.content_type.empty())
      body.append("Content-Type: ").append(part.content_type).append(line_end);
    body.append(line_end).append(part.data).append(line_end);
  }
  return body.append("--").append(boundary).append("--\r\n");
}

} // namespace wakala::http
