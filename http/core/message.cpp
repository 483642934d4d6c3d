#include "http/core/message.hpp"

#include "runtime/core/encoding.hpp"

#include <algorithm>
#include <array>

namespace wakala::http {
namespace {

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

void append_json_text(std::string& out, std::string_view text) {
  static constexpr std::string_view digits = "0123456789abcdef";
  out += '"';
  for (const char c : to_valid_utf8(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += "\\u00";
      out += digits[byte >> 4U];
      out += digits[byte & 0xfU];
    } else {
      out += c;
    }
  }
  out += '"';
}

std::string decode_component(std::string_view raw) {
  auto decoded = url_decode(raw, true);
  return decoded ? std::move(*decoded) : std::string(raw);
}

} // namespace

bool iequals(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

namespace {

template <class Fields>
std::optional<std::string_view> first_of(const Fields& fields, std::string_view wanted) noexcept {
  for (const auto& [name, value] : fields)
    if (iequals(name, wanted))
      return value;
  return std::nullopt;
}

template <class Fields>
std::vector<std::string_view> all_of(const Fields& fields, std::string_view wanted) {
  std::vector<std::string_view> found;
  for (const auto& [name, value] : fields)
    if (iequals(name, wanted))
      found.emplace_back(value);
  return found;
}

} // namespace

void field_list::reserve(std::size_t fields, std::size_t bytes) {
  ends_.reserve(fields);
  text_.reserve(bytes);
}

void field_list::emplace_back(std::string_view name, std::string_view value) {
  text_ += name;
  const auto name_end = static_cast<std::uint32_t>(text_.size());
  text_ += value;
  ends_.push_back({name_end, static_cast<std::uint32_t>(text_.size())});
}

field_list::field field_list::at(std::size_t index) const noexcept {
  const std::string_view text = text_;
  const std::size_t begin = index == 0 ? 0 : ends_[index - 1].value;
  const auto [name_end, value_end] = ends_[index];
  return {text.substr(begin, name_end - begin), text.substr(name_end, value_end - name_end)};
}

std::optional<std::string_view> find_header(const header_list& headers, std::string_view name) noexcept {
  return first_of(headers, name);
}

std::vector<std::string_view> header_values(const header_list& headers, std::string_view name) {
  return all_of(headers, name);
}

std::optional<std::string_view> find_header(const field_list& headers, std::string_view name) noexcept {
  return first_of(headers, name);
}

std::vector<std::string_view> header_values(const field_list& headers, std::string_view name) {
  return all_of(headers, name);
}

std::size_t request_head::values(std::string_view name, std::span<std::string_view> into) const noexcept {
  std::size_t found = 0;
  for (auto it = headers.begin(); it != headers.end() && found < into.size(); ++it)
    if (const auto field = *it; iequals(field.name, name))
      into[found++] = field.value;
  return found;
}

query_values::query_values(std::string_view raw) {
  while (!raw.empty()) {
    const auto end = std::min(raw.find('&'), raw.size());
    const auto pair = raw.substr(0, end);
    raw.remove_prefix(std::min(end + 1, raw.size()));
    if (pair.empty())
      continue;
    const auto equals = std::min(pair.find('='), pair.size());
    const auto value = pair.substr(std::min(equals + 1, pair.size()));
    pairs_.emplace_back(decode_component(pair.substr(0, equals)), decode_component(value));
  }
}

std::optional<std::string_view> query_values::find(std::string_view key) const noexcept {
  for (const auto& [name, value] : pairs_)
    if (name == key)
      return value;
  return std::nullopt;
}

response response::empty(int status) {
  response out;
  out.status = status;
  return out;
}

response response::text(int status, std::string body) {
  return {status, "text/plain; charset=utf-8", std::move(body), {}};
}

response response::json(int status, std::string body) { return {status, "application/json", std::move(body), {}}; }

response response::problem(int status, std::string_view title, std::string_view detail, std::string_view field) {
  std::string body = R"({"type":"about:blank","title":)";
  append_json_text(body, title);
  body += ",\"status\":" + std::to_string(status);
  const auto add = [&body](std::string_view name, std::string_view value) {
    if (value.empty())
      return;
    body += ",\"";
    body += name;
    body += "\":";
    append_json_text(body, value);
  };
  add("detail", detail);
  add("field", field);
  body += '}';
  return {status, "application/problem+json", std::move(body), {}};
}

response& response::with(std::string name, std::string value) & {
  headers.emplace_back(std::move(name), std::move(value));
  return *this;
}

response response::with(std::string name, std::string value) && {
  headers.emplace_back(std::move(name), std::move(value));
  return std::move(*this);
}

std::string_view reason_phrase(int status) noexcept {
  struct named {
    int status;
    std::string_view phrase;
  };
  static constexpr std::array<named, 42> phrases{{
      {100, "Continue"},
      {101, "Switching Protocols"},
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {206, "Partial Content"},
      {301, "Moved Permanently"},
      {302, "Found"},
      {303, "See Other"},
      {304, "Not Modified"},
      {307, "Temporary Redirect"},
      {308, "Permanent Redirect"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {402, "Payment Required"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {406, "Not Acceptable"},
      {407, "Proxy Authentication Required"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {410, "Gone"},
      {411, "Length Required"},
      {412, "Precondition Failed"},
      {413, "Content Too Large"},
      {414, "URI Too Long"},
      {415, "Unsupported Media Type"},
      {417, "Expectation Failed"},
      {421, "Misdirected Request"},
      {422, "Unprocessable Content"},
      {426, "Upgrade Required"},
      {428, "Precondition Required"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {505, "HTTP Version Not Supported"},
  }};
  const auto at = std::ranges::lower_bound(phrases, status, {}, &named::status);
  if (at != phrases.end() && at->status == status)
    return at->phrase;
  return "Unknown";
}

} // namespace wakala::http
