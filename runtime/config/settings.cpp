#include "runtime/config/settings.hpp"

#include "runtime/config/value_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>

namespace wakala {
namespace {

using problem = std::optional<std::string>;

constexpr std::array<std::string_view, 7> log_levels{"trace", "debug", "info", "warn", "error", "critical", "off"};

bool all_of_class(std::string_view text, std::string_view extra) {
  return std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || extra.find(c) != extra.npos;
  });
}

/// A field reached by `field(config)`, whose text may be anything but must satisfy `check`.
template <class Field>
setting text(std::string key, Field field, std::function<problem(const std::string&)> check) {
  return {std::move(key),
          [field, check = std::move(check)](node_config& config, const std::string& value) {
            auto wrong = check(value);
            if (!wrong)
              field(config) = value;
            return wrong;
          },
          [field](const node_config& config) { return field(config); }};
}

/// A field whose text is read by `parse` and written by `show`.
template <class Field, class Parse, class Show>
setting value_of(std::string key, Field field, Parse parse, Show show) {
  return {std::move(key),
          [field, parse](node_config& config, const std::string& value) -> problem {
            auto read = parse(value);
            if (!read)
              return read.error().what;
            auto& target = field(config);
            target = static_cast<std::remove_cvref_t<decltype(target)>>(*read);
            return std::nullopt;
          },
          [field, show](const node_config& config) { return show(field(config)); }};
}

template <class Number>
setting number(std::string key, Number node_config::*field, std::uint64_t min, std::uint64_t max) {
  return value_of(
      std::move(key), [field](auto& config) -> auto& { return config.*field; },
      [min, max](const std::string& value) { return parse_number(value, min, max); },
      [](auto value) { return std::to_string(value); });
}

