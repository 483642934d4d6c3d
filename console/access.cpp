#include "console/access.hpp"

#include "http/core/url.hpp"
#include "runtime/config/config_file.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace wakala::console {

namespace {

/// A listener on all addresses is asked on the loopback.
std::string host_to_ask(const std::string& host) {
  if (host == "0.0.0.0")
    return "127.0.0.1";
  if (host == "::")
    return "[::1]";
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

bool is_operator(const admin_token& each) {
  return std::find(each.scopes.begin(), each.scopes.end(), "operator") != each.scopes.end();
}

} // namespace

result<access> find_access(const access_options& how) {
  access to{how.urls, how.token};
  if (to.urls.empty() || to.token.empty()) {
    const auto config = load_config(how.config_file, process_environment());
    if (!config)
      return make_error(config.error().code, config.error().what +
                                                 "\nSay --url and --token (or WAKALA_OPERATOR_TOKEN), "
                                                 "or name a configuration with --config.");
    const auto& listener = config->admin_listener;
    if (to.urls.empty())
      to.urls.push_back(fmt::format("{}://{}:{}", listener.tls_certificate_file.empty() ? "http" : "https",
                                    host_to_ask(listener.address.host), listener.address.port));
    const auto& tokens = config->admin_tokens;
    const auto found = std::find_if(tokens.begin(), tokens.end(), is_operator);
    if (to.token.empty() && found != tokens.end())
      to.token = found->token;
  }
  if (to.token.empty())
    return make_error(errc::invalid_argument,
                      "needs --token, or a token with the scope operator in the configuration");
  for (auto& each : to.urls) {
    if (!http::parse_url(each))
      return make_error(errc::invalid_argument, "--url must be like http://127.0.0.1:9090", "url");
    while (each.ends_with('/'))
      each.pop_back();
  }
  return to;
}

} // namespace wakala::console
