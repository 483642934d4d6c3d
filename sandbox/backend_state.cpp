// What `GET /_sandbox/state` shows.
#include "sandbox/backend.hpp"

namespace wakala::sandbox {

using json = nlohmann::ordered_json;

namespace {

json numbers_json(const registry& held) {
  auto numbers = json::array();
  for (const auto& number : held.numbers.all()) {
    json shown{{"phone_number_id", number.id},
               {"waba_id", number.waba_id},
               {"display_phone_number", number.display},
               {"verified_name", number.name},
               {"webhooks", !number.webhook_url.empty()}};
    shown.update(to_json(number.condition));
    if (const auto file = held.files.find(number.id); file != held.files.end()) {
      shown["verification_code"] = file->second.verification_code;
      shown["blocked_users"] = file->second.blocked.size();
      shown["override_callback_uri"] = file->second.callback.uri;
    }
    numbers.push_back(std::move(shown));
  }
  return numbers;
}

json templates_json(const registry& held) {
  auto templates = json::array();
  for (const auto& one : held.templates.all()) {
    auto shown = to_json(one, {"id", "name", "language", "category", "status", "rejected_reason", "quality_score"});
    shown["waba_id"] = one.waba_id;
    templates.push_back(std::move(shown));
  }
  return templates;
}

} // namespace

json backend::state() const {
  auto people = json::array();
  for (const auto& who : shoppers_.all())
    people.push_back(to_json(who));
  auto accounts = json::array();
  for (const auto& whose : held_.accounts.all())
    accounts.push_back(to_json(whose));
  return {{"numbers", numbers_json(held_)},
          {"accounts", std::move(accounts)},
          {"templates", templates_json(held_)},
          {"shoppers", std::move(people)},
          {"chaos", to_string(options_.chaos)},
          {"seed", options_.seed},
          {"now", clock_->now()},
          {"seq", record_.feed_seq()},
          {"accepted", record_.accepted_count()},
          {"refused", record_.refused_count()}};
}

} // namespace wakala::sandbox
