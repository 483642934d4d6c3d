// Webhooks of management fields (Cloud API reference §7.1–7.3).
#include "whatsapp/account.hpp"
#include "whatsapp/account_parts.hpp"
#include "whatsapp/json_read.hpp"
#include "whatsapp/messaging_tier.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace wakala::whatsapp {

using nlohmann::json;

bool dated_text::learn(std::string_view word, time_ms when) {
  if (word.empty() || when < at)
    return false;
  at = when;
  if (text == word)
    return false;
  text = word;
  return true;
}

template_key key_of_template(std::string_view name, std::string_view language) {
  template_key key{name, language};
  std::replace(key.second.begin(), key.second.end(), '-', '_');
  return key;
}

std::optional<std::int64_t> messaging_limit_from(const json& value) {
  if (value.is_number_integer())
    return value.get<std::int64_t>();
  const auto text = as_text(value).value_or("");
  if (const auto limit = shoppers_of_tier(text))
    return limit;
  if (!text.empty() && text.size() <= 12 && text.find_first_not_of("0123456789") == std::string::npos)
    return std::stoll(text); // too short to be too large
  return std::nullopt;
}

bool learn_messaging_limit(account_facts& account, std::optional<std::int64_t> limit, time_ms when) {
  if (!limit || when < account.messaging_limit_at)
    return false;
  account.messaging_limit_at = when;
  const bool is_new = account.messaging_limit != limit;
  account.messaging_limit = limit;
  return is_new;
}

time_ms seconds_member(const json& object, const char* key) {
  constexpr time_ms seconds_max = 99'999'999'999; // year 5138
  const auto* seconds = member(object, key);
  return seconds != nullptr && seconds->is_number_integer()
             ? std::clamp<time_ms>(seconds->get<time_ms>(), 0, seconds_max) * ms_per_second
             : 0;
}

std::string number_of(const std::string& display, const std::vector<known_number>& numbers) {
  const auto digits = [](const std::string& text) {
    std::string out;
    std::copy_if(text.begin(), text.end(), std::back_inserter(out), [](char c) { return c >= '0' && c <= '9'; });
    return out;
  };
  const auto wanted = digits(display);
  for (const auto& number : numbers)
    if (!wanted.empty() && digits(number.display) == wanted)
      return number.id;
  return {};
}

