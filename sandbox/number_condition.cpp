#include "sandbox/number_condition.hpp"

#include "sandbox/request_parts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <vector>

namespace wakala::sandbox {

namespace {

using json = nlohmann::ordered_json;

struct word_key {
  std::string_view name;
  std::string number_condition::*where;
  std::vector<std::string_view> words;
};

const std::array<word_key, 5>& word_keys() {
  static const std::array<word_key, 5> keys{{
      {"quality_rating", &number_condition::quality_rating, {"GREEN", "YELLOW", "RED", "UNKNOWN"}},
      {"throughput", &number_condition::throughput, {"STANDARD", "HIGH"}},
      {"status",
       &number_condition::status,
       {"CONNECTED", "PENDING", "DISCONNECTED", "FLAGGED", "RESTRICTED", "RATE_LIMITED", "BANNED", "UNVERIFIED"}},
      {"name_status",
       &number_condition::name_status,
       {"APPROVED", "AVAILABLE_WITHOUT_REVIEW", "DECLINED", "EXPIRED", "PENDING_REVIEW", "NONE"}},
      {"code_verification_status",
       &number_condition::code_verification_status,
       {"VERIFIED", "NOT_VERIFIED", "EXPIRED"}},
  }};
  return keys;
}

struct flag_key {
  std::string_view name;
  bool number_condition::*where;
};

constexpr std::array flag_keys{
    flag_key{"registered", &number_condition::registered},
    flag_key{"coexistence", &number_condition::coexistence},
    flag_key{"token_expired", &number_condition::token_expired},
    flag_key{"spam_limited", &number_condition::spam_limited},
    flag_key{"unpaid", &number_condition::unpaid},
};

} // namespace

std::optional<error> set_condition(number_condition& condition, std::string_view key, const json& value) {
  for (const auto& known : word_keys()) {
    if (known.name != key)
      continue;
    if (!value.is_string() || std::ranges::find(known.words, value.get<std::string>()) == known.words.end())
      return bad_key(key, fmt::format("{} is one of {}", key, fmt::join(known.words, ", ")));
    condition.*known.where = value.get<std::string>();
    return std::nullopt;
  }
  for (const auto& known : flag_keys) {
    if (known.name != key)
      continue;
    if (!value.is_boolean())
      return bad_key(key, fmt::format("{} is true or false", key));
    condition.*known.where = value.get<bool>();
    return std::nullopt;
  }
  if (key == "pin") {
    const auto pin = value.is_string() ? value.get<std::string>() : std::string{"?"};
    if (!pin.empty() && !is_pin(pin))
      return bad_key(key, "a PIN has six digits");
    condition.pin = pin;
    return std::nullopt;
  }
  return bad_key(key, fmt::format("unknown key \"{}\"", key));
}

bool is_condition_key(std::string_view key) noexcept {
  return key == "pin" || std::ranges::find(flag_keys, key, &flag_key::name) != flag_keys.end() ||
         std::ranges::find(word_keys(), key, &word_key::name) != word_keys().end();
}

std::int64_t rate_of(const number_condition& condition) noexcept {
  if (condition.coexistence)
    return 20;
  if (condition.throughput.empty())
    return 0;
  return condition.throughput == "HIGH" ? 1'000 : 80;
}

bool name_is_approved(const number_condition& condition) noexcept {
  return condition.name_status == "APPROVED" || condition.name_status == "AVAILABLE_WITHOUT_REVIEW";
}

json to_json(const number_condition& condition) {
  json shown = json::object();
  for (const auto& key : word_keys())
    shown[std::string{key.name}] = condition.*key.where;
  if (condition.throughput.empty())
    shown["throughput"] = "STANDARD";
  for (const auto& key : flag_keys)
    shown[std::string{key.name}] = condition.*key.where;
  shown["pin_set"] = !condition.pin.empty();
  return shown;
}

} // namespace wakala::sandbox
