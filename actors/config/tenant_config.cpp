#include "actors/config/tenant_config.hpp"

#include "actors/config/shop_config.hpp"
#include "runtime/core/money.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <set>

namespace wakala::actors {

using nlohmann::json;

namespace {

constexpr std::array<std::string_view, 3> filter_names{"messages", "status", "errors"};
constexpr std::array<std::string_view, 15> known_keys{
    "id",         "name",         "currency",     "time_zone",  "waba_id",       "phone_numbers",
    "app_secret", "verify_token", "access_token", "catalog_id", "event_filters", "limits",
    "shop",       "payments",     "webhook"};

error bad(std::string field, std::string why) {
  return make_error(errc::invalid_argument, std::move(why), std::move(field));
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

/// Reads an optional text member into `target`.
result<void> read_text(const json& form, const char* key, std::string& target, std::size_t max = 512) {
  const auto it = form.find(key);
  if (it == form.end())
    return {};
  if (!it->is_string())
    return bad(std::string("/") + key, "must be text");
  target = it->get<std::string>();
  if (target.size() > max)
    return bad(std::string("/") + key, "is longer than " + std::to_string(max) + " bytes");
  return {};
}

result<void> read_secret(const json& form, const char* key, std::string& target, const std::string* before) {
  const auto it = form.find(key);
  if (it == form.end())
    return {};
  if (it->is_object()) {
    if (it->value("set", false) && before != nullptr)
      target = *before;
    return {};
  }
  if (!it->is_string())
    return bad(std::string("/") + key, R"(must be text, or {"set":true} to keep the present one)");
  target = it->get<std::string>();
  if (target.size() > 1024)
    return bad(std::string("/") + key, "is longer than 1024 bytes");
  return {};
}

result<void> read_numbers(const json& form, tenant_config& config) {
  const auto it = form.find("phone_numbers");
  if (it == form.end())
    return {};
  if (!it->is_array())
    return bad("/phone_numbers", R"(must be an array of {"id","display"})");
  std::set<std::string> ids;
  for (std::size_t i = 0; i < it->size(); ++i) {
    const auto where = "/phone_numbers/" + std::to_string(i);
    const auto& entry = (*it)[i];
    if (!entry.is_object())
      return bad(where, R"(must be {"id","display"})");
    for (const auto& [key, value] : entry.items()) {
      if (key != "id" && key != "display")
        return bad(where + "/" + key, "is not a key of a phone number");
      if (!value.is_string())
        return bad(where + "/" + key, "must be text");
    }
    business_number number{entry.value("id", ""), entry.value("display", "")};
    if (!is_name(number.id))
      return bad(where + "/id", "must be 1 to 64 letters, digits, '_' or '-'");
    if (!ids.insert(number.id).second)
      return bad(where + "/id", "is there twice");
    config.phone_numbers.push_back(std::move(number));
  }
  return {};
}

result<void> read_filters(const json& list, const std::string& where, std::vector<std::string>& target) {
  if (!list.is_array())
    return bad(where, "must be an array of texts");
  target.clear();
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto at = where + "/" + std::to_string(i);
    if (!list[i].is_string())
      return bad(at, "must be text");
    auto name = list[i].get<std::string>();
    if (std::find(filter_names.begin(), filter_names.end(), name) == filter_names.end())
      return bad(at, "must be messages, status or errors");
    target.push_back(std::move(name));
  }
  return {};
}

result<void> read_limits(const json& form, tenant_config& config) {
  const auto it = form.find("limits");
  if (it == form.end())
    return {};
  if (!it->is_object())
    return bad("/limits", "must be an object");
  for (const auto& [key, value] : it->items()) {
    if (!value.is_number_integer() || value.get<std::int64_t>() < 1)
      return bad("/limits/" + key, "must be a positive integer");
    config.limits[key] = value.get<std::int64_t>();
  }
  return {};
}

} // namespace

std::int64_t tenant_config::limit(const std::string& which, std::int64_t usual) const {
  const auto set = limits.find(which);
  return set == limits.end() ? usual : set->second;
}

std::int64_t tenant_config::inbound_per_s() const {
  return limit("inbound_per_s", 200); // ten times what a busy shop sees
}

std::uint32_t tenant_config::spread_shards() const {
  constexpr std::int64_t most = 65'536; // of shards in any store
  return static_cast<std::uint32_t>(std::min(limit("spread_shards", 1), most));
}

time_ms tenant_config::order_kept() const {
  constexpr std::int64_t most = 30 * 24 * 60;
  return std::min(limit("order_kept_minutes", 30), most) * 60 * ms_per_second;
}

std::size_t tenant_config::messages_per_hour() const {
  return static_cast<std::size_t>(limit("messages_per_hour", 1'000));
}

std::size_t tenant_config::templates_per_day() const {
  return static_cast<std::size_t>(limit("templates_per_day", 100));
}

std::size_t tenant_config::broadcasts_per_week() const {
  return static_cast<std::size_t>(limit("broadcasts_per_week", 10));
}

std::size_t tenant_config::shopper_messages_per_minute() const {
  return static_cast<std::size_t>(limit("shopper_messages_per_minute", 60));
}

bool tenant_config::wants(std::string_view filter) const {
  return event_filters.empty() ||
         std::find(event_filters.begin(), event_filters.end(), filter) != event_filters.end();
}

result<tenant_config> parse_tenant(const json& form, const tenant_config* before, std::string_view id_in_path) {
  if (!form.is_object())
    return bad("", "a tenant is a JSON object");
  for (const auto& [key, value] : form.items())
    if (std::find(known_keys.begin(), known_keys.end(), key) == known_keys.end())
      return bad("/" + key, "is not a key of a tenant");
  tenant_config config;
  config.id = std::string(id_in_path);
  if (auto r = read_text(form, "id", config.id); !r)
    return r.error();
  if (!is_name(config.id))
    return bad("/id", "must be 1 to 64 letters, digits, '_' or '-'");
  if (!id_in_path.empty() && config.id != id_in_path)
    return bad("/id", "differs from the id in the path");
  config.name = config.id;
  for (auto [key, target] : {std::pair{"name", &config.name},
                             {"currency", &config.currency},
                             {"time_zone", &config.time_zone},
                             {"waba_id", &config.waba_id},
                             {"catalog_id", &config.catalog_id}})
    if (auto r = read_text(form, key, *target); !r)
      return r.error();
  if (config.name.empty())
    return bad("/name", "must not be empty");
  if (!minor_digits(config.currency))
    return bad("/currency", "must be an ISO 4217 code");
  if (!config.waba_id.empty() && !is_name(config.waba_id))
    return bad("/waba_id", "must be 1 to 64 letters, digits, '_' or '-'");
  if (!config.catalog_id.empty() && !is_name(config.catalog_id))
    return bad("/catalog_id", "must be 1 to 64 letters, digits, '_' or '-'");
  if (auto r = read_numbers(form, config); !r)
    return r.error();
  for (auto [key, target, old] :
       {std::tuple{"app_secret", &config.app_secret, before != nullptr ? &before->app_secret : nullptr},
        {"verify_token", &config.verify_token, before != nullptr ? &before->verify_token : nullptr},
        {"access_token", &config.access_token, before != nullptr ? &before->access_token : nullptr}})
    if (auto r = read_secret(form, key, *target, old); !r)
      return r.error();
  if (const auto it = form.find("event_filters"); it != form.end())
    if (auto r = read_filters(*it, "/event_filters", config.event_filters); !r)
      return r.error();
  if (auto r = read_limits(form, config); !r)
    return r.error();
  if (const auto it = form.find("shop"); it != form.end()) {
    auto shop = parse_shop(*it, config.currency, config.time_zone);
    if (!shop)
      return shop.error();
    config.shop = std::move(*shop);
  }
  if (const auto it = form.find("payments"); it != form.end()) {
    auto payments = parse_payments(*it, before != nullptr ? &before->payments : nullptr, config.currency);
    if (!payments)
      return payments.error();
    config.payments = std::move(*payments);
  }
  if (const auto it = form.find("webhook"); it != form.end()) {
    auto webhook = parse_webhook(*it, before != nullptr ? &before->webhook : nullptr);
    if (!webhook)
      return webhook.error();
    config.webhook = std::move(*webhook);
  }
  return config;
}

json to_form(const tenant_config& config) {
  json numbers = json::array();
  for (const auto& number : config.phone_numbers)
    numbers.push_back({{"id", number.id}, {"display", number.display}});
  const auto secret = [](const std::string& value) { return json{{"set", !value.empty()}}; };
  json form{{"id", config.id},
            {"name", config.name},
            {"currency", config.currency},
            {"time_zone", config.time_zone},
            {"waba_id", config.waba_id},
            {"phone_numbers", std::move(numbers)},
            {"app_secret", secret(config.app_secret)},
            {"verify_token", secret(config.verify_token)},
            {"access_token", secret(config.access_token)},
            {"catalog_id", config.catalog_id},
            {"event_filters", config.event_filters},
            {"limits", config.limits}};
  if (auto shop = shop_form(config.shop); !shop.empty())
    form["shop"] = std::move(shop);
  if (auto payments = payments_form(config.payments, false); !payments.empty())
    form["payments"] = std::move(payments);
  if (config.webhook.is_on())
    form["webhook"] = webhook_form(config.webhook);
  return form;
}

std::string to_stored(const tenant_config& config) {
  auto form = to_form(config);
  form["app_secret"] = config.app_secret;
  form["verify_token"] = config.verify_token;
  form["access_token"] = config.access_token;
  if (auto payments = payments_form(config.payments, true); !payments.empty())
    form["payments"] = std::move(payments);
  if (config.webhook.is_on())
    form["webhook"] = stored_webhook(config.webhook);
  return form.dump();
}

result<tenant_config> from_stored(std::string_view text) {
  const auto form = json::parse(text, nullptr, false);
  auto config = parse_tenant(form, nullptr, "");
  if (!config)
    return make_error(errc::corrupt, "a stored tenant cannot be read: " + config.error().what, config.error().field);
  return config;
}

result<std::vector<tenant_config>>
parse_tenant_routes(const json& form, const std::map<tenant_id, tenant_config>& existing,
                    const std::map<std::string, std::string, std::less<>>& environment) {
  if (!form.is_object())
    return bad("", "tenant routes are a JSON object of tenants");
  std::vector<tenant_config> tenants;
  for (const auto& [id, route] : form.items()) {
    const auto where = "/" + id;
    if (!is_name(id))
      return bad(where, "a tenant id must be 1 to 64 letters, digits, '_' or '-'");
    if (!route.is_object())
      return bad(where, "must be an object");
    tenant_config config;
    if (const auto known = existing.find(id); known != existing.end()) {
      config = known->second;
    } else {
      config.id = id;
      config.name = id;
    }
    for (const auto& [key, value] : route.items()) {
      const auto at = where + "/" + key;
      if (key == "event_filters") {
        if (auto r = read_filters(value, at, config.event_filters); !r)
          return r.error();
      } else if (key == "hmac_secret") {
        if (!value.is_string() || value.get<std::string>().empty())
          return bad(at, "must be text");
        auto secret = value.get<std::string>();
        if (secret.starts_with("${") && secret.ends_with("}")) {
          const auto name = secret.substr(2, secret.size() - 3);
          const auto found = environment.find(name);
          if (found == environment.end() || found->second.empty())
            return bad(at, "the environment variable " + name + " is not set");
          secret = found->second;
        }
        config.app_secret = std::move(secret);
      } else if (key == "webhook_url") {
        if (!value.is_string())
          return bad(at, "must be text");
        const auto url = value.get<std::string>();
        if (!url.ends_with("/v1/webhooks/" + id))
          return bad(at, "must end with /v1/webhooks/" + id);
      } else {
        return bad(at, "is not a key of a tenant route");
      }
    }
    tenants.push_back(std::move(config));
  }
  return tenants;
}

} // namespace wakala::actors
