// Answers of the Graph API about an account (Cloud API reference §13.1, §18), and refusals of sends (§10.3).
#include "whatsapp/account.hpp"
#include "whatsapp/account_parts.hpp"
#include "whatsapp/json_read.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace wakala::whatsapp {

using nlohmann::json;

bool learn_account(account_facts& account, const json& answer, time_ms now) {
  const auto before = account;
  account.review.learn(text_or_empty(answer, "account_review_status"), now);
  account.verification.learn(text_or_empty(answer, "business_verification_status"), now);
  if (const auto* health = object_member(answer, "health_status"))
    account.health.learn(text_or_empty(*health, "can_send_message"), now);
  return account != before;
}

bool learn_number(account_facts& account, const json& answer, const std::vector<known_number>& numbers, time_ms now) {
  const auto before = account;
  auto id = text_or_empty(answer, "id");
  const auto is_ours = [&](const known_number& each) { return each.id == id; };
  if (std::none_of(numbers.begin(), numbers.end(), is_ours))
    id = number_of(text_or_empty(answer, "display_phone_number"), numbers);
  if (id.empty())
    return false; // of the account, but not of this tenant
  auto& known = account.numbers[id];
  known.quality.learn(text_or_empty(answer, "quality_rating"), now);
  known.status.learn(text_or_empty(answer, "status"), now);
  known.verified.learn(text_or_empty(answer, "code_verification_status"), now);
  if (known.name.learn(text_or_empty(answer, "name_status"), now))
    known.name_refusal.clear();
  if (auto name = text_or_empty(answer, "verified_name"); !name.empty())
    known.name_asked = std::move(name);
  if (const auto* throughput = object_member(answer, "throughput"))
    known.throughput.learn(text_or_empty(*throughput, "level"), now);
  if (const auto* limit = member(answer, "whatsapp_business_manager_messaging_limit"))
    learn_messaging_limit(account, messaging_limit_from(*limit), now);
  return account != before;
}

bool learn_templates(account_facts& account, const json& answer, time_ms now) {
  const auto* list = array_member(answer, "data");
  if (list == nullptr)
    return false;
  const auto before = account.templates;
  for (const auto& each : *list) {
    const auto name = text_or_empty(each, "name");
    const auto key = key_of_template(name, text_or_empty(each, "language"));
    if (name.empty() || (account.templates.size() >= account_templates_max && !account.templates.contains(key)))
      continue;
    auto& known = account.templates[key];
    if (auto id = text_or_empty(each, "id"); !id.empty())
      known.id = std::move(id);
    if (known.status.learn(text_or_empty(each, "status"), now))
      known.reason = text_or_empty(each, "rejected_reason");
    known.category.learn(text_or_empty(each, "category"), now);
    if (const auto* quality = object_member(each, "quality_score"))
      known.quality.learn(text_or_empty(*quality, "score"), now);
  }
  return account.templates != before;
}

bool learn_absent(account_facts& account, const std::set<template_key>& there, time_ms now) {
  bool is_news = false;
  for (auto& [key, known] : account.templates)
    if (!there.contains(key))
      is_news = known.status.learn("DELETED", now) || is_news;
  return is_news;
}

bool learn_subscribed(account_facts& account, time_ms now) { return account.standing.learn("SUBSCRIBED", now); }

bool learn_refusal(account_facts& account, const std::string& number_id, int code, time_ms now, bool is_of_status) {
  constexpr int spam_limit = 131048;
  if (code == spam_limit) {
    auto& known = account.numbers[number_id];
    const bool was_slow = known.spam_at > 0 && known.spam_at + spam_lasts > now;
    const bool is_later = now - known.spam_at > 60 * ms_per_second; // one of a burst says it for all
    if (is_later)
      known.spam_at = now;
    return !was_slow || is_later;
  }
  if (account.trouble && account.trouble->code == code)
    return false;
  account.trouble = account_trouble{code, now, number_id, is_of_status};
  return true;
}

bool forget_trouble(account_facts& account) { return std::exchange(account.trouble, std::nullopt).has_value(); }

bool learn_shared(account_facts& account, const std::string& number_id) {
  return !std::exchange(account.numbers[number_id].is_shared, true);
}

} // namespace wakala::whatsapp