namespace {

void remark(account_facts& account, time_ms at, std::string kind, std::string text) {
  account_remark said{at, std::move(kind), std::move(text)};
  if (std::find(account.remarks.begin(), account.remarks.end(), said) != account.remarks.end())
    return; // told again
  const auto behind = std::upper_bound(account.remarks.begin(), account.remarks.end(), at,
                                       [](time_ms when, const account_remark& r) { return when < r.at; });
  account.remarks.insert(behind, std::move(said));
  if (account.remarks.size() > account_remarks_max)
    account.remarks.erase(account.remarks.begin());
}

/// A date as text or, once, as an array of it.
std::string text_or_first(const json& object, const char* key) {
  if (const auto* list = array_member(object, key))
    return list->empty() ? std::string{} : as_text(list->front()).value_or("");
  return text_or_empty(object, key);
}

void learn_restrictions(account_facts& account, const json& value, time_ms at) {
  const auto* list = array_member(value, "restriction_info");
  if (list == nullptr || at < account.restricted_at)
    return;
  account.restricted_at = at;
  account.restrictions.clear();
  for (const auto& each : *list) {
    restriction r{text_or_empty(each, "restriction_type"), seconds_member(each, "expiration")};
    if (!r.type.empty())
      account.restrictions.push_back(std::move(r));
  }
}

void learn_account_event(account_facts& account, const std::string& word, const json& value, time_ms at) {
  if (word == "ACCOUNT_RESTRICTION") {
    learn_restrictions(account, value, at);
  } else if (word == "DISABLED_UPDATE") {
    if (const auto* ban = object_member(value, "ban_info"))
      if (account.ban.learn(text_or_empty(*ban, "waba_ban_state"), at))
        account.ban_date = text_or_first(*ban, "waba_ban_date");
  } else if (word == "ACCOUNT_VIOLATION") {
    const auto* info = object_member(value, "violation_info");
    auto text = info == nullptr ? std::string{} : text_or_empty(*info, "violation_type");
    if (info != nullptr)
      if (const auto remedy = text_or_empty(*info, "remediation"); !remedy.empty())
        text += ": " + remedy;
    remark(account, at, word, std::move(text));
  } else if (word == "VERIFIED_ACCOUNT") {
    account.verification.learn("verified", at);
  } else if (word == "ACCOUNT_DELETED" || word == "ACCOUNT_OFFBOARDED" || word == "ACCOUNT_RECONNECTED") {
    account.standing.learn(word, at);
  } else if (word.starts_with("PARTNER_")) {
    account.partner.learn(word, at);
    std::string text;
    if (const auto* why = object_member(value, "disconnection_info"))
      text = text_or_empty(*why, "reason");
    remark(account, at, word, std::move(text));
  } else {
    remark(account, at, word, {}); // prices, terms, countries: to be seen, without an effect here
  }
}

void learn_template(account_facts& account, const event& update, const json& value, time_ms at) {
  const auto name = text_or_empty(value, "message_template_name");
  if (name.empty())
    return;
  const auto key = key_of_template(name, text_or_empty(value, "message_template_language"));
  if (account.templates.size() >= account_templates_max && !account.templates.contains(key))
    return;
  auto& known = account.templates[key];
  if (const auto id = text_or_empty(value, "message_template_id"); !id.empty())
    known.id = id;
  const auto& field = update.field.value_or("");
  if (const auto score = text_or_empty(value, "new_quality_score"); !score.empty()) {
    known.quality.learn(score, at); // whatever the field calls itself (§7.1)
  } else if (field == "message_template_status_update") {
    auto word = text_or_empty(value, "event");
    if (word == "REINSTATED" || word == "FLAGGED")
      word = "APPROVED"; // it can be sent
    if (word == "PENDING_DELETION")
      word = "DELETED";
    if (at >= known.status.at) {
      known.reason = text_or_empty(value, "reason");
      if (known.reason == "NONE")
        known.reason.clear();
      if (const auto* other = object_member(value, "other_info"); other != nullptr && known.reason.empty())
        known.reason = text_or_empty(*other, "title");
    }
    known.status.learn(word, at);
    known.category.learn(text_or_empty(value, "message_template_category"), at);
  } else if (field == "template_category_update") {
    const auto now_in = text_or_empty(value, "new_category");
    if (const auto correct = text_or_empty(value, "correct_category"); !correct.empty()) {
      known.category.learn(now_in, at); // announced: it changes later
      known.next_category = correct;
      known.next_category_at = seconds_member(value, "category_update_timestamp");
    } else {
      known.category.learn(now_in, at);
      known.next_category.clear();
      known.next_category_at = 0;
    }
  }
}

void learn_number_event(account_facts& account, const std::string& field, const json& value,
                        const std::vector<known_number>& numbers, time_ms at) {
  const auto display = text_or_empty(value, "display_phone_number");
  const auto id = number_of(display, numbers);
  const auto word = text_or_empty(value, "event");
  if (field == "phone_number_quality_update")
    if (const auto* limit = member(value, "current_limit"))
      learn_messaging_limit(account, messaging_limit_from(*limit), at);
  if (id.empty()) {
    remark(account, at, field, "of a number that this tenant does not have");
    return;
  }
  auto& known = account.numbers[id];
  if (field == "phone_number_quality_update") {
    if (word == "THROUGHPUT_UPGRADE")
      known.throughput.learn("HIGH", at);
    else if (word == "FLAGGED")
      known.quality.learn("RED", at);
    else if (word == "UNFLAGGED")
      known.quality.learn("GREEN", at);
    else if (!word.empty())
      remark(account, at, word, {});
  } else if (field == "phone_number_name_update") {
    if (at >= known.name.at) {
      known.name_asked = text_or_empty(value, "requested_verified_name");
      known.name_refusal = text_or_empty(value, "rejection_reason");
    }
    known.name.learn(text_or_empty(value, "decision"), at);
  } else {
    known.pin.learn(word, at);
    remark(account, at, word, {});
  }
}

} // namespace

bool learn(account_facts& account, const event& update, const std::vector<known_number>& numbers, time_ms now) {
  if (update.kind != event_kind::management)
    return false;
  const auto whole = json::parse(update.raw.text(), nullptr, false);
  const auto* inside = object_member(whole, "value");
  const auto& value = inside != nullptr ? *inside : whole;
  if (!value.is_object())
    return false;
  const auto before = account;
  const auto at = update.at > 0 ? update.at : now;
  const auto field = update.field.value_or("");
  const auto word = text_or_empty(value, "event");
  if (field == "account_update") {
    learn_account_event(account, word, value, at);
  } else if (field == "account_review_update") {
    account.review.learn(text_or_empty(value, "decision"), at);
  } else if (field == "account_alerts") {
    if (const auto* alert = object_member(value, "alert_info"))
      remark(account, at, text_or_empty(*alert, "alert_type"), text_or_empty(*alert, "alert_description"));
  } else if (field == "business_capability_update") {
    for (const char* key : {"max_daily_conversations_per_business", "max_daily_conversation_per_phone"})
      if (const auto* limit = member(value, key)) {
        learn_messaging_limit(account, messaging_limit_from(*limit), at);
        break;
      }
  } else if (field == "phone_number_quality_update" || field == "phone_number_name_update" || field == "security") {
    learn_number_event(account, field, value, numbers, at);
  } else {
    learn_template(account, update, value, at);
  }
  return account != before;
}

} // namespace wakala::whatsapp
