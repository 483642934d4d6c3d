// Testers who change what Meta holds.
#include "sandbox/backend.hpp"
#include "sandbox/control_calls.hpp"
#include "sandbox/request_parts.hpp"
#include "sandbox/shopper_changes.hpp"

namespace wakala::sandbox {

using json = nlohmann::ordered_json;

result<controlled_outcome> backend::control(std::string_view what, std::string_view id, std::string_view body) {
  const auto request = json::parse(body, nullptr, false);
  if (!request.is_object())
    return bad_key("body", "the body must be a JSON object");
  if (what == "catalogs") {
    if (const auto done = catalogs_.control(id, body); !done)
      return done.error();
    return controlled_outcome{catalogs_.view(id, clock_->now()), {}};
  }
  auto calling = context();
  result<change_list> told = make_error(errc::not_found, "no such object", "id");
  json answer;
  if (auto* number = held_.numbers.find(id); what == "numbers" && number) {
    told = control_number(calling, *number, request);
    answer = to_json(number->condition);
  } else if (auto* whose = held_.accounts.find(id); what == "accounts" && whose) {
    told = control_account(calling, *whose, request);
    answer = to_json(*whose);
  } else if (auto* one = held_.templates.find(id); what == "templates" && one) {
    told = control_template(calling, *one, request);
    answer = to_json(*one, {"id", "name", "language", "category", "status", "rejected_reason", "quality_score"});
    if (one->status == "DELETED")
      held_.templates.erase(std::string{id}, clock_->now());
  }
  if (!told)
    return told.error();
  answer["webhooks"] = told->size();
  return controlled_outcome{std::move(answer), plan_changes(*told)};
}

std::vector<std::string> backend::numbers_of(const shopper& who, const std::string& wanted) const {
  std::vector<std::string> ids;
  for (const auto& number : held_.numbers.all())
    if (wanted.empty() ? pairs_.contains(number.id + "|" + who.key()) : number.id == wanted)
      ids.push_back(number.id);
  if (ids.empty() && wanted.empty() && !held_.numbers.empty())
    ids.push_back(held_.numbers.all().front().id);
  return ids;
}

void backend::rekey_pairs(const std::string& old_key, const std::string& new_key, bool keep_window) {
  if (old_key == new_key)
    return;
  for (const auto& number : held_.numbers.all())
    if (auto pair = pairs_.extract(number.id + "|" + old_key)) {
      pair.key() = number.id + "|" + new_key;
      if (!keep_window)
        pair.mapped().last_inbound = 0;
      pairs_.insert(std::move(pair));
    }
}

result<controlled_outcome> backend::change_shopper(std::string_view body) {
  const auto request = json::parse(body, nullptr, false);
  const auto choice = text_or(request, "marketing");
  const auto new_phone = digits_of(text_or(request, "new_phone"));
  const auto new_user_id = text_or(request, "new_user_id");
  const auto wanted = text_or(request, "phone_number_id");
  if (!choice.empty() && choice != "stop" && choice != "resume")
    return bad_key("marketing", "marketing is stop or resume");
  if (!new_phone.empty() && (!is_phone(new_phone) || shoppers_.find(new_phone, {})))
    return bad_key("new_phone", "not a phone number, or another shopper's");
  if (!new_user_id.empty() && (!is_user_id(new_user_id) || shoppers_.find(new_user_id, {})))
    return bad_key("new_user_id", "not a user id, or another shopper's");
  if (!wanted.empty() && !held_.numbers.find(wanted))
    return make_error(errc::not_found, "no such phone number id", "phone_number_id");
  const auto added = add_shopper(body);
  if (!added)
    return added.error();
  auto& who = *shoppers_.find(added->phone, added->user_id);
  if ((!new_phone.empty() && who.phone.empty()) || (!new_user_id.empty() && who.user_id.empty()))
    return bad_key(new_phone.empty() ? "new_user_id" : "new_phone", "the shopper has no old one");
  const auto now = clock_->now();
  std::vector<meta_change> told;
  const auto tell = [&](const business_number& number, const json& change) {
    told.push_back({number.waba_id, number.id, change["field"], change["value"], {}, 0});
  };
  const auto ids = numbers_of(who, wanted);
  for (const auto& id : ids) {
    const auto& number = *std::as_const(held_.numbers).find(id);
    if (!choice.empty()) {
      pair_of(number, who).marketing_stopped = choice == "stop";
      tell(number, preference_change(number, who, choice, now));
    }
    if (!new_phone.empty())
      tell(number, number_change(number, who, new_phone, ids_.message_id(who.key(), false), now));
    if (!new_user_id.empty()) {
      tell(number, user_id_message(number, who, new_user_id, ids_.message_id(who.key(), false), now));
      tell(number, user_id_change(number, who, new_user_id, now));
    }
  }
  const auto old_key = who.key();
  if (!new_phone.empty())
    shoppers_.change_phone(who, new_phone);
  if (!new_user_id.empty())
    shoppers_.change_user_id(who, new_user_id);
  rekey_pairs(old_key, who.key(), new_phone.empty()); // a new number has to write first
  if (old_key != who.key())
    record_.feed({{"kind", "shopper"}, {"shopper", to_json(who)}});
  return controlled_outcome{to_json(who), plan_changes(told)};
}

result<controlled_outcome> backend::send_webhook(std::string_view body) {
  const auto request = json::parse(body, nullptr, false);
  if (!request.is_object() || text_or(request, "field").empty() || !request.contains("value"))
    return bad_key("field", "expected {\"phone_number_id\"?, \"waba_id\"?, \"field\", \"value\"}");
  const auto id = text_or(request, "phone_number_id");
  const auto waba_id = text_or(request, "waba_id");
  const auto& numbers = std::as_const(held_.numbers);
  const auto* number = !id.empty()        ? numbers.find(id)
                       : !waba_id.empty() ? numbers.first_of(waba_id)
                       : numbers.empty()  ? nullptr
                                          : &numbers.all().front();
  if (!number)
    return make_error(errc::not_found, "no such number", id.empty() ? "waba_id" : "phone_number_id");
  const meta_change change{
      waba_id.empty() ? number->waba_id : waba_id, number->id, request["field"], request["value"], {}, 0};
  return controlled_outcome{{{"webhooks", 1}}, plan_changes({change})};
}

} // namespace wakala::sandbox
