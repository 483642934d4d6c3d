#include "sandbox/numbers.hpp"

#include "sandbox/accounts.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace wakala::sandbox {

void number_book::add(business_number number) {
  const auto same = std::ranges::find(numbers_, number.id, &business_number::id);
  if (same != numbers_.end())
    *same = std::move(number);
  else
    numbers_.push_back(std::move(number));
}

const business_number* number_book::find(std::string_view id) const {
  const auto at = std::ranges::find(numbers_, id, &business_number::id);
  return at == numbers_.end() ? nullptr : &*at;
}

business_number* number_book::find(std::string_view id) {
  const auto at = std::ranges::find(numbers_, id, &business_number::id);
  return at == numbers_.end() ? nullptr : &*at;
}

const business_number* number_book::first_of(std::string_view waba_id) const {
  const auto at = std::ranges::find(numbers_, waba_id, &business_number::waba_id);
  return at == numbers_.end() ? nullptr : &*at;
}

result<std::vector<business_number>> parse_numbers(std::string_view json, const business_number& defaults) {
  static const std::array<std::pair<std::string_view, std::string business_number::*>, 8> keys{{
      {"phone_number_id", &business_number::id},
      {"waba_id", &business_number::waba_id},
      {"display_phone_number", &business_number::display},
      {"verified_name", &business_number::name},
      {"access_token", &business_number::access_token},
      {"webhook_url", &business_number::webhook_url},
      {"app_secret", &business_number::webhook_secret},
      {"messaging_limit", &business_number::messaging_limit},
  }};
  const auto document = nlohmann::ordered_json::parse(json, nullptr, false);
  if (!document.is_array())
    return make_error(errc::invalid_argument, "the numbers file must be a JSON array of objects");
  std::vector<business_number> numbers;
  for (const auto& item : document) {
    const auto index = numbers.size();
    if (!item.is_object())
      return make_error(errc::invalid_argument, fmt::format("item {} must be an object", index),
                        fmt::format("/{}", index));
    auto number = defaults;
    number.id.clear();
    for (const auto& [name, value] : item.items()) {
      if (is_condition_key(name)) {
        if (auto wrong = set_condition(number.condition, name, value))
          return std::move(*wrong);
        continue;
      }
      const auto key = std::ranges::find(keys, std::string_view{name}, &decltype(keys)::value_type::first);
      if (key == keys.end())
        return make_error(errc::invalid_argument, fmt::format("item {} has an unknown key \"{}\"", index, name),
                          name);
      if (!value.is_string())
        return make_error(errc::invalid_argument, fmt::format("item {}: \"{}\" must be text", index, name), name);
      number.*(key->second) = value.get<std::string>();
    }
    if (!number.messaging_limit.empty() && !users_of_tier(number.messaging_limit))
      return make_error(errc::invalid_argument, fmt::format("item {}: \"messaging_limit\" is no tier", index),
                        "messaging_limit");
    if (number.id.empty())
      return make_error(errc::invalid_argument, fmt::format("item {} has no \"phone_number_id\"", index),
                        "phone_number_id");
    numbers.push_back(std::move(number));
  }
  return numbers;
}

result<business_number> parse_secret_for(std::string_view text, const business_number& defaults) {
  const auto equals = text.find('=');
  const auto at = text.find("@http");
  if (equals == std::string_view::npos || equals == 0 || at == std::string_view::npos || at <= equals + 1)
    return make_error(errc::invalid_argument, "expected PHONE_ID=SECRET@URL", "webhook-secret-for");
  auto number = defaults;
  number.id = text.substr(0, equals);
  number.webhook_secret = text.substr(equals + 1, at - equals - 1);
  number.webhook_url = text.substr(at + 1);
  return number;
}

} // namespace wakala::sandbox
