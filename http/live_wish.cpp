#include "http/live_wish.hpp"

#include "actors/inspect/actor_ids.hpp"

#include <nlohmann/json.hpp>

namespace wakala::http {

using actors::actor_name;
using nlohmann::json;

namespace {

error wrong(const std::string& field, const std::string& why) {
  return make_error(errc::invalid_argument, why, field);
}

result<actors::trace_wish> of_tenant(const tenant_id& tenant, const principal& who,
                                     const std::function<bool(const tenant_id&)>& is_known,
                                     const std::string& field) {
  if (!who.may_see(tenant))
    return wrong(field, "the token's scopes do not allow this");
  if (!is_known(tenant))
    return wrong(field, "no such tenant");
  actors::trace_wish wish;
  wish.tenants.insert(tenant);
  return wish;
}

result<actors::trace_wish> watch_from(const json& watch, const principal& who,
                                      const std::function<bool(const tenant_id&)>& is_known) {
  if (!watch.is_object() || watch.size() != 1)
    return wrong("/watch", "must be null, or have one of conversation, tenant and share");
  const auto& name = watch.begin().key();
  const auto& value = watch.begin().value();
  const auto field = "/watch/" + name;
  if (name == "share") {
    const auto share = value.is_number() ? value.get<double>() : 0.0;
    if (!(share > 0 && share <= 1))
      return wrong(field, "must be a number above 0 and at most 1");
    actors::trace_wish wish;
    wish.share = share;
    if (!who.is_operator)
      wish.tenants = who.tenants;
    return wish;
  }
  if (name != "tenant" && name != "conversation")
    return wrong("/watch", "must be null, or have one of conversation, tenant and share");
  if (!value.is_string())
    return wrong(field, "must be a string");
  if (name == "tenant")
    return of_tenant(value.get<std::string>(), who, is_known, field);
  const auto id = actors::actor_name_from(value.get<std::string>(), field);
  if (!id || id->kind != actor_name::sort::conversation)
    return wrong(field, "must be the id of a conversation");
  auto wish = of_tenant(id->tenant, who, is_known, field);
  if (wish)
    wish->conversation = id->conversation;
  return wish;
}

} // namespace

std::optional<std::string> live_token_from(std::string_view text) {
  const auto told = json::parse(text, nullptr, false);
  if (!told.is_object() || !told.contains("token") || !told.at("token").is_string())
    return std::nullopt;
  return told.at("token").get<std::string>();
}

result<live_wish> live_wish_from(std::string_view text, const principal& who,
                                 const std::function<bool(const tenant_id&)>& is_known) {
  const auto told = json::parse(text, nullptr, false);
  if (!told.is_object())
    return wrong("", "a message must be a JSON object");
  if (!told.contains("watch"))
    return wrong("/watch", "is missing");
  live_wish out;
  const auto& watch = told.at("watch");
  if (watch.is_null())
    return out;
  if (told.contains("seconds")) {
    const auto& seconds = told.at("seconds");
    if (!seconds.is_number_unsigned() || seconds.get<std::uint64_t>() < 1 ||
        seconds.get<std::uint64_t>() > static_cast<std::uint64_t>(live_watch_max.count()))
      return wrong("/seconds", "must be a whole number from 1 to " + std::to_string(live_watch_max.count()));
    out.lasts = std::chrono::seconds{seconds.get<std::int64_t>()};
  }
  auto wish = watch_from(watch, who, is_known);
  if (!wish)
    return wish.error();
  out.watch = std::move(*wish);
  out.shown = watch.dump();
  return out;
}

} // namespace wakala::http
