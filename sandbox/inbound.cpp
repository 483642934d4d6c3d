// Shoppers who write.
#include "sandbox/backend.hpp"
#include "sandbox/inbound_message.hpp"
#include "sandbox/request_parts.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace wakala::sandbox {

using json = nlohmann::ordered_json;

result<shopper> backend::add_shopper(std::string_view body) {
  const auto request = json::parse(body, nullptr, false);
  if (!request.is_object())
    return bad_key("body", "the body must be a JSON object");
  const auto phone = digits_of(text_or(request, "phone"));
  const auto user_id = text_or(request, "user_id");
  if (phone.empty() && user_id.empty())
    return bad_key("phone", "a phone number or a user id is needed");
  if (!phone.empty() && !is_phone(phone))
    return bad_key("phone", "a phone number has 5 to 15 digits, country code included");
  if (!user_id.empty() && !is_user_id(user_id))
    return bad_key("user_id", "a user id looks like KE.13491208655302741918");
  auto& who = shopper_for(phone, user_id);
  if (request.contains("name"))
    who.name = text_or(request, "name");
  if (request.contains("username"))
    who.username = text_or(request, "username");
  if (request.contains("hide_phone"))
    who.hide_phone = flag(request, "hide_phone");
  record_.feed({{"kind", "shopper"}, {"shopper", to_json(who)}});
  return who;
}

result<inbound_outcome> backend::inbound(std::string_view body) {
  const auto request = json::parse(body, nullptr, false);
  if (!request.is_object())
    return bad_key("body", "the body must be a JSON object");
  inbound_outcome outcome;
  auto number_id = text_or(request, "phone_number_id");
  if (request.contains("raw")) {
    const auto& raw = request["raw"];
    // Text goes out byte by byte, also when it is no JSON: that is how a receiver's bad-input handling is tried.
    const auto parsed = raw.is_string() ? json::parse(raw.get<std::string>(), nullptr, false) : raw;
    const auto value = json::json_pointer("/entry/0/changes/0/value");
    const auto readable = parsed.is_object() && parsed.contains(value) && parsed[value].is_object();
    if (number_id.empty() && readable && parsed[value].contains("metadata"))
      number_id = text_or(parsed[value]["metadata"], "phone_number_id");
    if (readable && parsed[value].contains("messages") && parsed[value]["messages"].is_array() &&
        !parsed[value]["messages"].empty())
      outcome.id = text_or(parsed[value]["messages"][0], "id");
    const auto* number = held_.numbers.find(number_id);
    if (!number && held_.numbers.empty())
      return make_error(errc::not_found, "no such phone number id", "phone_number_id");
    if (!number)
      number = &held_.numbers.all().front();
    webhook_update update{number->id, {}, raw.is_string() ? raw.get<std::string>() : meta_dump(raw), outcome.id, {}};
    outcome.update = plan(std::move(update), "raw", raw_count_++);
    return outcome;
  }
  const auto* number =
      number_id.empty() && !held_.numbers.empty() ? &held_.numbers.all().front() : number_for(number_id);
  if (!number)
    return make_error(errc::not_found, "no such phone number id", "phone_number_id");
  auto message = json::object();
  if (auto wrong = fill_message(request, message))
    return std::move(*wrong);
  if (message.contains("context") && !message["context"].contains("from"))
    message["context"]["from"] = number->display;
  json person{{"phone", text_or(request, "from")}};
  for (const auto* key : {"user_id", "username", "name", "hide_phone"})
    if (request.contains(key))
      person[key] = request[key];
  auto* known = shoppers_.find(digits_of(text_or(request, "from")), text_or(request, "user_id"));
  const auto changed = !known || (request.contains("name") && known->name != text_or(request, "name")) ||
                       (request.contains("username") && known->username != text_or(request, "username")) ||
                       (request.contains("user_id") && known->user_id != text_or(request, "user_id")) ||
                       (request.contains("hide_phone") && known->hide_phone != flag(request, "hide_phone"));
  if (changed) {
    const auto added = add_shopper(dump(person));
    if (!added)
      return added.error().field == "phone" ? bad_key("from", added.error().what) : added.error();
    known = shoppers_.find(added->phone, added->user_id);
  }
  const auto& who = *known;
  auto& pair = pair_of(*number, who);
  auto at = clock_->now();
  if (const auto given = request.find("timestamp"); given != request.end() && given->is_number_integer())
    at = given->get<time_ms>() * ms_per_second;
  const auto file = held_.files.find(number->id);
  outcome.blocked = file != held_.files.end() && file->second.blocks(who.phone, who.user_id);
  if (!outcome.blocked)
    pair.last_inbound = std::max(pair.last_inbound, at);
  if (const auto level = rate_of(number->condition); level > 0) // what comes in counts, too
    take_rate_token(level_buckets_[number->id], level, clock_->now());
  outcome.id = text_or(request, "id");
  if (outcome.id.empty())
    outcome.id = ids_.message_id(who.key(), false);
  record_.feed({{"kind", "in"},
                {"at", at},
                {"phone_number_id", number->id},
                {"shopper", who.key()},
                {"wamid", outcome.id},
                {"message", message}});
  webhook_update update{number->id,
                        {number->waba_id, meta_dump(message_change(*number, who, outcome.id, at, message))},
                        {},
                        outcome.id,
                        {}};
  outcome.update = plan(std::move(update), number->id + "|" + who.key(), pair.updates++);
  outcome.update.lost = outcome.blocked;
  return outcome;
}

} // namespace wakala::sandbox
