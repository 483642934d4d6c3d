#include "sandbox/stripe_desk.hpp"

#include "http/core/hmac.hpp"
#include "http/core/message.hpp"
#include "runtime/core/encoding.hpp"
#include "sandbox/chaos.hpp"
#include "sandbox/request_parts.hpp"
#include "sandbox/stripe_fields.hpp"
#include "sandbox/stripe_page.hpp"
#include "sandbox/web_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace wakala::sandbox {

using std::chrono::milliseconds;

namespace {

using json = nlohmann::ordered_json;

constexpr std::int64_t session_life_s = 24 * 60 * 60;
constexpr std::int64_t session_life_min_s = 30 * 60;
constexpr std::array<std::string_view, 5> faults{"", "error_500", "lost_answer", "rate_limited", "conflict"};
constexpr std::array<std::string_view, 4> event_modes{"normal", "double", "lost", "late"};

web_reply wrong(int status, std::string_view type, std::string_view code, std::string_view message,
                std::string_view field = {}) {
  json error{{"type", type}, {"code", code}, {"message", message}};
  error["param"] = field.empty() ? json(nullptr) : json(field);
  return {status, "application/json", dump({{"error", error}}), {}, false};
}

web_reply missing(std::string_view what) {
  return wrong(404, "invalid_request_error", "resource_missing", fmt::format("No such {}", what), "id");
}

/// An object without what is the stand-in's own business.
json told(json object) {
  for (const auto* inner : {"sandbox_intent", "sandbox_lines", "sandbox_refunded"})
    object.erase(inner);
  return object;
}

bool is_paid(const json& session) { return session["payment_status"] == "paid"; }
bool is_open(const json& session) { return session["status"] == "open"; }

} // namespace

stripe_desk::stripe_desk(payment_world world, payment_options options)
    : world_(std::move(world)), options_(std::move(options)) {}

std::string stripe_desk::next_id(std::string_view prefix) {
  // Unlike those of another run: a receiver that remembers ids never takes them for old ones.
  const auto random =
      mix64(options_.seed ^ mix64(static_cast<std::uint64_t>(world_.clock.now()) + (++count_ << 44U)));
  return fmt::format("{}{:016x}{:x}", prefix, random, count_);
}

void stripe_desk::handle(const payment_call& call, const routes::respond& answer) {
  if (!call.parts.empty() && (call.parts[0] == "pay" || call.parts[0] == "buy"))
    return answer(page(call));
  auto reply = api(call);
  reply.headers.emplace_back("Request-Id", next_id("req_"));
  if (answer_ms_ > 0)
    world_.later(milliseconds{answer_ms_}, [answer, reply = std::move(reply)] { answer(reply); });
  else
    answer(std::move(reply));
}

web_reply stripe_desk::api(const payment_call& call) {
  const auto& request = call.request;
  constexpr std::string_view bearer = "Bearer ";
  const std::string_view authorization = request.authorization;
  if (!authorization.starts_with(bearer) || authorization.size() == bearer.size() ||
      (!options_.stripe_key.empty() && authorization.substr(bearer.size()) != options_.stripe_key))
    return wrong(401, "invalid_request_error", "api_key_invalid", "Invalid API Key provided");
  const fields form{request.body};
  if (request.method != "POST")
    return perform(call, form);
  const auto fault = std::exchange(next_, {});
  if (fault == "rate_limited")
    return wrong(429, "invalid_request_error", "rate_limit", "Too many requests");
  if (fault == "conflict")
    return wrong(409, "idempotency_error", "idempotency_key_in_use", "Another request with this key is running");
  const auto& key = request.idempotency_key;
  const auto asked = request.target + '\n' + request.body;
  if (const auto known = replays_.find(key); !key.empty() && known != replays_.end()) {
    if (known->second.asked != asked)
      return wrong(
          400, "idempotency_error", "idempotency_key_reused",
          "Keys for idempotent requests can only be used with the same parameters they were first used with");
    return {known->second.status,
            "application/json",
            known->second.body,
            {{"Idempotent-Replayed", "true"}},
            fault == "lost_answer"};
  }
  auto reply = fault == "error_500" ? wrong(500, "api_error", "", "Something went wrong") : perform(call, form);
  // What began to be executed is stored, a 500 as well; what was not valid is not.
  if (!key.empty() && (reply.status < 400 || reply.status == 402 || reply.status >= 500))
    replays_[key] = {asked, reply.status, reply.body};
  reply.drop_connection = fault == "lost_answer";
  return reply;
}

