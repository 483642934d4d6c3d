/// \file
/// What Meta has said about a merchant's account, its numbers and its templates (Cloud API reference §7.1–7.3, §11,
/// §13, §18): learnt from webhooks and from answers of the Graph API, in whatever order they come. Plain values.
#pragma once

#include "runtime/core/clock.hpp"
#include "runtime/core/result.hpp"
#include "whatsapp/event.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wakala::whatsapp {

/// Something Meta says, and since when: what is older than that changes nothing.
struct dated_text {
  std::string text; ///< Meta's own word; empty: never heard of
  time_ms at = 0;

  /// False when it is older than what is known.
  bool learn(std::string_view word, time_ms when);
  bool operator==(const dated_text&) const = default;
};

struct template_facts {
  std::string id;
  dated_text status;   ///< `APPROVED`, `PAUSED`, … (§13.6)
  dated_text category; ///< `MARKETING`, `UTILITY`, `AUTHENTICATION`
  dated_text quality;  ///< `GREEN`, `YELLOW`, `RED`, `UNKNOWN`
  std::string reason;  ///< of a refusal or a pause
  std::string next_category;
  time_ms next_category_at = 0; ///< 0: no change is announced

  bool operator==(const template_facts&) const = default;
};

struct number_facts {
  dated_text quality;       ///< `GREEN`, `YELLOW`, `RED`, `UNKNOWN`; `FLAGGED` of the older webhooks is `RED`
  dated_text throughput;    ///< `STANDARD` or `HIGH` (§11)
  dated_text status;        ///< `CONNECTED`, `PENDING`, …
  dated_text name;          ///< decision on the display name: `APPROVED`, `PENDING_REVIEW`, `DECLINED`, …
  std::string name_asked;   ///< the display name it is about
  std::string name_refusal; ///< why it was refused
  dated_text verified;      ///< `VERIFIED`, `NOT_VERIFIED`, `EXPIRED`
  dated_text pin;           ///< last event of its two-step PIN
  bool is_shared = false;   ///< also used in the phone app (coexistence): 20 messages a second
  time_ms spam_at = 0;      ///< when Meta last refused for its spam limit (131048); 0: never

  bool operator==(const number_facts&) const = default;
};

struct restriction {
  std::string type;  ///< `RESTRICTED_BIZ_INITIATED_MESSAGING`, …
  time_ms until = 0; ///< 0: no end is known

  bool operator==(const restriction&) const = default;
};

/// A violation, an alert, a thing to know.
struct account_remark {
  time_ms at = 0;
  std::string kind; ///< the webhook's field or event
  std::string text;

  bool operator==(const account_remark&) const = default;
};

/// An answer of the Graph API that stops everything until somebody acts (§10.3, classes A and B).
struct account_trouble {
  int code = 0;
  time_ms since = 0;
  std::string number_id;
  bool is_of_status = false; ///< of a message that was accepted first: what is accepted later says nothing about it

  bool operator==(const account_trouble&) const = default;
};

/// Name and language of a template; the language with an underscore, however Meta writes it.
using template_key = std::pair<std::string, std::string>;
template_key key_of_template(std::string_view name, std::string_view language);

struct account_facts {
  std::string waba_id;     ///< of which all of this was said
  dated_text review;       ///< `APPROVED`, `REJECTED`, `PENDING`, `DEFERRED`
  dated_text ban;          ///< `SCHEDULE_FOR_DISABLE`, `DISABLE`, `REINSTATE`
  std::string ban_date;    ///< as Meta wrote it: English text
  dated_text standing;     ///< `ACCOUNT_DELETED`, `ACCOUNT_OFFBOARDED`, `ACCOUNT_RECONNECTED`, …
  dated_text verification; ///< of the business: `verified`, `pending`, …
  dated_text health;       ///< `AVAILABLE`, `LIMITED`, `BLOCKED`
  dated_text partner;      ///< last event of a partner's app or agreement
  std::vector<restriction> restrictions;
  time_ms restricted_at = 0;
  /// Shoppers a day to whom templates may go outside of their windows (§11); -1: as many as there are.
  std::optional<std::int64_t> messaging_limit;
  time_ms messaging_limit_at = 0;
  std::optional<account_trouble> trouble;
  std::vector<account_remark> remarks;         ///< the latest `account_remarks_max`, oldest first
  std::map<std::string, number_facts> numbers; ///< by phone number id
  std::map<template_key, template_facts> templates;
  time_ms asked_at = 0; ///< when the Graph API last answered for all of it; 0: never

