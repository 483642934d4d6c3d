// Messages to send: in the admin API's manner, and in the Graph API's for clients of that.
#include "http/admin_call.hpp"
#include "http/admin_handlers.hpp"
#include "http/graph_answers.hpp"
#include "http/status.hpp"
#include "runtime/core/time_text.hpp"
#include "whatsapp/json_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <variant>

namespace wakala::http {

using actors::message_post;
using actors::read_post;
using nlohmann::json;
using whatsapp::violation;

namespace {

constexpr std::size_t repeat_key_max = 255;
constexpr const char* not_json = "the body is not JSON, or nested too deeply";
constexpr const char* window_rule =
    "inside 24 h after the shopper's last message; outside of it only an approved template";

/// Whole seconds, for Retry-After.
std::string seconds(const json& outcome) {
  return std::to_string((outcome.at("retry_after_ms").get<std::int64_t>() + 999) / 1000);
}

/// 422 with every rule that the body breaks.
response refused(const std::vector<violation>& violations) {
  auto errors = json::array();
  for (const auto& v : violations)
    errors.push_back({{"path", v.path}, {"limit", v.limit}, {"value", v.value}, {"code", v.code}});
  json body{{"type", "about:blank"},
            {"title", reason_phrase(422)},
            {"status", 422},
            {"detail", "WhatsApp would refuse this message"},
            {"field", violations.front().path},
            {"errors", std::move(errors)}};
  auto answer = response::json(422, body.dump(-1, ' ', false, json::error_handler_t::replace));
  answer.content_type = "application/problem+json";
  return answer;
}

response limited(const json& outcome) {
  return problem_for(429, "over the limit " + outcome.at("limit").get<std::string>())
      .with("Retry-After", seconds(outcome));
}

std::vector<violation> window_closed(const message_post& post, const json& outcome) {
  const auto& closed_at = outcome.at("closed_at");
  std::string rule = window_rule;
  if (const auto fitting = outcome.value("templates", json::array()); !fitting.empty()) {
    rule += ": ";
    for (const auto& name : fitting)
      rule += (&name == &fitting.front() ? "" : ", ") + name.get<std::string>();
  }
  return {{"/type", rule,
           post.type + (closed_at.is_null() ? ", and the shopper has not written to this number lately"
                                            : ", and the window closed at " + to_rfc3339(closed_at.get<time_ms>())),
           "window_closed"}};
}

/// The client's own key, bounded, or one of this request's own.
result<std::string> repeat_key_of(const admin_call& call) {
  const auto keys = call.what.values("Idempotency-Key");
  if (keys.size() > 1)
    return make_error(errc::invalid_argument, "was sent twice", "Idempotency-Key");
  if (keys.empty()) {
    auto& random = *call.api->options.context->random;
    return "own:" + std::to_string(random.next_u64()) + "." + std::to_string(random.next_u64());
  }
  const auto key = keys.front();
  if (key.empty() || key.size() > repeat_key_max ||
      !std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < '\x7F'; }))
    return make_error(errc::invalid_argument, "must be 1 to 255 visible ASCII characters", "Idempotency-Key");
  return "key:" + std::string(key);
}

constexpr std::size_t broadcast_name_max = 64;

/// `?broadcast=`: the client's name of a message to many; the first one of that name counts as a broadcast.
result<std::string> broadcast_of(const request_head& what) {
  const auto name = query_values{what.query}.find("broadcast");
  if (!name)
    return std::string{};
  if (name->empty() || name->size() > broadcast_name_max ||
      !std::all_of(name->begin(), name->end(), [](char c) { return c > ' ' && c < '\x7F'; }))
    return make_error(errc::invalid_argument, "must be 1 to 64 visible ASCII characters", "broadcast");
  return std::string(*name);
}

response answer_of(const message_post& post, const result<std::string>& text) {
  if (!text)
    return problem_for(text.error());
  const auto outcome = json::parse(*text);
  const auto what = outcome.at("outcome").get<std::string>();
  if (what == "accepted")
    return response::json(202, json{{"id", outcome.at("id")}}.dump());
  if (what == "limited")
    return limited(outcome);
  if (what == "refused")
    return refused({{outcome.at("path"), "what Meta would accept", outcome.at("details"), outcome.at("reason")}});
  return refused(window_closed(post, outcome));
}

response answer_of(const read_post&, const result<std::string>& text) {
  if (!text)
    return problem_for(text.error());
  const auto outcome = json::parse(*text);
  const auto what = outcome.at("outcome").get<std::string>();
  if (what == "accepted")
    return response::json(200, R"({"success":true})");
  if (what == "limited")
    return limited(outcome);
  return refused(
      {{"/message_id", "a message that can be marked as read",
        "error " + std::to_string(outcome.at("code").get<int>()) + ": " + outcome.at("details").get<std::string>(),
        "refused"}});
}

