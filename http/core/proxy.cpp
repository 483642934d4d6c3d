#include "http/core/proxy.hpp"

#include "runtime/core/encoding.hpp"

#include <algorithm>
#include <cstdlib>

namespace wakala::http {
namespace {

std::string variable(const char* name, const char* other = nullptr) {
  for (const auto* each : {name, other})
    if (const auto* value = each ? std::getenv(each) : nullptr;
        value && *value) // NOLINT(concurrency-mt-unsafe): at start
      return value;
  return {};
}

bool is_loopback(const std::string& host) {
  const auto numeric = std::ranges::all_of(host, [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
  return host == "localhost" || host.ends_with(".localhost") || host == "::1" ||
         (numeric && host.starts_with("127."));
}

bool excludes(std::string_view rule, const url& target) {
  while (!rule.empty() && rule.front() == ' ')
    rule.remove_prefix(1);
  while (!rule.empty() && rule.back() == ' ')
    rule.remove_suffix(1);
  if (rule.empty())
    return false;
  if (rule == "*" || iequals(rule, target.host) || iequals(rule, target.host_and_port()))
    return true;
  if (rule.starts_with("*."))
    rule.remove_prefix(1);
  while (rule.starts_with('.'))
    rule.remove_prefix(1);
  const std::string_view host = target.host;
  if (host.size() < rule.size() || !iequals(host.substr(host.size() - rule.size()), rule))
    return false;
  return host.size() == rule.size() || host[host.size() - rule.size() - 1] == '.';
}

} // namespace

proxy_settings proxy_settings::from_environment() {
  // HTTP_PROXY in capitals is a request header's name in CGI programs, so nobody should trust it.
  return {variable("http_proxy"), variable("https_proxy", "HTTPS_PROXY"), variable("no_proxy", "NO_PROXY")};
}

result<std::optional<url>> proxy_for(const proxy_settings& settings, const url& target) {
  const auto& text = target.https ? settings.https_proxy : settings.http_proxy;
  if (text.empty() || is_loopback(target.host))
    return std::optional<url>{};
  std::string_view rules = settings.no_proxy;
  while (!rules.empty()) {
    const auto end = std::min(rules.find(','), rules.size());
    if (excludes(rules.substr(0, end), target))
      return std::optional<url>{};
    rules.remove_prefix(std::min(end + 1, rules.size()));
  }
  auto proxy = parse_url(text.find("://") == std::string::npos ? "http://" + text : text);
  if (!proxy)
    return make_error(errc::invalid_argument, "the proxy's address is no URL", "proxy");
  if (proxy->https)
    return make_error(errc::invalid_argument, "a proxy is spoken to over http, not https", "proxy");
  return std::optional<url>{std::move(*proxy)};
}

std::string proxy_authorization(const url& proxy) {
  if (proxy.user_info.empty())
    return {};
  const auto clear = url_decode(proxy.user_info).value_or(proxy.user_info);
  return "Basic " + to_base64(as_span(clear));
}

} // namespace wakala::http
