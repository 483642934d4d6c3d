// What Meta says of a merchant's account, asking it anew, and shoppers that are not to be served.
#include "http/admin_call.hpp"
#include "http/admin_handlers.hpp"
#include "http/status.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace wakala::http {

using nlohmann::json;

namespace {

constexpr std::size_t pin_digits = 6;
constexpr std::size_t callback_url_max = 200; // Cloud API reference §3.6

error bad(const char* field, std::string why) { return make_error(errc::invalid_argument, std::move(why), field); }

/// `{"pin"?, "callback_url"?}`.
result<actors::account_errand> read_onboarding(const std::string& body) {
  actors::account_errand errand;
  errand.is_onboarding = true;
  const auto form = body.empty() ? json::object() : json::parse(body, nullptr, false);
  if (!form.is_object())
    return bad("", R"(must be a JSON object: {"pin"?, "callback_url"?})");
  for (const auto& [key, value] : form.items()) {
    if (key != "pin" && key != "callback_url")
      return make_error(errc::invalid_argument, "is not a key of this call", "/" + key);
    if (!value.is_string())
      return make_error(errc::invalid_argument, "must be text", "/" + key);
  }
  errand.pin = form.value("pin", "");
  errand.callback_url = form.value("callback_url", "");
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (form.contains("pin") &&
      (errand.pin.size() != pin_digits || !std::all_of(errand.pin.begin(), errand.pin.end(), is_digit)))
    return bad("/pin", "must be six digits");
  if (form.contains("callback_url") &&
      (!errand.callback_url.starts_with("https://") || errand.callback_url.size() > callback_url_max))
    return bad("/callback_url", "must begin with https:// and have at most 200 characters");
  return errand;
}

} // namespace

void get_account(admin_call& call) { call.actors().account(call.value("tenant"), false, answer_with(call.to)); }

void list_templates(admin_call& call) { call.actors().account(call.value("tenant"), true, answer_with(call.to)); }

void submit_order_templates(admin_call& call) {
  actors::account_errand errand;
  errand.submits_order_templates = true;
  call.actors().account_errand(call.value("tenant"), std::move(errand), answer_with(call.to));
}

void refresh_account(admin_call& call) {
  call.actors().account_errand(call.value("tenant"), {}, answer_with(call.to));
}

void onboard_account(admin_call& call) {
  if (auto errand = read_onboarding(call.what.body))
    call.actors().account_errand(call.value("tenant"), std::move(*errand), answer_with(call.to));
  else
    call.to.send(problem_for(errand.error()));
}

void block_shopper(admin_call& call) {
  call.actors().block_shopper(call.value("tenant"), contact_of(call.value("contact")), true, answer_with(call.to));
}

void unblock_shopper(admin_call& call) {
  call.actors().block_shopper(call.value("tenant"), contact_of(call.value("contact")), false, answer_with(call.to));
}

} // namespace wakala::http
