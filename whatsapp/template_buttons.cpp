// The rules of a template's buttons (Cloud API reference §13.3).
#include "runtime/core/encoding.hpp"
#include "whatsapp/template_rules.hpp"
#include "whatsapp/template_text.hpp"

#include <algorithm>
#include <map>

namespace wakala::whatsapp {

namespace {

using fault = std::optional<template_fault>;

fault invalid(std::string message) { return template_fault{0, "Invalid parameter", std::move(message)}; }

fault bounded(std::string_view text, std::size_t most, std::string_view what) {
  if (code_points(text) <= most)
    return std::nullopt;
  return template_fault{2388040, "Character limit exceeded",
                        "The " + std::string(what) + " can have at most " + std::to_string(most) + " characters."};
}

fault check(const quick_reply_definition&) { return std::nullopt; }

fault check(const url_definition& button) {
  if (auto wrong = bounded(button.url, 2'000, "URL"))
    return wrong;
  const auto found = variables_of(button.url);
  if (found.names.empty() && found.well_formed)
    return std::nullopt;
  if (!found.well_formed || found.names.size() != 1 || !button.url.ends_with("}}"))
    return invalid("A URL has at most one variable, at its end.");
  return button.example.empty() ? invalid("The URL's variable needs an example.") : fault{};
}

fault check(const phone_number_definition& button) { return bounded(button.phone_number, 20, "phone number"); }
fault check(const copy_code_definition& button) { return bounded(button.example, 15, "code"); }

template <class Other>
fault check(const Other&) {
  return std::nullopt;
}

template <class Button>
std::size_t most_of() {
  if constexpr (std::is_same_v<Button, quick_reply_definition>)
    return 10;
  else if constexpr (std::is_same_v<Button, url_definition>)
    return 2;
  else
    return 1;
}

} // namespace

fault fault_in_buttons(const buttons_definition& row, template_category category) {
  if (row.buttons.empty() || row.buttons.size() > 10)
    return invalid("There can be 1 to 10 buttons.");
  std::map<std::size_t, std::size_t> counts;
  auto changes = 0; // between quick replies and others
  for (std::size_t i = 0; i < row.buttons.size(); ++i) {
    const auto& button = row.buttons[i];
    const auto code = std::holds_alternative<otp_definition>(button);
    if (code != (category == template_category::authentication))
      return invalid("Authentication templates have OTP buttons, and no others have them.");
    const auto quick = [&](std::size_t at) {
      return std::holds_alternative<quick_reply_definition>(row.buttons[at]);
    };
    if (i > 0 && quick(i) != quick(i - 1) && ++changes > 1)
      return invalid("Quick replies stand together, before or after the other buttons.");
    const auto seen = ++counts[button.index()];
    if (auto wrong = std::visit(
            [&](const auto& one) -> fault {
              if (seen > most_of<std::decay_t<decltype(one)>>())
                return invalid("There are too many buttons of one kind.");
              if (auto label = bounded(one.text, 25, "button's text"))
                return label;
              return check(one);
            },
            button))
      return wrong;
  }
  return std::nullopt;
}

} // namespace wakala::whatsapp
