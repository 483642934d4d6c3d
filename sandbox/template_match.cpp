#include "sandbox/template_match.hpp"

#include "sandbox/request_parts.hpp"
#include "whatsapp/template_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace wakala::sandbox {

namespace {

using namespace whatsapp;
using json = nlohmann::ordered_json;

struct count_range {
  std::size_t least = 0;
  std::size_t most = 0;
};

/// How many parameters each component wants: `header`, `body`, `button 0`, …
using wanted_counts = std::map<std::string, count_range>;

std::size_t count_of(std::string_view text) {
  const auto names = variables_of(text).names;
  return std::set(names.begin(), names.end()).size();
}

count_range wanted_of(const button_definition& button) {
  if (const auto* url = std::get_if<url_definition>(&button))
    return {count_of(url->url), count_of(url->url)};
  if (std::holds_alternative<copy_code_definition>(button) || std::holds_alternative<otp_definition>(button) ||
      std::holds_alternative<mpm_definition>(button))
    return {1, 1};
  if (std::holds_alternative<phone_number_definition>(button) ||
      std::holds_alternative<voice_call_definition>(button))
    return {0, 0};
  return {0, 1}; // what may name a payload, a thumbnail, a token
}

void want(const header_definition& header, const template_definition&, wanted_counts& wanted) {
  const auto count = header.format == header_format::text ? count_of(header.text) : 1;
  wanted["header"] = {count, count};
}

void want(const body_definition& body, const template_definition& whole, wanted_counts& wanted) {
  const auto count = whole.category == template_category::authentication ? 1 : count_of(body.text);
  wanted["body"] = {count, count};
}

void want(const buttons_definition& row, const template_definition&, wanted_counts& wanted) {
  for (std::size_t i = 0; i < row.buttons.size(); ++i)
    wanted[fmt::format("button {}", i)] = wanted_of(row.buttons[i]);
}

void want(const limited_time_offer_definition&, const template_definition&, wanted_counts& wanted) {
  wanted["limited_time_offer"] = {0, 1};
}

template <class Other>
void want(const Other&, const template_definition&, wanted_counts&) {}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

std::string name_of(const json& component) {
  const auto type = lower(text_or(component, "type"));
  if (type != "button" || !component.contains("index"))
    return type;
  const auto& index = component["index"];
  return "button " + (index.is_string() ? index.get<std::string>() : index.dump());
}

const json& list_of(const json& object, const char* key) {
  static const json none = json::array();
  const auto at = object.is_object() ? object.find(key) : object.end();
  return at != object.end() && at->is_array() ? *at : none;
}

std::string compare(const wanted_counts& wanted, const json& components) {
  std::map<std::string, std::size_t> given;
  for (const auto& component : components)
    if (const auto name = name_of(component); name != "carousel")
      given[name] = list_of(component, "parameters").size();
  for (const auto& [name, range] : wanted)
    given.try_emplace(name, 0);
  for (const auto& [name, count] : given) {
    const auto at = wanted.find(name);
    const auto range = at == wanted.end() ? count_range{} : at->second;
    if (count < range.least || count > range.most)
      return fmt::format("{}: number of localizable_params ({}) does not match the expected number of params ({})",
                         name, count, range.least);
  }
  return {};
}

std::string compare_cards(const carousel_definition& carousel, const template_definition& whole,
                          const json& components) {
  for (const auto& component : components) {
    if (lower(text_or(component, "type")) != "carousel")
      continue;
    const auto& cards = list_of(component, "cards");
    if (cards.size() != carousel.cards.size())
      break;
    for (std::size_t i = 0; i < cards.size(); ++i) {
      wanted_counts wanted;
      for (const auto& part : carousel.cards[i].components)
        std::visit([&](const auto& one) { want(one, whole, wanted); }, part);
      if (auto wrong = compare(wanted, list_of(cards[i], "components")); !wrong.empty())
        return fmt::format("card {}: {}", i, wrong);
    }
    return {};
  }
  return fmt::format("carousel: the expected number of cards is {}", carousel.cards.size());
}

} // namespace

std::string mismatch(const template_definition& definition, const json& message) {
  const auto& components = list_of(message, "components");
  wanted_counts wanted;
  for (const auto& component : definition.components)
    std::visit([&](const auto& one) { want(one, definition, wanted); }, component);
  if (auto wrong = compare(wanted, components); !wrong.empty())
    return wrong;
  for (const auto& component : definition.components)
    if (const auto* carousel = std::get_if<carousel_definition>(&component))
      return compare_cards(*carousel, definition, components);
  return {};
}

} // namespace wakala::sandbox
