#include "whatsapp/template_rules.hpp"

#include "runtime/core/encoding.hpp"
#include "whatsapp/template_text.hpp"

#include <algorithm>
#include <set>

namespace wakala::whatsapp {

namespace {

using fault = std::optional<template_fault>;

constexpr auto subcode_too_long = 2388040;
constexpr auto subcode_header = 2388047;
constexpr auto subcode_body = 2388072;
constexpr auto subcode_footer = 2388073;
constexpr auto subcode_too_many_variables = 2388293;
constexpr auto subcode_edge = 2388299;

fault invalid(std::string message) { return template_fault{0, "Invalid parameter", std::move(message)}; }
fault too_long(std::string_view what, std::size_t most) {
  return template_fault{subcode_too_long, "Character limit exceeded",
                        "The " + std::string(what) + " can have at most " + std::to_string(most) + " characters."};
}

/// Examples of named variables name each of them.
bool exemplified(const std::vector<std::string>& names, const std::vector<named_example>& examples) {
  std::set<std::string> wanted(names.begin(), names.end());
  for (const auto& one : examples)
    if (!one.example.empty())
      wanted.erase(one.param_name);
  return wanted.empty();
}

std::size_t unique_count(const std::vector<std::string>& names) {
  return std::set(names.begin(), names.end()).size();
}

bool variables_fit(const text_variables& found, bool named) {
  return found.well_formed && (named ? are_named(found.names) : are_positional(found.names));
}

fault check(const header_definition& header, const template_definition& whole) {
  const auto wrong = [](std::string message) {
    return fault{template_fault{subcode_header, "Message header format is incorrect", std::move(message)}};
  };
  if (header.format == header_format::product)
    return whole.category == template_category::marketing ? fault{}
                                                          : wrong("A product header needs category MARKETING.");
  if (header.format == header_format::location)
    return std::nullopt;
  if (header.format != header_format::text)
    return header.header_handle.empty() ? wrong("The header's media need an example.") : fault{};
  if (header.text.empty())
    return wrong("The header has no text.");
  if (code_points(header.text) > 60)
    return too_long("header", 60);
  const auto found = variables_of(header.text);
  const auto named = whole.parameter_format == parameter_format::named;
  if (!variables_fit(found, named) || unique_count(found.names) > 1 || header.text.find('\n') != std::string::npos)
    return wrong("The header can have one variable, and no new lines.");
  const auto shown = named ? exemplified(found.names, header.header_text_named) : !header.header_text.empty();
  return found.names.empty() || shown ? fault{} : wrong("The header's variable needs an example.");
}

fault check(const body_definition& body, const template_definition& whole, std::size_t most = 1'024) {
  const auto wrong = [](std::string message) {
    return fault{template_fault{subcode_body, "Message body format is incorrect", std::move(message)}};
  };
  if (whole.category == template_category::authentication)
    return body.text.empty() ? fault{} : wrong("The body of an authentication template is fixed.");
  if (body.text.empty())
    return wrong("The body has no text.");
  if (code_points(body.text) > most)
    return too_long("body", most);
  if (body.text.find("\n\n\n") != std::string::npos || body.text.find("    ") != std::string::npos)
    return wrong("The body can have neither three new lines nor four blanks in a row.");
  const auto found = variables_of(body.text);
  const auto named = whole.parameter_format == parameter_format::named;
  if (!variables_fit(found, named))
    return wrong("Variables are {{1}}, {{2}} … without a gap, or unique names of small letters, digits and _.");
  if (found.names.empty())
    return std::nullopt;
  if (found.at_edge)
    return template_fault{subcode_edge, "Leading or trailing params not allowed",
                          "Variables cannot be at the start or end of the template."};
  // The real ratio is not published; two words of fixed text for each variable is the least of the rule of thumb.
  if (found.fixed_words < 2 * found.names.size())
    return template_fault{subcode_too_many_variables, "Too many variables",
                          "This template has too many variables for its length."};
  const auto* lists = std::get_if<std::vector<std::vector<std::string>>>(&body.body_text);
  const auto* single = std::get_if<std::string>(&body.body_text);
  const auto count = unique_count(found.names);
  const auto shown = named    ? exemplified(found.names, body.body_text_named)
                     : single ? count == 1 && !single->empty()
                              : !lists->empty() && lists->front().size() == count;
  return shown ? fault{} : wrong("Every variable of the body needs an example.");
}

fault check(const footer_definition& footer, const template_definition& whole) {
  const auto wrong = [](std::string message) {
    return fault{template_fault{subcode_footer, "Message footer format is incorrect", std::move(message)}};
  };
  if (footer.code_expiration_minutes) {
    const auto minutes = *footer.code_expiration_minutes;
    return whole.category == template_category::authentication && minutes >= 1 && minutes <= 90
               ? fault{}
               : wrong("code_expiration_minutes is 1 to 90, of authentication templates only.");
  }
  if (footer.text.empty() || whole.category == template_category::authentication)
    return wrong("The footer has no text.");
  if (code_points(footer.text) > 60)
    return too_long("footer", 60);
  return footer.text.find_first_of("{}") == std::string::npos ? fault{} : wrong("The footer can have no variables.");
}

fault check(const buttons_definition& row, const template_definition& whole) {
  return fault_in_buttons(row, whole.category);
}

/// What a card is made of: the same for all cards of one carousel.
std::string build_of(const card_definition& card) {
  std::string build;
  for (const auto& component : card.components) {
    if (const auto* header = std::get_if<header_definition>(&component))
      build += 'h' + std::to_string(static_cast<int>(header->format));
    else if (std::holds_alternative<body_definition>(component))
      build += 'b';
    else
      for (const auto& button : std::get<buttons_definition>(component).buttons)
        build += 'k' + std::to_string(button.index());
  }
  return build;
}

fault check(const carousel_definition& carousel, const template_definition& whole) {
  if (whole.category != template_category::marketing)
    return invalid("A carousel needs category MARKETING.");
  if (carousel.cards.size() < 2 || carousel.cards.size() > 10)
    return invalid("A carousel has 2 to 10 cards.");
  for (const auto& card : carousel.cards) {
    if (build_of(card) != build_of(carousel.cards.front()))
      return invalid("All cards of a carousel have the same components.");
    for (const auto& component : card.components)
      if (auto wrong = std::visit(
              [&](const auto& part) -> fault {
                if constexpr (std::is_same_v<std::decay_t<decltype(part)>, body_definition>)
                  return check(part, whole, 160);
                else
                  return check(part, whole);
              },
              component))
        return wrong;
  }
  return std::nullopt;
}

fault check(const limited_time_offer_definition& offer, const template_definition& whole) {
  if (whole.category != template_category::marketing)
    return invalid("A limited-time offer needs category MARKETING.");
  return code_points(offer.text) > 16 ? too_long("offer", 16) : fault{};
}

fault check(const call_permission_request_definition&, const template_definition&) { return std::nullopt; }

bool is_language(std::string_view code) {
  const auto bar = code.find('_');
  const auto language = code.substr(0, bar);
  const auto region = bar == std::string_view::npos ? std::string_view{"XX"} : code.substr(bar + 1);
  return language.size() >= 2 && language.size() <= 3 &&
         std::ranges::all_of(language, [](char c) { return c >= 'a' && c <= 'z'; }) && region.size() >= 2 &&
         region.size() <= 3 && std::ranges::all_of(region, [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool ttl_fits(template_category category, std::int64_t seconds) {
  if (seconds == -1)
    return true;
  switch (category) {
  case template_category::authentication:
    return seconds >= 30 && seconds <= 900;
  case template_category::utility:
    return seconds >= 30 && seconds <= 43'200;
  case template_category::marketing:
    return seconds >= 43'200 && seconds <= 2'592'000;
  }
  return false;
}

template <class Part>
const Part* part_of(const template_definition& whole) {
  for (const auto& component : whole.components)
    if (const auto* part = std::get_if<Part>(&component))
      return part;
  return nullptr;
}

/// What the components must be together.
fault check_together(const template_definition& whole) {
  std::set<std::size_t> kinds;
  for (const auto& component : whole.components)
    if (!kinds.insert(component.index()).second)
      return invalid("Every component can be there once.");
  const auto* body = part_of<body_definition>(whole);
  if (!body)
    return invalid("A body is required.");
  const auto* header = part_of<header_definition>(whole);
  const auto* row = part_of<buttons_definition>(whole);
  const auto code = whole.category == template_category::authentication;
  if (code && (header || !row))
    return invalid("An authentication template has no header, and an OTP button.");
  if (part_of<limited_time_offer_definition>(whole)) {
    if (part_of<footer_definition>(whole))
      return invalid("A limited-time offer has no footer.");
    if (code_points(body->text) > 600)
      return too_long("body beside a limited-time offer", 600);
  }
  return std::nullopt;
}

} // namespace

fault fault_in(const template_definition& definition) {
  const auto name_char = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  if (definition.name.empty() || !std::ranges::all_of(definition.name, name_char))
    return invalid("The name has small letters, digits and _ only.");
  if (definition.name.size() > 512)
    return too_long("name", 512);
  if (!is_language(definition.language))
    return invalid("The language is a code such as en_US.");
  if (definition.message_send_ttl_seconds && !ttl_fits(definition.category, *definition.message_send_ttl_seconds))
    return invalid("message_send_ttl_seconds is not within the bounds of its category.");
  if (auto wrong = check_together(definition))
    return wrong;
  for (const auto& component : definition.components)
    if (auto wrong = std::visit([&](const auto& part) { return check(part, definition); }, component))
      return wrong;
  return std::nullopt;
}

std::string objection_to(const template_definition& definition) {
  const auto* body = part_of<body_definition>(definition);
  return body && variables_of(body->text).side_by_side ? "INVALID_FORMAT" : std::string{};
}

} // namespace wakala::whatsapp
