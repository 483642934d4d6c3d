// `POST /_sandbox/templates/{id}`.
#include "sandbox/control_calls.hpp"
#include "sandbox/request_parts.hpp"
#include "sandbox/template_review.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace wakala::sandbox {

using json = nlohmann::ordered_json;

namespace {

struct word_key {
  std::string_view name;
  std::vector<std::string_view> words;
};

const std::array<word_key, 5>& word_keys() {
  static const std::array<word_key, 5> keys{{
      {"status",
       {"APPROVED", "REJECTED", "PENDING", "PAUSED", "DISABLED", "FLAGGED", "REINSTATED", "IN_APPEAL",
        "LIMIT_EXCEEDED", "LOCKED", "ARCHIVED", "DELETED", "PENDING_DELETION"}},
      {"reason",
       {"NONE", "ABUSIVE_CONTENT", "INCORRECT_CATEGORY", "INVALID_FORMAT", "PROMOTIONAL", "SCAM",
        "TAG_CONTENT_MISMATCH", "CATEGORY_NOT_AVAILABLE"}},
      {"quality", {"GREEN", "YELLOW", "RED", "UNKNOWN"}},
      {"category", {"MARKETING", "UTILITY", "AUTHENTICATION"}},
      {"correct_category", {"MARKETING", "UTILITY", "AUTHENTICATION"}},
  }};
  return keys;
}

std::optional<error> check(const json& request) {
  for (const auto& [key, value] : request.items()) {
    const auto known = std::ranges::find(word_keys(), std::string_view{key}, &word_key::name);
    if (known == word_keys().end())
      return bad_key(key, fmt::format("unknown key \"{}\"", key));
    if (!value.is_string() || std::ranges::find(known->words, value.get<std::string>()) == known->words.end())
      return bad_key(key, fmt::format("{} is one of {}", key, fmt::join(known->words, ", ")));
  }
  return std::nullopt;
}

} // namespace

result<change_list> control_template(call_context& context, stored_template& one, const json& request) {
  if (auto wrong = check(request))
    return std::move(*wrong);
  change_list told;
  if (const auto status = text_or(request, "status"); !status.empty()) {
    one.reason = text_or(request, "reason", "NONE");
    if (status == "REINSTATED")
      one.status = "APPROVED";
    else if (status != "FLAGGED") // a warning: it can still be sent
      one.status = status;
    one.was_approved = one.was_approved || one.status == "APPROVED";
    one.pauses += status == "PAUSED" ? 1 : 0;
    told.push_back(template_status_change(one, status, context.now));
  }
  if (const auto quality = text_or(request, "quality"); !quality.empty()) {
    const auto previous = std::exchange(one.quality, quality);
    told.push_back(template_quality_change(one, previous));
  }
  if (const auto correct = text_or(request, "correct_category"); !correct.empty()) {
    one.correct_category = correct;
    told.push_back(template_category_change(one, context.now + ms_per_day));
  }
  if (const auto category = text_or(request, "category"); !category.empty() && category != one.category) {
    one.previous_category = std::exchange(one.category, category);
    one.correct_category.clear();
    told.push_back(template_category_change(one, 0));
  }
  return told;
}

} // namespace wakala::sandbox