setting limit_count(const std::string& name, std::size_t limits_config::*field) {
  return value_of(
      "limits." + name, [field](auto& config) -> auto& { return config.limits.*field; },
      [](const std::string& value) { return parse_number(value, 1, 1'000'000'000); },
      [](std::size_t value) { return std::to_string(value); });
}

setting limit_size(const std::string& name, std::size_t limits_config::*field) {
  return value_of(
      "limits." + name, [field](auto& config) -> auto& { return config.limits.*field; }, parse_size, size_text);
}

setting limit_time(const std::string& name, std::chrono::milliseconds limits_config::*field) {
  return value_of(
      "limits." + name, [field](auto& config) -> auto& { return config.limits.*field; }, parse_duration,
      duration_text);
}

problem anything(const std::string&) { return std::nullopt; }

problem not_empty(const std::string& value) { return value.empty() ? problem("must not be empty") : std::nullopt; }

problem check_node_name(const std::string& value) {
  if (value.empty() || value.size() > 64 || !all_of_class(value, "._-"))
    return "must be 1 to 64 letters, digits, dots, dashes or underscores";
  return std::nullopt;
}

problem check_store_url(const std::string& value) {
  for (const std::string_view scheme : {"sqlite:", "postgresql://"})
    if (value.starts_with(scheme) && value.size() > scheme.size())
      return std::nullopt;
  return "must be sqlite:PATH or postgresql://…";
}

problem check_graph_url(const std::string& value) {
  if (value == "discard:") // for load benchmarks: messages are accepted and go nowhere
    return std::nullopt;
  for (const std::string_view scheme : {"https://", "http://"})
    if (value.starts_with(scheme) && value.size() > scheme.size() && value.find_first_of(" \t\r\n?#") == value.npos)
      return std::nullopt;
  return "must be an http:// or https:// address without a query";
}

problem check_provider_url(const std::string& value) {
  return value == "discard:" ? problem("must be an http:// or https:// address without a query")
                             : check_graph_url(value);
}

problem check_addresses(const std::string& value) {
  for (std::size_t at = 0; at <= value.size();) {
    const auto end = std::min(value.find(',', at), value.size());
    const auto one = value.substr(at, end - at);
    in6_addr into{}; // of either family
    if (inet_pton(AF_INET, one.c_str(), &into) != 1 && inet_pton(AF_INET6, one.c_str(), &into) != 1)
      return "must be IP addresses with commas between them";
    at = end + 1;
  }
  return std::nullopt;
}

problem check_graph_version(const std::string& value) {
  const auto dot = value.find('.');
  const auto digits = [](std::string_view part) {
    return !part.empty() && part.find_first_not_of("0123456789") == part.npos;
  };
  if (!value.starts_with('v') || dot == value.npos || !digits(std::string_view(value).substr(1, dot - 1)) ||
      !digits(std::string_view(value).substr(dot + 1)))
    return "must be a Graph API version such as v23.0";
  return std::nullopt;
}

problem check_log_level(const std::string& value) {
  if (std::ranges::find(log_levels, value) == log_levels.end())
    return fmt::format("must be one of {}", fmt::join(log_levels, ", "));
  return std::nullopt;
}

problem nothing_or_address(const std::string& value) {
  if (value.empty())
    return std::nullopt;
  if (const auto read = parse_listen_address(value); !read)
    return read.error().what;
  return std::nullopt;
}

void add_listener(std::vector<setting>& all, const std::string& key, listener_config node_config::*listener) {
  all.push_back(value_of(
      key, [listener](auto& config) -> auto& { return (config.*listener).address; }, parse_listen_address,
      [](const listen_address& address) {
        const auto* form = address.host.find(':') == std::string::npos ? "{}:{}" : "[{}]:{}";
        return fmt::format(fmt::runtime(form), address.host, address.port);
      }));
  all.push_back(text(
      key + ".tls_certificate_file",
      [listener](auto& config) -> auto& { return (config.*listener).tls_certificate_file; }, anything));
  all.push_back(text(
      key + ".tls_key_file", [listener](auto& config) -> auto& { return (config.*listener).tls_key_file; },
      anything));
}

std::vector<setting> make_settings() {
  std::vector<setting> all;
  all.push_back(text(
      "node.name", [](auto& config) -> auto& { return config.node_name; }, check_node_name));
  add_listener(all, "listen.public", &node_config::public_listener);
  add_listener(all, "listen.admin", &node_config::admin_listener);
  all.push_back(text(
      "store.url", [](auto& config) -> auto& { return config.store_url; }, check_store_url));
  all.push_back(text(
      "keys.kek_file", [](auto& config) -> auto& { return config.kek_file; }, not_empty));
  all.push_back(text(
      "meta.app_secret", [](auto& config) -> auto& { return config.meta.app_secret; }, not_empty));
  all.push_back(text(
      "meta.verify_token", [](auto& config) -> auto& { return config.meta.verify_token; }, not_empty));
  all.push_back(text(
      "meta.graph_url", [](auto& config) -> auto& { return config.meta.graph_url; }, check_graph_url));
  all.push_back(text(
      "meta.version", [](auto& config) -> auto& { return config.meta.version; }, check_graph_version));
  all.push_back(text(
      "payments.stripe_url", [](auto& config) -> auto& { return config.payments.stripe_url; }, check_provider_url));
  all.push_back(text(
      "payments.daraja_url", [](auto& config) -> auto& { return config.payments.daraja_url; }, check_provider_url));
  all.push_back(text(
      "payments.public_url", [](auto& config) -> auto& { return config.payments.public_url; },
      [](const std::string& value) -> problem { return value.empty() ? std::nullopt : check_provider_url(value); }));
  all.push_back(text(
      "payments.daraja_addresses", [](auto& config) -> auto& { return config.payments.daraja_addresses; },
      [](const std::string& value) -> problem {
        return value == "published" || value == "any" ? std::nullopt : check_addresses(value);
      }));
  all.push_back(text(
      "payments.trusted_proxies", [](auto& config) -> auto& { return config.payments.trusted_proxies; },
      [](const std::string& value) -> problem { return value.empty() ? std::nullopt : check_addresses(value); }));
  all.push_back({"webhooks.allow_private_addresses",
                 [](node_config& config, const std::string& value) -> problem {
                   if (value != "true" && value != "false")
                     return "must be true or false";
                   config.webhooks.allow_private_addresses = value == "true";
                   return std::nullopt;
                 },
                 [](const node_config& config) {
                   return std::string(config.webhooks.allow_private_addresses ? "true" : "false");
                 }});
  // Two bytes of a hash choose the shard, so there cannot be more than they can name.
  all.push_back(value_of(
      "cluster.shard_count", [](auto& config) -> auto& { return config.cluster.shard_count; },
      [](const std::string& value) { return parse_number(value, 1, 65'536); },
      [](std::uint32_t value) { return std::to_string(value); }));
  all.push_back(text(
      "cluster.listen", [](auto& config) -> auto& { return config.cluster.listen; }, nothing_or_address));
  all.push_back(text(
      "cluster.advertise", [](auto& config) -> auto& { return config.cluster.advertise; }, nothing_or_address));
  all.push_back(text(
      "cluster.tls", [](auto& config) -> auto& { return config.cluster.tls; },
      [](const std::string& value) -> problem {
        if (value != "required" && value != "off")
          return "must be required or off";
        return std::nullopt;
      }));
  all.push_back(text(
      "cluster.tls_certificate_file", [](auto& config) -> auto& { return config.cluster.tls_certificate_file; },
      anything));
  all.push_back(text(
      "cluster.tls_key_file", [](auto& config) -> auto& { return config.cluster.tls_key_file; }, anything));
  all.push_back(text(
      "cluster.tls_ca_file", [](auto& config) -> auto& { return config.cluster.tls_ca_file; }, anything));
  all.push_back(text(
      "shop.strings_dir", [](auto& config) -> auto& { return config.strings_dir; }, anything));
  all.push_back(text(
      "shop.order_templates_file", [](auto& config) -> auto& { return config.order_templates_file; }, anything));
  all.push_back(number("threads.io", &node_config::io_threads, 0, 256));
  all.push_back(number("threads.workers", &node_config::worker_threads, 0, 256));
  all.push_back(text(
      "logging.level", [](auto& config) -> auto& { return config.log_level; }, check_log_level));

  all.push_back(text(
      "media.directory", [](auto& config) -> auto& { return config.media.directory; }, anything));
  all.push_back(text(
      "media.scan_command", [](auto& config) -> auto& { return config.media.scan_command; }, anything));
  all.push_back(value_of(
      "media.scan_timeout", [](auto& config) -> auto& { return config.media.scan_timeout; }, parse_duration,
      duration_text));
  all.push_back(value_of(
      "media.kept_days", [](auto& config) -> auto& { return config.media.kept_days; },
      [](const std::string& value) { return parse_number(value, 1, 3'650); },
      [](std::uint32_t value) { return std::to_string(value); }));
  all.push_back(value_of(
      "media.bytes_max", [](auto& config) -> auto& { return config.media.bytes_max; }, parse_size, size_text));

  all.push_back(limit_count("connections", &limits_config::connections));
  all.push_back(limit_size("header_bytes", &limits_config::header_bytes));
  all.push_back(limit_size("body_bytes", &limits_config::body_bytes));
  all.push_back(limit_time("read_timeout", &limits_config::read_timeout));
  all.push_back(limit_time("idle_timeout", &limits_config::idle_timeout));
  all.push_back(limit_time("write_timeout", &limits_config::write_timeout));
  all.push_back(limit_time("drain_timeout", &limits_config::drain_timeout));
  all.push_back(limit_time("webhook_deadline", &limits_config::webhook_deadline));
  all.push_back(limit_count("in_flight_events", &limits_config::in_flight_events));
  all.push_back(limit_count("in_flight_events_per_tenant", &limits_config::in_flight_events_per_tenant));
  all.push_back(limit_size("in_flight_bytes", &limits_config::in_flight_bytes));
  all.push_back(limit_count("live_conversations", &limits_config::live_conversations));
  all.push_back(limit_time("conversation_idle", &limits_config::conversation_idle));
  all.push_back(limit_count("unfolded_rows", &limits_config::unfolded_rows));
  all.push_back(limit_time("fold_lag", &limits_config::fold_lag));
  all.push_back(limit_count("outbox_per_conversation", &limits_config::outbox_per_conversation));
  all.push_back(limit_count("event_attempts", &limits_config::event_attempts));
  all.push_back(limit_time("ambiguous_grace", &limits_config::ambiguous_grace));
  all.push_back({"limits.outbox_ttl",
                 [](node_config& config, const std::string& value) -> problem {
                   const auto ttl = parse_duration(value);
                   if (!ttl)
                     return ttl.error().what;
                   if (*ttl % std::chrono::seconds(1) != std::chrono::milliseconds(0))
                     return "must be whole seconds";
                   config.limits.outbox_ttl = std::chrono::duration_cast<std::chrono::seconds>(*ttl);
                   return std::nullopt;
                 },
                 [](const node_config& config) { return duration_text(config.limits.outbox_ttl); }});
  all.push_back(limit_time("graph_timeout", &limits_config::graph_timeout));
  all.push_back(limit_count("messages_per_second", &limits_config::messages_per_second));
  return all;
}

} // namespace

const std::vector<setting>& settings() {
  static const auto all = make_settings();
  return all;
}

std::string override_name(std::string_view key) {
  std::string name = "WAKALA_";
  for (const char c : key)
    name += c == '.' ? '_' : (c >= 'a' && c <= 'z') ? static_cast<char>(c - 'a' + 'A') : c;
  return name;
}

} // namespace wakala