  bool operator==(const account_facts&) const = default;
};

constexpr std::size_t account_remarks_max = 20;
/// As many as Meta allows an account (§11).
constexpr std::size_t account_templates_max = 6'000;

/// A number as the tenant knows it.
struct known_number {
  std::string id;
  std::string display; ///< digits: what number fields of webhooks carry instead of the id
};

// -- learning; each says whether anything is known now that was not

/// From a webhook of a management field. What is not understood changes nothing: it is kept as a notice elsewhere.
bool learn(account_facts& account, const event& update, const std::vector<known_number>& numbers, time_ms now);
/// From the answer to `GET /{waba-id}?fields=…`.
bool learn_account(account_facts& account, const nlohmann::json& answer, time_ms now);
/// From the answer to `GET /{phone-number-id}?fields=…`, or from one entry of `GET /{waba-id}/phone_numbers`.
bool learn_number(account_facts& account, const nlohmann::json& answer, const std::vector<known_number>& numbers,
                  time_ms now);
/// From one page of `GET /{waba-id}/message_templates`.
bool learn_templates(account_facts& account, const nlohmann::json& answer, time_ms now);
/// The account has these templates and no others.
bool learn_absent(account_facts& account, const std::set<template_key>& there, time_ms now);
/// The app is subscribed to the account (again).
bool learn_subscribed(account_facts& account, time_ms now);
/// A send was refused: by a code of class A or B, or for spam (131048).
bool learn_refusal(account_facts& account, const std::string& number_id, int code, time_ms now,
                   bool is_of_status = false);
/// Meta accepts again, or somebody has acted.
bool forget_trouble(account_facts& account);
bool learn_shared(account_facts& account, const std::string& number_id);

// -- what follows from it

/// What may not leave, and why.
struct account_hold {
  time_ms templates_until = 0; ///< milliseconds; 0: they may leave
  time_ms others_until = 0;
  int code = 0; ///< with which Meta would refuse
  std::string why;

  bool holds(bool is_template, time_ms now) const { return (is_template ? templates_until : others_until) > now; }
};
/// Without an end.
constexpr time_ms hold_for_good = std::int64_t{1} << 60;
account_hold hold_of(const account_facts& account, time_ms now);

/// Why this template cannot be sent now; nothing when it can, or nothing is known about it.
struct template_refusal {
  int code = 0;
  std::string details;
};
std::optional<template_refusal> refusal_of(const account_facts& account, const template_key& key);
/// `MARKETING`, …; empty when nothing is known about it.
std::string category_of(const account_facts& account, const template_key& key);
/// Templates that could go to somebody outside of the window, utility first, as `name (language, CATEGORY)`.
std::vector<std::string> fitting_templates(const account_facts& account, std::size_t most);

/// A number in the phone app as well: 20 a second, fixed (§11).
constexpr std::size_t shared_messages_per_second = 20;
/// After Meta's upgrade: up to 1,000 a second (§11).
constexpr std::size_t upgraded_messages_per_second = 1'000;
/// So long after a refusal for spam a number goes at a quarter of its pace, as one of low quality does.
constexpr time_ms spam_lasts = 6 * ms_per_hour;
/// Messages a second that this number may send; `usual` for one of which nothing is known.
std::size_t pace_of(const account_facts& account, const std::string& number_id, std::size_t usual, time_ms now);

// -- text

/// How times are written: for the store in milliseconds, for people in RFC 3339.
enum class time_form : std::uint8_t { milliseconds, rfc3339 };
/// Without the templates.
nlohmann::json to_json(const account_facts& account, time_form times);
/// `[{name,language,id,status,category,quality,…}]` in the order of names.
nlohmann::json templates_json(const account_facts& account, time_form times);

std::string to_text(const account_facts& account);
/// Error: `corrupt`.
result<account_facts> account_from(std::string_view text);

} // namespace wakala::whatsapp
