#include "http/core/url.hpp"

#include "http/core/message.hpp"

#include <algorithm>
#include <charconv>

namespace wakala::http {
namespace {

error bad(std::string what) { return make_error(errc::invalid_argument, std::move(what), "url"); }

bool is_host_character(char c, bool ipv6) noexcept {
  const bool digit = c >= '0' && c <= '9';
  if (ipv6)
    return digit || (c >= 'a' && c <= 'f') || c == ':' || c == '.';
  return digit || (c >= 'a' && c <= 'z') || c == '.' || c == '-' || c == '_';
}

std::string bracketed(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

} // namespace

std::string url::authority() const {
  const bool own_port = port == (https ? 443 : 80);
  return own_port ? bracketed(host) : host_and_port();
}

std::string url::host_and_port() const { return bracketed(host) + ":" + std::to_string(port); }

result<url> parse_url(std::string_view text) {
  if (std::ranges::any_of(text, [](unsigned char c) { return c <= 0x20 || c == 0x7f; }))
    return bad("a URL holds no blanks and no control characters");
  url out;
  const auto colon = text.find("://");
  if (colon == std::string_view::npos)
    return bad("a URL starts with http:// or https://");
  const auto scheme = text.substr(0, colon);
  if (iequals(scheme, "https"))
    out.https = true;
  else if (!iequals(scheme, "http"))
    return bad("a URL starts with http:// or https://");
  out.port = out.https ? 443 : 80;
  text.remove_prefix(colon + 3);

  text = text.substr(0, text.find('#'));
  const auto path = std::min(text.find_first_of("/?"), text.size());
  auto authority = text.substr(0, path);
  if (path < text.size())
    out.target = (text[path] == '?' ? "/" : "") + std::string(text.substr(path));

  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    out.user_info = authority.substr(0, at);
    authority.remove_prefix(at + 1);
  }
  const bool ipv6 = authority.starts_with('[');
  std::string_view port;
  bool has_port = false;
  if (ipv6) {
    const auto close = authority.find(']');
    if (close == std::string_view::npos)
      return bad("the IPv6 address in a URL lacks its closing bracket");
    out.host = authority.substr(1, close - 1);
    const auto rest = authority.substr(close + 1);
    if (!rest.empty() && rest.front() != ':')
      return bad("only a port may follow the host of a URL");
    has_port = !rest.empty();
    port = has_port ? rest.substr(1) : rest;
  } else {
    const auto mark = authority.find(':');
    out.host = authority.substr(0, mark);
    has_port = mark != std::string_view::npos;
    port = has_port ? authority.substr(mark + 1) : std::string_view{};
  }
  std::ranges::transform(out.host, out.host.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (out.host.empty() || out.host.size() > 255 ||
      !std::ranges::all_of(out.host, [ipv6](char c) { return is_host_character(c, ipv6); }))
    return bad("the host of a URL is missing or malformed");
  if (has_port && !port.empty()) {
    const auto [end, failure] = std::from_chars(port.data(), port.data() + port.size(), out.port);
    if (failure != std::errc{} || end != port.data() + port.size() || out.port == 0)
      return bad("the port of a URL is a number from 1 to 65535");
  }
  return out;
}

} // namespace wakala::http