web_reply stripe_desk::perform(const payment_call& call, const fields& form) {
  const auto& parts = call.parts;
  const auto& method = call.request.method;
  const auto at = [&](std::size_t i) { return i < parts.size() ? parts[i] : std::string{}; };
  if (at(0) != "v1")
    return missing("path");
  if (at(1) == "checkout" && at(2) == "sessions" && parts.size() >= 3) {
    if (parts.size() == 3 && method == "POST")
      return create_session(form, call.base_url, {});
    const auto found = sessions_.find(at(3));
    if (found == sessions_.end())
      return missing("checkout.session");
    if (parts.size() == 5 && at(4) == "expire" && method == "POST") {
      if (!is_open(found->second))
        return wrong(400, "invalid_request_error", "",
                     "Only Checkout Sessions with a status in [\"open\"] can be expired");
      expire(found->second);
      return ok(dump(told(found->second)));
    }
    if (parts.size() == 4 && method == "GET")
      return ok(dump(told(found->second)));
  }
  if (at(1) == "payment_links" && method == "POST") {
    if (parts.size() == 2)
      return create_link(form, call.base_url);
    const auto found = links_.find(at(2));
    if (found == links_.end())
      return missing("payment_link");
    if (const auto active = form.text("active"); !active.empty())
      found->second["active"] = active == "true";
    return ok(dump(told(found->second)));
  }
  if (at(1) == "refunds" && parts.size() == 2 && method == "POST")
    return create_refund(form);
  if (at(1) == "payment_intents" && parts.size() == 3 && method == "GET" && intents_.contains(at(2)))
    return ok(dump(told(intents_.at(at(2)))));
  return missing("path");
}

web_reply stripe_desk::create_session(const fields& form, const std::string& base_url, const std::string& link) {
  const auto lines = form.lines(link.empty() ? 100 : 20);
  if (!lines)
    return wrong(400, "invalid_request_error",
                 lines.error().code == errc::conflict ? "invalid_charge_amount_no_decimal_compatible"
                                                      : "parameter_invalid",
                 lines.error().what, lines.error().field);
  if (link.empty() && form.text("mode") != "payment")
    return wrong(400, "invalid_request_error", "parameter_missing", "mode must be payment", "mode");
  if (link.empty() && form.text("success_url").empty())
    return wrong(400, "invalid_request_error", "parameter_missing", "Missing required param: success_url.",
                 "success_url");
  auto expires_at = now_s() + session_life_s;
  if (const auto given = form.text("expires_at"); !given.empty()) {
    expires_at = form.number("expires_at").value_or(0);
    if (expires_at < now_s() + session_life_min_s - 5 || expires_at > now_s() + session_life_s + 5)
      return wrong(400, "invalid_request_error", "parameter_invalid",
                   "The `expires_at` timestamp must be at least 30 minutes and less than 24 hours from creation",
                   "expires_at");
  }
  const auto id = next_id("cs_test_");
  json session{{"id", id},
               {"object", "checkout.session"},
               {"mode", "payment"},
               {"status", "open"},
               {"payment_status", "unpaid"},
               {"amount_subtotal", lines->total},
               {"amount_total", lines->total},
               {"currency", lines->currency},
               {"client_reference_id", form.text_or_null("client_reference_id")},
               {"metadata", form.map("metadata")},
               {"payment_intent", nullptr},
               {"payment_link", link.empty() ? json(nullptr) : json(link)},
               {"expires_at", expires_at},
               {"created", now_s()},
               {"livemode", false},
               {"customer_details", nullptr},
               {"success_url", form.text_or_null(link.empty() ? "success_url" : "after_completion[redirect][url]")},
               {"cancel_url", form.text_or_null("cancel_url")},
               {"url", base_url + "/pay/" + id}};
  json intent{{"id", next_id("pi_")},
              {"object", "payment_intent"},
              {"amount", lines->total},
              {"amount_received", 0},
              {"currency", lines->currency},
              {"status", "requires_payment_method"},
              {"metadata", form.map("payment_intent_data[metadata]")}};
  // Not told before the payment begins; kept so that it is the same through all tries.
  session["sandbox_intent"] = intent["id"];
  session["sandbox_lines"] = lines->shown;
  intents_[intent["id"].get<std::string>()] = intent;
  const auto wait = std::max<std::int64_t>(0, expires_at - now_s());
  sessions_[id] = session;
  world_.later(milliseconds{wait * ms_per_second}, [this, id] {
    if (auto& kept = sessions_.at(id); is_open(kept))
      expire(kept);
  });
  return ok(dump(told(session)));
}

