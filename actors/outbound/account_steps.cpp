#include "actors/outbound/account_steps.hpp"

#include "runtime/core/encoding.hpp"

#include <nlohmann/json.hpp>

#include <set>
#include <utility>

namespace wakala::actors {

using nlohmann::json;

namespace {

constexpr const char* number_fields = "id,display_phone_number,verified_name,name_status,quality_rating,status,"
                                      "code_verification_status,throughput";
constexpr const char* account_fields = "id,name,account_review_status,business_verification_status,health_status";
constexpr const char* template_fields = "id,name,language,status,category,quality_score,rejected_reason";

std::string text_at(const json& object, const char* key) {
  const auto it = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && it != object.end() && it->is_string() ? it->get<std::string>() : std::string{};
}

/// The same question for the page behind this one; nothing when it is the last.
std::optional<graph_question> next_page(const json& answer, graph_question question) {
  const json::json_pointer cursor{"/paging/cursors/after"};
  if (!answer.contains(json::json_pointer{"/paging/next"}) || !answer.contains(cursor) ||
      !answer.at(cursor).is_string())
    return std::nullopt;
  question.path += "&after=" + url_encode(answer.at(cursor).get<std::string>());
  return question;
}

/// Learns only while `account` is still the one that was asked about.
errand_step about(const whatsapp::account_facts& account, errand_step step) {
  step.learn = [&account, waba_id = account.waba_id, learn = std::move(step.learn)](const json& answer) {
    return account.waba_id == waba_id ? learn(answer) : std::nullopt;
  };
  return step;
}

} // namespace

std::vector<whatsapp::known_number> known_numbers(const tenant_config& config) {
  std::vector<whatsapp::known_number> numbers;
  for (const auto& number : config.phone_numbers)
    numbers.push_back({number.id, number.display});
  return numbers;
}

std::vector<errand_step> onboarding_steps(const tenant_config& config, whatsapp::account_facts& account, time_ms now,
                                          const std::string& pin, const std::string& callback_url) {
  std::vector<errand_step> steps;
  auto body = json::object();
  if (!callback_url.empty())
    body = {{"override_callback_uri", callback_url}, {"verify_token", config.verify_token}};
  steps.push_back({"subscribe the app",
                   {"POST", url_encode(config.waba_id) + "/subscribed_apps", config.access_token, body.dump()},
                   [&account, now](const json&) {
                     whatsapp::learn_subscribed(account, now);
                     return std::optional<graph_question>{};
                   }});
  if (!pin.empty())
    for (const auto& number : config.phone_numbers)
      steps.push_back({"register " + number.id,
                       {"POST", url_encode(number.id) + "/register", config.access_token,
                        json{{"messaging_product", "whatsapp"}, {"pin", pin}}.dump()}});
  return steps;
}

std::vector<errand_step> asking_steps(const tenant_config& config, whatsapp::account_facts& account, time_ms now,
                                      const found_numbers& found) {
  const auto waba = url_encode(config.waba_id);
  const auto& token = config.access_token;
  const auto numbers = known_numbers(config);
  std::vector<errand_step> steps;
  steps.push_back(
      {"account", {"GET", waba + "?fields=" + account_fields, token}, [&account, now](const json& answer) {
         whatsapp::learn_account(account, answer, now);
         return std::optional<graph_question>{};
       }});
  const graph_question all_numbers{"GET", waba + "/phone_numbers?limit=100&fields=" + number_fields, token};
  steps.push_back({"numbers", all_numbers, [=, &account](const json& answer) {
                     const auto list = answer.value("data", json::array());
                     for (const auto& each : list) {
                       whatsapp::learn_number(account, each, numbers, now);
                       found->push_back({{"id", text_at(each, "id")},
                                         {"display", text_at(each, "display_phone_number")},
                                         {"name", text_at(each, "verified_name")}});
                     }
                     return next_page(answer, all_numbers);
                   }});
  if (!config.phone_numbers.empty()) // the limit is the portfolio's: any number knows it
    steps.push_back(
        {"messaging limit",
         {"GET", url_encode(config.phone_numbers.front().id) + "?fields=id,whatsapp_business_manager_messaging_limit",
          token},
         [=, &account](const json& answer) {
           whatsapp::learn_number(account, answer, numbers, now);
           return std::optional<graph_question>{};
         }});
  const graph_question all_templates{"GET", waba + "/message_templates?limit=200&fields=" + template_fields, token};
  auto seen = std::make_shared<std::set<whatsapp::template_key>>();
  steps.push_back({"templates", all_templates, [=, &account](const json& answer) {
                     whatsapp::learn_templates(account, answer, now);
                     const auto list = answer.value("data", json::array());
                     for (const auto& each : list)
                       seen->insert(whatsapp::key_of_template(text_at(each, "name"), text_at(each, "language")));
                     auto more = next_page(answer, all_templates);
                     if (!more)
                       whatsapp::learn_absent(account, *seen, now);
                     return more;
                   }});
  for (auto& step : steps)
    step = about(account, std::move(step));
  return steps;
}

errand_step creating_step(const tenant_config& config, whatsapp::account_facts& account, time_ms now,
                          const whatsapp::template_definition& definition) {
  const auto learn = [&account, now, name = definition.name, language = definition.language](const json& answer) {
    auto made = answer;
    made["name"] = name;
    made["language"] = language;
    whatsapp::learn_templates(account, {{"data", json::array({std::move(made)})}}, now);
    return std::optional<graph_question>{};
  };
  return about(account, {definition.name,
                         {"POST", url_encode(config.waba_id) + "/message_templates", config.access_token,
                          whatsapp::to_request(definition).dump()},
                         learn});
}

std::vector<errand_step> blocking_steps(const tenant_config& config, const std::string& contact, bool is_blocked) {
  std::vector<errand_step> steps;
  const json body{{"messaging_product", "whatsapp"}, {"block_users", {{{"user", contact}}}}};
  for (const auto& number : config.phone_numbers)
    steps.push_back(
        {number.id,
         {is_blocked ? "POST" : "DELETE", url_encode(number.id) + "/block_users", config.access_token, body.dump()}});
  return steps;
}

} // namespace wakala::actors
