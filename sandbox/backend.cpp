#include "sandbox/backend.hpp"

#include "sandbox/request_parts.hpp"
#include "sandbox/sending_rules.hpp"
#include "whatsapp/normalise_request.hpp"
#include "whatsapp/outbound.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace wakala::sandbox {

using json = nlohmann::ordered_json;

backend::backend(backend_options options, number_book numbers, const clock_source& clock)
    : options_(std::move(options)), clock_(&clock), dice_(options_.seed),
      // With the time of start, so that a second run with the same seed does not repeat ids a receiver has seen.
      ids_(mix64(options_.seed) ^ mix64(static_cast<std::uint64_t>(clock.now()))) {
  held_.strict_templates = options_.strict_templates;
  for (const auto& number : numbers.all())
    add_number(number);
}

const business_number* backend::add_number(business_number number) {
  auto& owner = owner_of(number);
  if (!number.messaging_limit.empty())
    owner.messaging_limit = number.messaging_limit;
  const auto id = number.id;
  held_.numbers.add(std::move(number));
  return held_.numbers.find(id);
}

bool backend::may(const business_number& number, std::string_view bearer) const {
  return !bearer.empty() && !number.condition.token_expired &&
         (number.access_token.empty() || bearer == number.access_token);
}

bool backend::window_is_open(const pair_state& pair) const {
  return pair.last_inbound > 0 && clock_->now() - pair.last_inbound < ms_per_day;
}

const business_number* backend::number_for(std::string_view id) {
  if (const auto* known = held_.numbers.find(id))
    return known;
  if (!options_.accept_any_number || id.empty() ||
      !std::ranges::all_of(id, [](char c) { return c >= '0' && c <= '9'; }))
    return nullptr;
  auto number = options_.defaults;
  number.id = id;
  return add_number(std::move(number));
}

shopper& backend::shopper_for(const std::string& phone, const std::string& user_id) {
  auto added = false;
  auto& who = shoppers_.find_or_add(phone, user_id, added);
  if (added)
    record_.feed({{"kind", "shopper"}, {"shopper", to_json(who)}});
  return who;
}

backend::pair_state& backend::pair_of(const business_number& number, const shopper& who) {
  return pairs_[number.id + "|" + who.key()];
}

send_outcome backend::refused(const business_number* number, std::string_view number_id, std::string to,
                              graph_answer answer) {
  record_.refuse({0, clock_->now(), number ? number->id : std::string{number_id.substr(0, 64)}, std::move(to),
                  answer.status, answer.code, answer.reason});
  send_outcome outcome;
  outcome.answer = std::move(answer);
  return outcome;
}

send_outcome backend::mark_read(const business_number& number, const json& request) {
  const auto wamid = text_or(request, "message_id");
  const auto typing = request.contains("typing_indicator");
  const auto subject = number.id + "|read|" + wamid;
  if (auto outcome = disturbed(number, subject, 0, nullptr))
    return std::move(*outcome);
  record_.feed({{"kind", "seen"},
                {"at", clock_->now()},
                {"phone_number_id", number.id},
                {"wamid", wamid},
                {"typing", typing}});
  send_outcome outcome;
  outcome.answer = {200, R"({"success":true})", 0, {}};
  return outcome;
}