web_reply stripe_desk::create_link(const fields& form, const std::string& base_url) {
  const auto lines = form.lines(20);
  if (!lines)
    return wrong(400, "invalid_request_error", "parameter_invalid", lines.error().what, lines.error().field);
  const auto id = next_id("plink_");
  json link{{"id", id},
            {"object", "payment_link"},
            {"active", true},
            {"currency", lines->currency},
            {"metadata", form.map("metadata")},
            {"restrictions", nullptr},
            {"livemode", false},
            {"url", base_url + "/buy/" + id}};
  if (const auto limit = form.number("restrictions[completed_sessions][limit]"))
    link["restrictions"] = {{"completed_sessions", {{"count", 0}, {"limit", *limit}}}};
  link_forms_[id] = form.body();
  links_[id] = link;
  return ok(dump(link));
}

web_reply stripe_desk::create_refund(const fields& form) {
  const auto found = intents_.find(form.text("payment_intent"));
  if (found == intents_.end())
    return missing("payment_intent");
  auto& intent = found->second;
  const auto received = intent["amount_received"].get<std::int64_t>();
  const auto back = intent.value("sandbox_refunded", std::int64_t{0});
  const auto amount = form.text("amount").empty() ? received - back : form.number("amount").value_or(0);
  if (received == 0)
    return wrong(400, "invalid_request_error", "charge_not_captured",
                 "This PaymentIntent does not have a successful charge to refund");
  if (amount < 1 || amount > received - back)
    return wrong(400, "invalid_request_error", back == received ? "charge_already_refunded" : "amount_too_large",
                 "Refund amount is greater than the unrefunded amount on the charge", "amount");
  intent["sandbox_refunded"] = back + amount;
  json refund{{"id", next_id("re_")},
              {"object", "refund"},
              {"amount", amount},
              {"currency", intent["currency"]},
              {"payment_intent", intent["id"]},
              {"charge", intent["latest_charge"]},
              {"reason", form.text_or_null("reason")},
              {"status", "succeeded"},
              {"metadata", form.map("metadata")},
              {"created", now_s()}};
  refunds_[refund["id"].get<std::string>()] = refund;
  emit("refund.created", refund);
  emit("charge.refunded", {{"id", intent["latest_charge"]},
                           {"object", "charge"},
                           {"amount", received},
                           {"amount_refunded", back + amount},
                           {"refunded", back + amount == received},
                           {"currency", intent["currency"]},
                           {"payment_intent", intent["id"]},
                           {"metadata", intent["metadata"]}});
  return ok(dump(refund));
}

