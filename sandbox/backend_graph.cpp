// Graph calls about numbers, accounts and templates: who may make them, and where their webhooks go.
#include "sandbox/backend.hpp"
#include "sandbox/control_calls.hpp"

#include <algorithm>
#include <array>

namespace wakala::sandbox {

using json = nlohmann::ordered_json;

namespace {

constexpr std::array<std::string_view, 6> number_edges{"register",    "deregister",  "request_code",
                                                       "verify_code", "block_users", "whatsapp_business_profile"};
constexpr std::array<std::string_view, 4> other_edges{"phone_numbers", "subscribed_apps", "message_templates",
                                                      "unpause"};

std::string_view verb_of(std::string_view method) {
  return method == "POST" ? "post" : method == "DELETE" ? "delete" : "get";
}

} // namespace

call_context backend::context() {
  const auto wrote_lately = [this](const business_number& number, const std::string& id) {
    const auto* who = shoppers_.find(id, id);
    const auto pair = who ? pairs_.find(number.id + "|" + who->key()) : pairs_.end();
    return pair != pairs_.end() && window_is_open(pair->second);
  };
  return {held_, ids_, dice_, options_.chaos, clock_->now(), wrote_lately};
}

bool backend::may(std::string_view waba_id, std::string_view bearer) const {
  return std::ranges::any_of(held_.numbers.all(), [&](const business_number& number) {
    return number.waba_id == waba_id && may(number, bearer);
  });
}

std::size_t backend::calls_max(std::string_view waba_id) const {
  const auto registered = std::ranges::any_of(held_.numbers.all(), [&](const business_number& number) {
    return number.waba_id == waba_id && number.condition.registered;
  });
  return registered ? 5'000 : 200;
}

std::optional<managed_outcome> backend::manage(const graph_call& call) {
  auto calling = context();
  if (catalog_store::is_edge(call.edge)) {
    const auto& all = held_.numbers.all();
    const auto allowed = all.empty()
                             ? !call.bearer.empty()
                             : std::ranges::any_of(all, [&](const auto& each) { return may(each, call.bearer); });
    return managed_outcome{allowed
                               ? catalogs_.call(call.method, call.id, call.edge, call.parameters, calling.now, ids_)
                               : refuse_token(ids_.trace_id()),
                           {},
                           {}};
  }
  const auto about_number = std::ranges::find(number_edges, call.edge) != number_edges.end();
  if (about_number)
    number_for(call.id); // when every number is accepted, this makes it
  auto* number = held_.numbers.find(call.id);
  auto* whose = number ? nullptr : held_.accounts.find(call.id);
  auto* one = number || whose ? nullptr : held_.templates.find(call.id);
  if (!number && !whose && !one) {
    const auto ours = about_number || std::ranges::find(other_edges, call.edge) != other_edges.end() ||
                      (call.edge.empty() && call.method == "POST");
    if (!ours)
      return std::nullopt;
    return managed_outcome{refuse_unknown_object(verb_of(call.method), call.id, ids_.trace_id()), {}, {}};
  }
  const auto allowed = number  ? may(*number, call.bearer)
                       : whose ? may(whose->id, call.bearer)
                               : may(one->waba_id, call.bearer);
  if (!allowed)
    return managed_outcome{refuse_token(ids_.trace_id()), {}, {}};
  auto& counted = number ? owner_of(*number) : whose ? *whose : *held_.accounts.find(one->waba_id);
  if (counted.calls.within(ms_per_hour, calling.now) >= calls_max(counted.id))
    return managed_outcome{refuse(80007, {}, ids_.trace_id()), {}, {}};
  counted.calls.note(calling.now);
  auto outcome = number  ? call_number(calling, *number, call)
                 : whose ? call_account(calling, *whose, call)
                         : call_template(calling, *one, call);
  if (!outcome)
    return std::nullopt;
  return managed_outcome{std::move(outcome->answer), plan_changes(outcome->changes), std::move(outcome->check)};
}

graph_answer backend::callback_refused() {
  return refuse(2200, "The callback URL did not answer its challenge.", ids_.trace_id());
}

std::optional<business_number> backend::receiver_of(const webhook_update& update) const {
  const auto* number = held_.numbers.find(update.phone_number_id);
  const auto* owner = number ? held_.accounts.find(number->waba_id) : nullptr;
  if (!owner || !owner->subscribed)
    return std::nullopt;
  auto to = *number;
  if (is_management_field(update.field))
    return to;
  const auto file = held_.files.find(number->id);
  if (file != held_.files.end() && !file->second.callback.uri.empty())
    to.webhook_url = file->second.callback.uri;
  else if (!owner->callback.uri.empty())
    to.webhook_url = owner->callback.uri;
  return to;
}

} // namespace wakala::sandbox