response graph_answer_of(const json& outcome) {
  if (outcome.at("outcome") == "limited") {
    const auto details = "over the limit " + outcome.at("limit").get<std::string>();
    auto answer = graph_error(130429, details).with("Retry-After", seconds(outcome));
    answer.status = 429;
    return answer;
  }
  return graph_error(outcome.at("code").get<int>(), outcome.at("details").get<std::string>());
}

response graph_answer_of(const message_post& post, const std::string& to, const result<std::string>& text) {
  if (!text)
    return graph_error(2, text.error().what);
  const auto outcome = json::parse(*text);
  if (outcome.at("outcome") == "accepted")
    return graph_accepted(outcome.at("id").get<std::string>(), to, post.phone, post.user_id, post.is_template());
  if (outcome.at("outcome") == "window_closed") {
    const auto why = window_closed(post, outcome).front();
    return graph_error(131047, why.limit + "; " + why.value);
  }
  return graph_answer_of(outcome);
}

response graph_answer_of(const read_post&, const std::string&, const result<std::string>& text) {
  if (!text)
    return graph_error(2, text.error().what);
  const auto outcome = json::parse(*text);
  return outcome.at("outcome") == "accepted" ? graph_success() : graph_answer_of(outcome);
}

/// Hands it on; `answered` makes the answer of what becomes of it.
template <class Answered>
void hand_on(admin_call& call, const tenant_id& tenant, const std::variant<message_post, read_post>& what,
             Answered answered) {
  std::visit(
      [&](const auto& post) {
        auto done = [to = call.to, post, answered](const result<std::string>& text) {
          to.send(answered(post, text));
        };
        if constexpr (std::is_same_v<std::decay_t<decltype(post)>, message_post>)
          call.actors().post_message(tenant, post, std::move(done));
        else
          call.actors().post_read(tenant, post, std::move(done));
      },
      what);
}

/// The answer when it is known at once; else it comes later.
std::optional<response> take_message(admin_call& call) {
  const auto entry = call.api->options.context->tenants->get()->find(call.value("tenant"));
  auto number = number_asked_for(entry->config, call.what);
  auto key = repeat_key_of(call);
  auto broadcast = broadcast_of(call.what);
  const auto agent = flag_of(call.what, "agent");
  if (!number || !key || !broadcast || !agent)
    return problem_for(!number      ? number.error()
                       : !key       ? key.error()
                       : !broadcast ? broadcast.error()
                                    : agent.error());
  if (*agent && !broadcast->empty())
    return problem_for(make_error(errc::invalid_argument, "is not for messages to many", "agent"));
  auto body = whatsapp::parse_json(call.what.body, actors::request_depth_max);
  if (!body)
    return problem_for(make_error(errc::invalid_argument, not_json));
  auto checked = actors::check_post(std::move(*body), std::move(*number), std::move(*key));
  if (!checked.violations.empty())
    return refused(checked.violations);
  if (auto* post = std::get_if<message_post>(&checked.what); post != nullptr && !broadcast->empty()) {
    post->broadcast = std::move(*broadcast);
    post->priority = actors::send_priority::broadcast;
  }
  if (auto* post = std::get_if<message_post>(&checked.what); post != nullptr)
    post->is_agent = *agent;
  hand_on(call, entry->config.id, checked.what,
          [](const auto& post, const result<std::string>& text) { return answer_of(post, text); });
  return std::nullopt;
}

/// The same.
std::optional<response> take_graph_message(admin_call& call) {
  if (!is_graph_version(call.value("version")))
    return problem_for(404);
  const auto known = call.api->tokens.find(call.what);
  if (!known)
    return graph_error(190, "a token of the admin API that may act for the tenant is needed");
  const auto& number = call.value("number");
  const auto entry = call.api->options.context->tenants->get()->by_number(number);
  if (!entry || !known->may_see(entry->config.id))
    return graph_unknown_object(number);
  auto key = repeat_key_of(call);
  if (!key)
    return graph_error(100, key.error().field + " " + key.error().what);
  auto body = whatsapp::parse_json(call.what.body, actors::request_depth_max);
  if (!body)
    return graph_error(100, not_json);
  std::string to;
  if (body->is_object())
    for (const char* name : {"to", "recipient"})
      if (to.empty() && body->contains(name) && body->at(name).is_string())
        to = body->at(name).get<std::string>();
  const auto checked = actors::check_post(std::move(*body), number, std::move(*key));
  if (!checked.violations.empty())
    return graph_error(checked.violations);
  hand_on(call, entry->config.id, checked.what,
          [to](const auto& post, const result<std::string>& text) { return graph_answer_of(post, to, text); });
  return std::nullopt;
}

} // namespace

void post_message(admin_call& call) {
  if (auto answer = take_message(call))
    call.to.send(std::move(*answer));
}

void post_graph_message(admin_call& call) {
  if (auto answer = take_graph_message(call))
    call.to.send(std::move(*answer));
}

} // namespace wakala::http