void stripe_desk::pay(json& session, bool delayed) {
  auto& intent = intents_.at(session["sandbox_intent"].get<std::string>());
  session["status"] = "complete";
  session["payment_intent"] = intent["id"];
  session["customer_details"] = {{"email", "amina@shop.example"}};
  if (const auto link =
          links_.find(session["payment_link"].is_string() ? session["payment_link"].get<std::string>() : "");
      link != links_.end() && link->second["restrictions"].is_object()) {
    auto& limit = link->second["restrictions"]["completed_sessions"];
    limit["count"] = limit["count"].get<std::int64_t>() + 1;
    if (limit["count"] >= limit["limit"])
      link->second["active"] = false;
  }
  if (delayed) {
    intent["status"] = "processing";
    emit("payment_intent.processing", intent);
    return emit("checkout.session.completed", session);
  }
  session["payment_status"] = "paid";
  settle(session);
  emit("checkout.session.completed", session);
}

void stripe_desk::settle(json& session) {
  auto& intent = intents_.at(session["sandbox_intent"].get<std::string>());
  session["payment_status"] = "paid";
  intent["status"] = "succeeded";
  intent["amount_received"] = intent["amount"];
  intent["latest_charge"] = next_id("ch_");
  emit("payment_intent.succeeded", intent);
}

void stripe_desk::expire(json& session) {
  session["status"] = "expired";
  emit("checkout.session.expired", session);
}

result<bool> stripe_desk::act(std::string_view session_id, std::string_view what) {
  const auto found = sessions_.find(std::string(session_id));
  if (found == sessions_.end())
    return false;
  auto& session = found->second;
  auto& intent = intents_.at(session["sandbox_intent"].get<std::string>());
  const auto settling = session["status"] == "complete" && !is_paid(session) && intent["status"] == "processing";
  if (what == "pay" || what == "delayed" || what == "expire" || what == "decline") {
    if (!is_open(session))
      return make_error(errc::conflict, "the session is not open", "do");
    if (what == "expire") {
      expire(session);
    } else if (what == "decline") {
      intent["last_payment_error"] = {{"code", "card_declined"}};
      emit("payment_intent.payment_failed", intent);
    } else {
      pay(session, what == "delayed");
    }
    return true;
  }
  if (what == "settle" || what == "fail") {
    if (!settling)
      return make_error(errc::conflict, "no delayed payment is on its way", "do");
    if (what == "settle") {
      settle(session);
      emit("checkout.session.async_payment_succeeded", session);
    } else {
      intent["status"] = "requires_payment_method";
      emit("checkout.session.async_payment_failed", session);
    }
    return true;
  }
  if (what == "abandon") // the shopper just goes away: nobody is told
    return true;
  return make_error(errc::invalid_argument, "pay, decline, delayed, settle, fail, abandon or expire", "do");
}

web_reply stripe_desk::open_link(const std::string& id, const std::string& base_url) {
  const auto found = links_.find(id);
  if (found == links_.end() || !found->second["active"].get<bool>())
    return {found == links_.end() ? 404 : 410, "text/html; charset=utf-8", stripe_closed_page(), page_headers(),
            false};
  const fields form{link_forms_.at(id)};
  auto made = create_session(form, base_url, id);
  if (made.status != 200)
    return made;
  const auto url = json::parse(made.body)["url"].get<std::string>();
  return {303, "text/plain", "", {{"Location", url}}, false};
}

web_reply stripe_desk::page(const payment_call& call) {
  const auto& parts = call.parts;
  if (parts.size() == 2 && parts[0] == "buy" && call.request.method == "GET")
    return open_link(parts[1], call.base_url);
  const auto found = parts.size() >= 2 && parts[0] == "pay" ? sessions_.find(parts[1]) : sessions_.end();
  if (found == sessions_.end())
    return {404, "text/html; charset=utf-8", stripe_closed_page(), page_headers(), false};
  if (parts.size() == 3 && call.request.method == "POST")
    static_cast<void>(act(parts[1], parts[2])); // what is too late shows the page as it is
  return {200, "text/html; charset=utf-8",
          stripe_pay_page(found->second, parts.size() == 3 ? parts[2] : std::string{}), page_headers(), false};
}

