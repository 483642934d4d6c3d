#include "actors/config/hook_config.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace wakala::actors {

using nlohmann::json;

namespace {

constexpr std::size_t url_max = 2'000;
constexpr std::size_t secret_min = 16; ///< a shorter one can be guessed by who has seen one event
constexpr std::size_t secret_max = 256;
constexpr std::array<std::string_view, 4> known_keys{"url", "secret", "secret_before", "events"};

error bad(const std::string& member, std::string why) {
  return make_error(errc::invalid_argument, std::move(why), "/webhook" + member);
}

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_loopback(std::string_view host) {
  if (host == "localhost" || host == "[::1]")
    return true;
  if (!host.starts_with("127."))
    return false;
  std::size_t parts = 0;
  for (std::string_view rest = host; parts < 5; rest.remove_prefix(rest.find('.') + 1)) {
    const auto part = rest.substr(0, rest.find('.'));
    if (!is_digits(part) || part.size() > 3)
      return false;
    ++parts;
    if (rest.find('.') == std::string_view::npos)
      break;
  }
  return parts == 4;
}

/// What is wrong with the address; nothing when all is well.
std::optional<std::string> fault_of(std::string_view url) {
  if (url.size() > url_max)
    return "is longer than " + std::to_string(url_max) + " bytes";
  if (std::any_of(url.begin(), url.end(), [](unsigned char c) { return c <= 0x20 || c >= 0x7f; }))
    return "must be ASCII without blanks; others are percent-encoded, or xn-- in a host";
  const bool is_https = url.starts_with("https://");
  if (!is_https && !url.starts_with("http://"))
    return "must begin with https://";
  auto rest = url.substr(is_https ? 8 : 7);
  if (rest.find('#') != std::string_view::npos)
    return "must have no fragment";
  rest = rest.substr(0, rest.find_first_of("/?"));
  if (rest.find('@') != std::string_view::npos)
    return "must hold no credentials: the signature says who sends";
  auto host = rest;
  const auto colon = rest.rfind(':');
  if (colon != std::string_view::npos && rest.find(']', colon) == std::string_view::npos) {
    const auto port = rest.substr(colon + 1);
    if (!is_digits(port) || port.size() > 5 || std::stoi(std::string(port)) > 65'535 ||
        std::stoi(std::string(port)) < 1)
      return "must have a port from 1 to 65535, or none";
    host = rest.substr(0, colon);
  }
  const bool is_v6 = host.starts_with('[') && host.ends_with(']');
  const auto name = is_v6 ? host.substr(1, host.size() - 2) : host;
  const auto is_fit = [is_v6](char c) {
    const bool is_digit = c >= '0' && c <= '9';
    if (is_v6)
      return is_digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
    return is_digit || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == '_';
  };
  if (name.empty() || name.size() > 253 || !std::all_of(name.begin(), name.end(), is_fit))
    return "must have a host";
  if (!is_https && !is_loopback(host))
    return "must begin with https://; http:// is for this machine alone (localhost, 127.0.0.1, [::1])";
  return std::nullopt;
}

result<void> read_secret(const json& form, const std::string& key, std::string& target, const std::string* before) {
  const auto it = form.find(key);
  if (it == form.end())
    return {};
  if (it->is_object()) {
    const auto set = it->find("set");
    if (it->size() != 1 || set == it->end() || !set->is_boolean())
      return bad("/" + key, R"(must be text, or {"set":true} to keep the present one)");
    if (set->get<bool>() && before != nullptr)
      target = *before;
    return {};
  }
  if (!it->is_string())
    return bad("/" + key, R"(must be text, or {"set":true} to keep the present one)");
  target = it->get<std::string>();
  if (target.size() < secret_min || target.size() > secret_max)
    return bad("/" + key, "must have " + std::to_string(secret_min) + " to " + std::to_string(secret_max) + " bytes");
  return {};
}

result<void> read_events(const json& list, std::vector<std::string>& target) {
  if (!list.is_array() || list.empty())
    return bad("/events", "must be an array of types of events; without it all are told");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto at = "/events/" + std::to_string(i);
    if (!list[i].is_string())
      return bad(at, "must be text");
    auto name = list[i].get<std::string>();
    if (std::find(hook_types.begin(), hook_types.end(), name) == hook_types.end())
      return bad(at, "is not the type of an event, such as order.paid");
    if (std::find(target.begin(), target.end(), name) != target.end())
      return bad(at, "is there twice");
    target.push_back(std::move(name));
  }
  return {};
}

json form_of(const merchant_webhook& webhook, json secret, json before) {
  json form{{"url", webhook.url}, {"secret", std::move(secret)}};
  if (!webhook.secret_before.empty())
    form["secret_before"] = std::move(before);
  if (!webhook.events.empty())
    form["events"] = webhook.events;
  return form;
}

} // namespace

bool merchant_webhook::wants(std::string_view type) const {
  return is_on() && (events.empty() || std::find(events.begin(), events.end(), type) != events.end());
}

result<merchant_webhook> parse_webhook(const json& form, const merchant_webhook* before) {
  if (!form.is_object())
    return bad("", R"(must be {"url","secret"}, and perhaps "secret_before" and "events")");
  for (const auto& [key, value] : form.items())
    if (std::find(known_keys.begin(), known_keys.end(), key) == known_keys.end())
      return bad("/" + key, "is not a key of a webhook");
  merchant_webhook webhook;
  const auto url = form.find("url");
  if (url == form.end() || !url->is_string())
    return bad("/url", "must be an https:// address");
  webhook.url = url->get<std::string>();
  if (const auto fault = fault_of(webhook.url))
    return bad("/url", *fault);
  if (auto r = read_secret(form, "secret", webhook.secret, before != nullptr ? &before->secret : nullptr); !r)
    return r.error();
  if (webhook.secret.empty())
    return bad("/secret", "must be there: events are signed with it");
  if (auto r = read_secret(form, "secret_before", webhook.secret_before,
                           before != nullptr ? &before->secret_before : nullptr);
      !r)
    return r.error();
  if (webhook.secret_before == webhook.secret)
    return bad("/secret_before", "must differ from the secret");
  if (const auto events = form.find("events"); events != form.end())
    if (auto r = read_events(*events, webhook.events); !r)
      return r.error();
  return webhook;
}

json webhook_form(const merchant_webhook& webhook) { return form_of(webhook, {{"set", true}}, {{"set", true}}); }

json stored_webhook(const merchant_webhook& webhook) {
  return form_of(webhook, webhook.secret, webhook.secret_before);
}

} // namespace wakala::actors
