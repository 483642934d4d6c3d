#include "sandbox/backend.hpp"

#include "runtime/core/encoding.hpp"
#include "runtime/core/time_text.hpp"
#include "whatsapp/normalise_request.hpp"
#include "whatsapp/outbound.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace wakala::sandbox {

namespace {

using json = nlohmann::ordered_json;

constexpr double pair_burst = 45;
constexpr double pair_tokens_per_ms = 1.0 / 6'000;
constexpr time_ms media_url_ms = 5 * 60 * ms_per_second;
constexpr span_ms duplicate_gap{0, 400};

std::string sha256_hex(std::string_view data) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(data.data(), data.size(), digest.data(), &size, EVP_sha256(), nullptr);
  return to_hex({digest.data(), size});
}

std::string text_or(const json& object, const char* key, std::string_view fallback = {}) {
  const auto at = object.is_object() ? object.find(key) : object.end();
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::string{fallback};
}

bool flag(const json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_boolean() && at->get<bool>();
}

/// `+254 712-345678` as `254712345678`.
std::string digits_of(std::string_view text) {
  std::string digits;
  for (const char c : text)
    if (c >= '0' && c <= '9')
      digits += c;
  return digits;
}

bool is_phone(std::string_view text) {
  return text.size() >= 5 && text.size() <= 15 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// `<country>.<letters or digits>`, also `<country>.ENT.<…>`.
bool is_user_id(std::string_view text) {
  const auto alnum = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.';
  };
  return text.size() >= 4 && text.size() <= 140 && text[2] == '.' && std::ranges::all_of(text, alnum);
}

bool take_token(double& tokens, time_ms& refilled, double capacity, double per_ms, time_ms now) {
  if (refilled == 0)
    tokens = capacity;
  else
    tokens = std::min(capacity, tokens + per_ms * static_cast<double>(now - refilled));
  refilled = now;
  if (tokens < 1)
    return false;
  tokens -= 1;
  return true;
}

error bad_key(const char* key, std::string what) { return make_error(errc::invalid_argument, std::move(what), key); }

/// Fills the message object of a webhook from the short forms of `POST /_sandbox/inbound`; what is wrong, if
/// anything.
std::optional<error> fill_message(const json& request, json& message) {
  if (const auto quoted = text_or(request, "context_id"); !quoted.empty())
    message["context"] = {{"id", quoted}};
  std::array<const char*, 5> kinds{"text", "list_reply", "button_reply", "button", "message"};
  const auto given = std::ranges::count_if(kinds, [&](const char* key) { return request.contains(key); });
  if (given != 1)
    return bad_key("text", "exactly one of text, list_reply, button_reply, button, message, raw is needed");
  if (request.contains("text")) {
    if (!request["text"].is_string())
      return bad_key("text", "text must be text");
    message["type"] = "text";
    message["text"] = {{"body", request["text"]}};
    return std::nullopt;
  }
  for (const auto* key : {"list_reply", "button_reply"}) {
    if (!request.contains(key))
      continue;
    const auto& reply = request[key];
    if (text_or(reply, "id").empty() || text_or(reply, "title").empty())
      return bad_key(key, fmt::format("{} needs id and title", key));
    json chosen{{"id", reply["id"]}, {"title", reply["title"]}};
    if (const auto description = text_or(reply, "description"); !description.empty())
      chosen["description"] = description;
    message["type"] = "interactive";
    message["interactive"] = {{"type", key}, {key, std::move(chosen)}};
    return std::nullopt;
  }
  if (request.contains("button")) {
    if (text_or(request["button"], "text").empty())
      return bad_key("button", "button needs text");
    message["type"] = "button";
    message["button"] = {{"payload", text_or(request["button"], "payload", text_or(request["button"], "text"))},
                         {"text", request["button"]["text"]}};
    return std::nullopt;
  }
  if (text_or(request["message"], "type").empty())
    return bad_key("message", "message must be an object with a type");
  message.update(request["message"]);
  return std::nullopt;
}

std::string dump(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

} // namespace

backend::backend(backend_options options, number_book numbers, const clock_source& clock)
    : options_(std::move(options)), numbers_(std::move(numbers)), clock_(&clock), dice_(options_.seed),
      // With the time of start, so that a second run with the same seed does not repeat ids a receiver has seen.
      ids_(mix64(options_.seed) ^ mix64(static_cast<std::uint64_t>(clock.now()))) {}