void stripe_desk::emit(const std::string& type, const json& object) {
  const json event{{"id", next_id("evt_")},
                   {"object", "event"},
                   {"api_version", "2026-10-28.endive"},
                   {"created", now_s()},
                   {"livemode", false},
                   {"type", type},
                   {"pending_webhooks", 1},
                   {"request", {{"id", nullptr}, {"idempotency_key", nullptr}}},
                   {"data", {{"object", told(object)}}}};
  events_.push_back({{"event", event}, {"tries", 0}, {"delivered", false}, {"status", 0}});
  if (options_.stripe_webhook_url.empty() || event_mode_ == "lost")
    return;
  const auto index = events_.size() - 1;
  const auto copies = event_mode_ == "double" ? 2 : 1;
  for (auto i = 0; i < copies; ++i)
    world_.later(milliseconds{event_mode_ == "late" ? late_ms_ : 0},
                 [this, index] { deliver(index, options_.event_tries, options_.retry_base); });
}

void stripe_desk::deliver(std::size_t event, int tries_left, milliseconds wait) {
  auto& kept = events_[event];
  kept["tries"] = kept["tries"].get<int>() + 1;
  auto body = dump(kept["event"]);
  const auto time = std::to_string(now_s()); // each try is signed afresh
  const auto signature = http::hmac_sha256(options_.stripe_webhook_secret, time + '.' + body);
  world_.post({options_.stripe_webhook_url,
               {{"Content-Type", "application/json; charset=utf-8"},
                {"Stripe-Signature", fmt::format("t={},v1={}", time, to_hex(signature))}},
               std::move(body)},
              [this, event, tries_left, wait](int status, const std::string&) {
                events_[event]["status"] = status;
                if (status >= 200 && status < 300)
                  events_[event]["delivered"] = true;
                else if (tries_left > 1)
                  world_.later(wait, [this, event, tries_left, wait] { deliver(event, tries_left - 1, wait * 2); });
              });
}

result<std::string> stripe_desk::control(const json& wish) {
  if (wish.contains("next")) {
    const auto next = text_or(wish, "next");
    if (std::ranges::find(faults, next) == faults.end())
      return bad_key("next", "error_500, lost_answer, rate_limited, conflict or nothing");
    next_ = next;
  }
  if (wish.contains("events")) {
    const auto mode = text_or(wish, "events");
    if (std::ranges::find(event_modes, mode) == event_modes.end())
      return bad_key("events", "normal, double, lost or late");
    event_mode_ = mode;
  }
  for (auto [key, value] : {std::pair{"late_ms", &late_ms_}, {"answer_ms", &answer_ms_}})
    if (wish.contains(key)) {
      if (!wish[key].is_number_unsigned() || wish[key] > 3'600'000)
        return bad_key(key, "milliseconds, at most an hour");
      *value = wish[key].get<std::int64_t>();
    }
  return dump({{"next", next_}, {"events", event_mode_}, {"late_ms", late_ms_}, {"answer_ms", answer_ms_}});
}

json stripe_desk::state() const {
  const auto all = [](const auto& from) {
    auto list = json::array();
    for (const auto& [id, one] : from)
      list.push_back(one);
    return list;
  };
  auto events = json::array();
  for (const auto& one : events_)
    events.push_back({{"id", one["event"]["id"]},
                      {"type", one["event"]["type"]},
                      {"tries", one["tries"]},
                      {"delivered", one["delivered"]},
                      {"status", one["status"]}});
  return {{"sessions", all(sessions_)},
          {"links", all(links_)},
          {"intents", all(intents_)},
          {"refunds", all(refunds_)},
          {"events", std::move(events)}};
}

} // namespace wakala::sandbox
