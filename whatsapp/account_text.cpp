// The standing of an account as JSON: for the store and for people.
#include "runtime/core/time_text.hpp"
#include "whatsapp/account.hpp"
#include "whatsapp/json_read.hpp"

#include <nlohmann/json.hpp>

namespace wakala::whatsapp {

using nlohmann::json;

namespace {

json time_json(time_ms at, time_form times) {
  if (at == 0)
    return nullptr;
  return times == time_form::milliseconds ? json(at) : json(to_rfc3339(at));
}

json dated_json(const dated_text& said, time_form times) {
  return said.text.empty() ? json(nullptr) : json{{"value", said.text}, {"since", time_json(said.at, times)}};
}

time_ms time_from(const json& object, const char* key) {
  const auto* at = member(object, key);
  return at != nullptr && at->is_number_integer() ? at->get<time_ms>() : 0;
}

bool flag_from(const json& object, const char* key) {
  const auto* flag = member(object, key);
  return flag != nullptr && flag->is_boolean() && flag->get<bool>();
}

dated_text dated_from(const json& object, const char* key) {
  const auto* said = object_member(object, key);
  return said == nullptr ? dated_text{} : dated_text{text_or_empty(*said, "value"), time_from(*said, "since")};
}

json number_json(const std::string& id, const number_facts& n, time_form times) {
  return json{{"id", id},
              {"quality", dated_json(n.quality, times)},
              {"throughput", dated_json(n.throughput, times)},
              {"status", dated_json(n.status, times)},
              {"name_status", dated_json(n.name, times)},
              {"name", n.name_asked},
              {"name_refusal", n.name_refusal},
              {"verification", dated_json(n.verified, times)},
              {"pin", dated_json(n.pin, times)},
              {"shared_with_phone", n.is_shared},
              {"spam_limited_at", time_json(n.spam_at, times)}};
}

number_facts number_from(const json& from) {
  number_facts n;
  n.quality = dated_from(from, "quality");
  n.throughput = dated_from(from, "throughput");
  n.status = dated_from(from, "status");
  n.name = dated_from(from, "name_status");
  n.name_asked = text_or_empty(from, "name");
  n.name_refusal = text_or_empty(from, "name_refusal");
  n.verified = dated_from(from, "verification");
  n.pin = dated_from(from, "pin");
  n.is_shared = flag_from(from, "shared_with_phone");
  n.spam_at = time_from(from, "spam_limited_at");
  return n;
}

template_facts template_from(const json& from) {
  template_facts t;
  t.id = text_or_empty(from, "id");
  t.status = dated_from(from, "status");
  t.category = dated_from(from, "category");
  t.quality = dated_from(from, "quality");
  t.reason = text_or_empty(from, "reason");
  t.next_category = text_or_empty(from, "next_category");
  t.next_category_at = time_from(from, "next_category_at");
  return t;
}

} // namespace

json to_json(const account_facts& a, time_form times) {
  auto restrictions = json::array();
  for (const auto& r : a.restrictions)
    restrictions.push_back({{"type", r.type}, {"until", time_json(r.until, times)}});
  auto remarks = json::array();
  for (const auto& r : a.remarks)
    remarks.push_back({{"at", time_json(r.at, times)}, {"kind", r.kind}, {"text", r.text}});
  auto numbers = json::array();
  for (const auto& [id, n] : a.numbers)
    numbers.push_back(number_json(id, n, times));
  json trouble;
  if (a.trouble)
    trouble = {{"code", a.trouble->code},
               {"since", time_json(a.trouble->since, times)},
               {"phone_number_id", a.trouble->number_id},
               {"of_status", a.trouble->is_of_status}};
  return json{{"waba_id", a.waba_id},
              {"review", dated_json(a.review, times)},
              {"ban", dated_json(a.ban, times)},
              {"ban_date", a.ban_date},
              {"standing", dated_json(a.standing, times)},
              {"business_verification", dated_json(a.verification, times)},
              {"health", dated_json(a.health, times)},
              {"partner", dated_json(a.partner, times)},
              {"restrictions", std::move(restrictions)},
              {"restricted_at", time_json(a.restricted_at, times)},
              {"messaging_limit", a.messaging_limit ? json(*a.messaging_limit) : json(nullptr)},
              {"messaging_limit_at", time_json(a.messaging_limit_at, times)},
              {"trouble", std::move(trouble)},
              {"remarks", std::move(remarks)},
              {"numbers", std::move(numbers)},
              {"asked_at", time_json(a.asked_at, times)}};
}

json templates_json(const account_facts& a, time_form times) {
  auto list = json::array();
  for (const auto& [key, t] : a.templates)
    list.push_back({{"name", key.first},
                    {"language", key.second},
                    {"id", t.id},
                    {"status", dated_json(t.status, times)},
                    {"category", dated_json(t.category, times)},
                    {"quality", dated_json(t.quality, times)},
                    {"reason", t.reason},
                    {"next_category", t.next_category},
                    {"next_category_at", time_json(t.next_category_at, times)}});
  return list;
}

std::string to_text(const account_facts& account) {
  auto all = to_json(account, time_form::milliseconds);
  all["templates"] = templates_json(account, time_form::milliseconds);
  return all.dump(-1, ' ', false, json::error_handler_t::replace);
}

result<account_facts> account_from(std::string_view text) {
  const auto from = json::parse(text, nullptr, false);
  if (!from.is_object())
    return make_error(errc::corrupt, "a stored account cannot be read");
  account_facts a;
  a.waba_id = text_or_empty(from, "waba_id");
  a.waba_id = text_or_empty(from, "waba_id");
  a.review = dated_from(from, "review");
  a.ban = dated_from(from, "ban");
  a.ban_date = text_or_empty(from, "ban_date");
  a.standing = dated_from(from, "standing");
  a.verification = dated_from(from, "business_verification");
  a.health = dated_from(from, "health");
  a.partner = dated_from(from, "partner");
  a.restricted_at = time_from(from, "restricted_at");
  a.messaging_limit_at = time_from(from, "messaging_limit_at");
  a.asked_at = time_from(from, "asked_at");
  if (const auto* limit = member(from, "messaging_limit"); limit != nullptr && limit->is_number_integer())
    a.messaging_limit = limit->get<std::int64_t>();
  if (const auto* trouble = object_member(from, "trouble")) {
    const auto* code = member(*trouble, "code");
    if (code == nullptr || !code->is_number_integer())
      return make_error(errc::corrupt, "a stored account cannot be read", "/trouble/code");
    a.trouble = account_trouble{code->get<int>(), time_from(*trouble, "since"),
                                text_or_empty(*trouble, "phone_number_id"), flag_from(*trouble, "of_status")};
  }
  const auto each = [&](const char* key, const auto& take) {
    if (const auto* list = array_member(from, key))
      for (const auto& item : *list)
        take(item);
  };
  each("restrictions", [&](const json& r) {
    a.restrictions.push_back({text_or_empty(r, "type"), time_from(r, "until")});
  });
  each("remarks", [&](const json& r) {
    a.remarks.push_back({time_from(r, "at"), text_or_empty(r, "kind"), text_or_empty(r, "text")});
  });
  each("numbers", [&](const json& n) { a.numbers[text_or_empty(n, "id")] = number_from(n); });
  each("templates", [&](const json& t) {
    a.templates[{text_or_empty(t, "name"), text_or_empty(t, "language")}] = template_from(t);
  });
  return a;
}

} // namespace wakala::whatsapp