const business_number* backend::number_for(std::string_view id) {
  if (const auto* known = numbers_.find(id))
    return known;
  if (!options_.accept_any_number || id.empty() ||
      !std::ranges::all_of(id, [](char c) { return c >= '0' && c <= '9'; }))
    return nullptr;
  auto number = options_.defaults;
  number.id = id;
  numbers_.add(std::move(number));
  return numbers_.find(id);
}

shopper* backend::find_shopper(const std::string& phone, const std::string& user_id) {
  for (const auto* id : {&phone, &user_id})
    if (!id->empty())
      if (const auto at = shopper_by_id_.find(*id); at != shopper_by_id_.end())
        return &shoppers_[at->second];
  return nullptr;
}

shopper& backend::shopper_for(const std::string& phone, const std::string& user_id) {
  auto* who = find_shopper(phone, user_id);
  if (!who) {
    shopper_by_id_.emplace(phone.empty() ? user_id : phone, shoppers_.size());
    who = &shoppers_.emplace_back();
    who->phone = phone;
    who->user_id = user_id;
    record_.feed({{"kind", "shopper"}, {"shopper", to_json(*who)}});
  }
  const auto index = static_cast<std::size_t>(who - shoppers_.data());
  if (!user_id.empty() && who->user_id.empty()) {
    who->user_id = user_id;
  }
  if (!who->user_id.empty())
    shopper_by_id_.emplace(who->user_id, index);
  return *who;
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

std::optional<send_outcome> backend::disturbed(const business_number& number, const std::string& subject,
                                               std::uint64_t n, pair_state* pair) {
  const auto& spec = options_.chaos;
  const auto now = clock_->now();
  const auto refusal = [&](graph_answer answer) {
    send_outcome outcome;
    outcome.answer = std::move(answer);
    return outcome;
  };
  if (dice_.chance(spec.error5xx, "error5xx", subject, n))
    return refusal({503, "<html><body>Service Unavailable</body></html>", 0, "chaos: 503 without a Graph body"});
  if (dice_.chance(spec.error500, "error500", subject, n)) {
    constexpr std::array codes{131000, 131016, 2};
    const auto which = dice_.pick({0, 2}, "error500 code", subject, n);
    return refusal(refuse(codes[static_cast<std::size_t>(which)], "Something went wrong.", ids_.trace_id()));
  }
  if (!pair)
    return std::nullopt; // a read receipt is no message: no rates
  if (dice_.chance(spec.throttle, "throttle", subject, n))
    return refusal(refuse(130429, "Cloud API message throughput has been reached.", ids_.trace_id()));
  if (spec.throughput > 0) {
    auto& state = number_states_[number.id];
    const auto rate = static_cast<double>(spec.throughput);
    if (!take_token(state.tokens, state.refilled, rate, rate / ms_per_second, now))
      return refusal(refuse(130429, "Cloud API message throughput has been reached.", ids_.trace_id()));
  }
  if (spec.pair_limit && !take_token(pair->tokens, pair->refilled, pair_burst, pair_tokens_per_ms, now))
    return refusal(
        refuse(131056,
               "Message failed to send because there were too many messages sent from this phone number to "
               "the same phone number in a short period of time.",
               ids_.trace_id()));
  return std::nullopt;
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
  if (bearer.empty() || (!number->access_token.empty() && bearer != number->access_token))
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
  outcome.updates = plan_statuses(*number, who, pair, kept);

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

timed_update backend::plan(webhook_update update, const std::string& subject, std::uint64_t n) const {
  const auto& spec = options_.chaos;
  timed_update timed;
  timed.held_ms = dice_.pick(spec.delay_ms, "delay_ms", subject, n);
  if (dice_.chance(spec.reorder, "reorder", subject, n))
    timed.held_ms += dice_.pick(spec.reorder_ms, "reorder_ms", subject, n);
  if (dice_.chance(spec.duplicate, "duplicate", subject, n))
    timed.again_after_ms = dice_.pick(duplicate_gap, "duplicate gap", subject, n);
  timed.update = std::move(update);
  return timed;
}

std::vector<timed_update> backend::plan_statuses(const business_number& number, const shopper& who, pair_state& pair,
                                                 const accepted_message& message) {
  const auto& spec = options_.chaos;
  const auto subject = number.id + "|" + who.key();
  std::vector<std::string_view> course{"sent", "delivered", "read"};
  auto error_code = 0;
  const auto window_open = pair.last_inbound > 0 && clock_->now() - pair.last_inbound < ms_per_day;
  if (spec.window && !window_open && message.type != "template") {
    course = {"failed"};
    error_code = 131047;
  } else if (dice_.chance(spec.fail, "fail", subject, pair.updates)) {
    course = {"sent", "failed"};
    error_code = 131026;
  } else if (message.type == "reaction") {
    course = {"sent"};
  } else if (message.type == "audio" && message.body.find("\"voice\":true") != std::string::npos) {
    course.emplace_back("played");
  }
  status_facts facts;
  facts.wamid = message.wamid;
  facts.callback_data = message.callback_data;
  facts.conversation_id = ids_.conversation_id();
  facts.category = message.type == "template" ? "utility" : "service";
  facts.error_code = error_code;
  std::vector<timed_update> updates;
  std::int64_t after = 0;
  for (const auto status : course) {
    const auto n = pair.updates++;
    after += dice_.pick(spec.status_ms, "status_ms", subject, n);
    facts.status = status;
    facts.at = clock_->now() + after;
    auto timed = plan(
        {number.id, {number.waba_id, meta_dump(status_change(number, who, facts))}, {}, facts.wamid, facts.status},
        subject, n);
    timed.after_ms = after;
    timed.lost = dice_.chance(spec.status_loss, "status_loss", subject, n);
    updates.push_back(std::move(timed));
  }
  return updates;
}

void backend::happened(const webhook_update& update) {
  if (update.status.empty())
    return;
  record_.note_status(update.wamid, update.status);
  record_.feed({{"kind", "status"}, {"at", clock_->now()}, {"wamid", update.wamid}, {"status", update.status}});
}

void backend::acknowledged(const webhook_update& update) {
  if (update.status.empty() && !update.wamid.empty())
    record_.feed({{"kind", "acknowledged"}, {"at", clock_->now()}, {"wamid", update.wamid}});
}

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
    const auto* number = numbers_.find(number_id);
    if (!number && numbers_.empty())
      return make_error(errc::not_found, "no such phone number id", "phone_number_id");
    if (!number)
      number = &numbers_.all().front();
    webhook_update update{number->id, {}, raw.is_string() ? raw.get<std::string>() : meta_dump(raw), outcome.id, {}};
    outcome.update = plan(std::move(update), "raw", raw_count_++);
    return outcome;
  }
  const auto* number = number_id.empty() && !numbers_.empty() ? &numbers_.all().front() : number_for(number_id);
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
  auto* known = find_shopper(digits_of(text_or(request, "from")), text_or(request, "user_id"));
  const auto changed = !known || (request.contains("name") && known->name != text_or(request, "name")) ||
                       (request.contains("username") && known->username != text_or(request, "username")) ||
                       (request.contains("user_id") && known->user_id != text_or(request, "user_id")) ||
                       (request.contains("hide_phone") && known->hide_phone != flag(request, "hide_phone"));
  if (changed) {
    const auto added = add_shopper(dump(person));
    if (!added)
      return added.error().field == "phone" ? bad_key("from", added.error().what) : added.error();
    known = find_shopper(added->phone, added->user_id);
  }
  const auto& who = *known;
  auto& pair = pair_of(*number, who);
  auto at = clock_->now();
  if (const auto given = request.find("timestamp"); given != request.end() && given->is_number_integer())
    at = given->get<time_ms>() * ms_per_second;
  pair.last_inbound = std::max(pair.last_inbound, at);
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

json backend::state() const {
  auto numbers = json::array();
  for (const auto& number : numbers_.all())
    numbers.push_back({{"phone_number_id", number.id},
                       {"waba_id", number.waba_id},
                       {"display_phone_number", number.display},
                       {"verified_name", number.name},
                       {"webhooks", !number.webhook_url.empty()}});
  auto people = json::array();
  for (const auto& who : shoppers_)
    people.push_back(to_json(who));
  return {{"numbers", std::move(numbers)},
          {"shoppers", std::move(people)},
          {"chaos", to_string(options_.chaos)},
          {"seed", options_.seed},
          {"now", clock_->now()},
          {"seq", record_.feed_seq()},
          {"accepted", record_.accepted_count()},
          {"refused", record_.refused_count()}};
}

graph_answer backend::upload(std::string_view phone_number_id, std::string_view bearer, std::string_view content_type,
                             std::string_view body) {
  const auto* number = number_for(phone_number_id);
  if (!number)
    return refuse_unknown_object("post", phone_number_id, ids_.trace_id());
  if (bearer.empty() || (!number->access_token.empty() && bearer != number->access_token))
    return refuse_token(ids_.trace_id());
  auto form = parse_form(content_type, body);
  if (!form)
    return refuse(100, form.error().what, ids_.trace_id());
  std::string product;
  std::string type;
  form_part* file = nullptr;
  for (auto& part : *form) {
    if (part.name == "messaging_product")
      product = part.data;
    else if (part.name == "type")
      type = part.data;
    else if (part.name == "file")
      file = &part;
  }
  if (product != "whatsapp")
    return refuse(100, "The parameter messaging_product is required.", ids_.trace_id());
  if (!file)
    return refuse(100, "The parameter file is required.", ids_.trace_id());
  const auto mime = type.find('/') != std::string::npos ? type : file->content_type;
  const auto limit = media_limit(mime);
  if (!limit)
    return refuse(
        100,
        fmt::format("Param file must be a file with one of the supported types. Received file of type '{}'.",
                    to_valid_utf8(mime)),
        ids_.trace_id());
  if (file->data.empty() || file->data.size() > *limit)
    return refuse(131053, fmt::format("File size {} is not within 1 to {} bytes.", file->data.size(), *limit),
                  ids_.trace_id());
  medium kept{ids_.media_id(), number->id, mime, sha256_hex(file->data), std::move(file->data), clock_->now()};
  const auto answer = dump({{"id", kept.id}});
  media_.put(std::move(kept));
  return {200, answer, 0, {}};
}

graph_answer backend::describe(std::string_view id, std::string_view bearer, std::string_view only_for_number,
                               std::string_view base_url) {
  const auto may = [&](const business_number* number) {
    return !bearer.empty() && (!number || number->access_token.empty() || bearer == number->access_token);
  };
  if (const auto* number = numbers_.find(id)) {
    if (!may(number))
      return refuse_token(ids_.trace_id());
    return {200,
            dump({{"verified_name", number->name},
                  {"code_verification_status", "VERIFIED"},
                  {"display_phone_number", number->display},
                  {"quality_rating", "GREEN"},
                  {"platform_type", "CLOUD_API"},
                  {"throughput", {{"level", "STANDARD"}}},
                  {"id", number->id}}),
            0,
            {}};
  }
  const auto* file = media_.find(std::string{id}, clock_->now());
  if (!file || (!only_for_number.empty() && only_for_number != file->phone_number_id))
    return refuse_unknown_object("get", id, ids_.trace_id());
  if (!may(numbers_.find(file->phone_number_id)))
    return refuse_token(ids_.trace_id());
  const auto expires = std::to_string(clock_->now() + media_url_ms);
  const auto ticket = sha256_hex(fmt::format("{}|{}|{}", options_.seed, id, expires)).substr(0, 32);
  return {200,
          dump({{"url", fmt::format("{}/_media/{}?ext={}&hash={}", base_url, id, expires, ticket)},
                {"mime_type", file->mime_type},
                {"sha256", file->sha256},
                {"file_size", file->data.size()},
                {"id", file->id},
                {"messaging_product", "whatsapp"}}),
          0,
          {}};
}

backend::download backend::fetch(std::string_view id, std::string_view bearer, std::string_view expires,
                                 std::string_view ticket) {
  const auto* file = media_.find(std::string{id}, clock_->now());
  time_ms until = 0;
  std::from_chars(expires.data(), expires.data() + expires.size(), until);
  const auto expected = sha256_hex(fmt::format("{}|{}|{}", options_.seed, id, expires)).substr(0, 32);
  if (!file || ticket != expected || until < clock_->now())
    return {404, {}, {}};
  const auto* number = numbers_.find(file->phone_number_id);
  if (bearer.empty() || (number && !number->access_token.empty() && bearer != number->access_token))
    return {401, {}, {}};
  return {200, file->mime_type, file->data};
}

graph_answer backend::remove(std::string_view id, std::string_view bearer) {
  const auto* file = media_.find(std::string{id}, clock_->now());
  if (!file)
    return refuse_unknown_object("delete", id, ids_.trace_id());
  const auto* number = numbers_.find(file->phone_number_id);
  if (bearer.empty() || (number && !number->access_token.empty() && bearer != number->access_token))
    return refuse_token(ids_.trace_id());
  media_.erase(std::string{id});
  return {200, R"({"success":true})", 0, {}};
}

} // namespace wakala::sandbox