send_outcome backend::send(std::string_view phone_number_id, std::string_view bearer, std::string_view body) {
  const auto* number = number_for(phone_number_id);
  if (!number)
    return refused(nullptr, phone_number_id, {}, refuse_unknown_object("post", phone_number_id, ids_.trace_id()));
  if (!may(*number, bearer))
    return refused(number, phone_number_id, {}, refuse_token(ids_.trace_id()));
  auto request = json::parse(body, nullptr, false);
  if (!request.is_object())
    return refused(number, phone_number_id, {},
                   refuse(100, "The request body is not a JSON object.", ids_.trace_id()));
  auto decoded = nlohmann::json(request);
  whatsapp::decode_members(decoded);
  for (const auto& [key, value] : decoded.items())
    request[key] = value;
  const auto phone = digits_of(text_or(request, "to"));
  const auto user_id = phone.empty() ? text_or(request, "recipient") : std::string{};
  const auto& shown_to = phone.empty() ? user_id : phone;
  if (const auto broken = whatsapp::validate_request(decoded); !broken.empty())
    return refused(number, phone_number_id, shown_to, refuse_violations(broken, ids_.trace_id()));
  if (text_or(request, "status") == "read")
    return mark_read(*number, request);
  const auto to_group = text_or(request, "recipient_type") == "group";
  if (!to_group && !phone.empty() && phone == number->display)
    return refused(number, phone_number_id, shown_to,
                   refuse(131021, "Recipient phone number cannot be the sender's own.", ids_.trace_id()));
  if (!to_group && (phone.empty() ? !is_user_id(user_id) : !is_phone(phone)))
    return refused(number, phone_number_id, shown_to,
                   refuse(131009, "The recipient is no phone number and no user id.", ids_.trace_id()));

  if (catalogs_.shows_nothing(request, clock_->now()))
    return refused(number, phone_number_id, shown_to,
                   refuse(131009, "None of the products is in the catalog.", ids_.trace_id()));

  auto calling = context();
  if (auto refusal = refusal_of(calling, *number, owner_of(*number), request))
    return refused(number, phone_number_id, shown_to, std::move(*refusal));

  auto& who = to_group ? shopper_for(text_or(request, "to"), {}) : shopper_for(phone, user_id);
  auto& pair = pair_of(*number, who);
  const auto subject = number->id + "|" + who.key();
  const auto n = pair.attempts++;
  if (auto outcome = disturbed(*number, subject, n, &pair))
    return refused(number, phone_number_id, shown_to, std::move(outcome->answer));

  send_outcome outcome;
  outcome.drop_connection = dice_.chance(options_.chaos.lost_answer, "lost_answer", subject, n);
  outcome.answer_after_ms = dice_.pick(options_.chaos.answer_ms, "answer_ms", subject, n);
  accepted_message message;
  message.at = clock_->now();
  message.phone_number_id = number->id;
  message.to = phone;
  message.recipient = user_id;
  message.shopper = who.key();
  message.wamid = ids_.message_id(who.key(), true);
  message.type = text_or(request, "type", "text");
  message.text = summary_of(request);
  message.body = dump(request);
  message.callback_data = text_or(request, "biz_opaque_callback_data");
  message.answered = !outcome.drop_connection;
  const auto& kept = record_.accept(std::move(message));
  record_.feed({{"kind", "out"},
                {"at", kept.at},
                {"phone_number_id", number->id},
                {"shopper", who.key()},
                {"wamid", kept.wamid},
                {"message", request}});
  outcome.updates = plan_statuses(*number, who, pair, kept, request);

  json contact{{"input", phone.empty() ? user_id : text_or(request, "to")}};
  if (!phone.empty())
    contact["wa_id"] = phone;
  if (!who.user_id.empty())
    contact["user_id"] = who.user_id;
  json sent{{"id", kept.wamid}};
  if (kept.type == "template")
    sent["message_status"] = "accepted";
  outcome.answer = {200,
                    dump({{"messaging_product", "whatsapp"},
                          {"contacts", json::array({std::move(contact)})},
                          {"messages", json::array({std::move(sent)})}}),
                    0,
                    {}};
  return outcome;
}

result<chaos_spec> backend::set_chaos(std::string_view body) {
  const auto request = json::parse(body, nullptr, false);
  if (!request.is_object() || !request.contains("spec") || !request["spec"].is_string())
    return bad_key("spec", "expected {\"spec\": \"duplicate=0.1,…\"}");
  auto spec = parse_chaos(request["spec"].get<std::string>());
  if (!spec)
    return spec.error();
  options_.chaos = *spec;
  record_.feed({{"kind", "chaos"}, {"spec", to_string(*spec)}});
  return *spec;
}

} // namespace wakala::sandbox
