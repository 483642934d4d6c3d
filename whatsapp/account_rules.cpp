// What follows from the standing of an account.
#include "whatsapp/account.hpp"

#include <algorithm>
#include <array>

namespace wakala::whatsapp {

account_hold hold_of(const account_facts& account, time_ms now) {
  account_hold hold;
  const auto keep_all = [&](int code, std::string why) {
    hold.templates_until = hold.others_until = hold_for_good;
    hold.code = code;
    hold.why = std::move(why);
  };
  constexpr int account_locked = 131031;
  constexpr int policy_violation = 368;
  // What Meta answers later about the same weighs more than what it said once.
  const bool is_available = account.health.text == "AVAILABLE";
  const auto holds = [&](const dated_text& said) { return !is_available || account.health.at <= said.at; };
  if (holds(account.standing) &&
      (account.standing.text == "ACCOUNT_DELETED" || account.standing.text == "ACCOUNT_OFFBOARDED"))
    keep_all(account_locked, account.standing.text);
  else if (account.ban.text == "DISABLE" && holds(account.ban))
    keep_all(account_locked, "the account is disabled");
  for (const auto& each : account.restrictions) {
    const auto until = each.until == 0 ? hold_for_good : each.until;
    auto* held = each.type == "RESTRICTED_BIZ_INITIATED_MESSAGING"        ? &hold.templates_until
                 : each.type == "RESTRICTED_CUSTOMER_INITIATED_MESSAGING" ? &hold.others_until
                                                                          : nullptr;
    if (held == nullptr || until <= now || until <= *held)
      continue;
    *held = until;
    hold.code = policy_violation;
    hold.why = each.type;
  }
  return hold;
}

std::optional<template_refusal> refusal_of(const account_facts& account, const template_key& key) {
  const auto known = account.templates.find(key);
  if (known == account.templates.end() || known->second.status.text.empty())
    return std::nullopt;
  const auto& status = known->second.status.text;
  if (status == "APPROVED")
    return std::nullopt;
  constexpr int paused = 132015;
  constexpr int disabled = 132016;
  constexpr int not_approved = 132001;
  template_refusal refusal;
  refusal.code = status == "PAUSED" ? paused : status == "DISABLED" ? disabled : not_approved;
  refusal.details = key.first + " (" + key.second + ") is " + status;
  if (!known->second.reason.empty())
    refusal.details += ": " + known->second.reason;
  return refusal;
}

std::string category_of(const account_facts& account, const template_key& key) {
  const auto known = account.templates.find(key);
  return known == account.templates.end() ? std::string{} : known->second.category.text;
}

std::vector<std::string> fitting_templates(const account_facts& account, std::size_t most) {
  std::vector<std::string> fitting;
  // One-time codes are for nothing else (§13.5).
  for (const auto* category : {"UTILITY", "MARKETING", ""})
    for (const auto& [key, known] : account.templates)
      if (fitting.size() < most && known.status.text == "APPROVED" && known.category.text == category)
        fitting.push_back(key.first + " (" + key.second + (*category == '\0' ? "" : ", ") + category + ")");
  return fitting;
}

std::size_t pace_of(const account_facts& account, const std::string& number_id, std::size_t usual, time_ms now) {
  const auto found = account.numbers.find(number_id);
  if (found == account.numbers.end())
    return usual;
  const auto& known = found->second;
  auto pace = usual;
  if (known.is_shared)
    pace = std::min(pace, shared_messages_per_second);
  else if (known.throughput.text == "HIGH")
    pace = std::max(pace, upgraded_messages_per_second);
  const bool is_spammy = known.spam_at > 0 && known.spam_at + spam_lasts > now;
  return is_spammy || known.quality.text == "RED" ? std::max<std::size_t>(pace / 4, 1) : pace;
}

} // namespace wakala::whatsapp
