/// \file
/// Template messages to send (Cloud API reference §9.5): what is filled into a template that Meta approved. How many
/// components and parameters there must be is the template's choice. Empty text counts as absent.
#pragma once

#include "whatsapp/outbound_interactive.hpp"

#include <string>
#include <variant>
#include <vector>

namespace wakala::whatsapp {

/// The value of a variable: no newlines, no tabs, no run of more than four blanks. For a button: what is put behind
/// the button's address, which for one-time codes is the code (≤ 15).
struct text_parameter {
  std::string text;
  std::string parameter_name{}; ///< for templates with named parameters

  bool operator==(const text_parameter&) const = default;
};

/// An older kind, of which only `fallback_value` is shown.
struct currency_parameter {
  std::string fallback_value;
  std::string code;            ///< ISO 4217
  integer_or_text amount_1000; ///< the amount times 1,000
  std::string parameter_name{};

  bool operator==(const currency_parameter&) const = default;
};

/// An older kind, of which only `fallback_value` is shown.
struct date_time_parameter {
  std::string fallback_value;
  std::string parameter_name{};

  bool operator==(const date_time_parameter&) const = default;
};

/// A short mp4 (≤ 3.5 MB), with the marketing API only; `id` or `link` is required.
struct gif_parameter {
  std::string id{};
  std::string link{};
  std::string caption{};

  bool operator==(const gif_parameter&) const = default;
};

struct product_parameter {
  std::string product_retailer_id;
  std::string catalog_id;

  bool operator==(const product_parameter&) const = default;
};

using header_parameter = std::variant<text_parameter, image_message, video_message, document_message, gif_parameter,
                                      location_message, product_parameter>;
using body_parameter = std::variant<text_parameter, currency_parameter, date_time_parameter>;

/// What comes back when a quick reply is tapped; without it the label does.
struct payload_parameter {
  std::string payload;

  bool operator==(const payload_parameter&) const = default;
};

struct coupon_code_parameter {
  std::string coupon_code; ///< ≤ 15

  bool operator==(const coupon_code_parameter&) const = default;
};

/// What a button of kind `catalog`, `mpm` or `flow` does.
struct action_parameter {
  std::string thumbnail_product_retailer_id{}; ///< `catalog`, `mpm`
  std::vector<product_section> sections{};     ///< `mpm`: 1–10, with 1–30 products in total
  std::string flow_token{};                    ///< `flow`
  std::string flow_action_data{};              ///< `flow`: JSON text of an object

  bool operator==(const action_parameter&) const = default;
};

using button_parameter = std::variant<text_parameter, payload_parameter, coupon_code_parameter, action_parameter>;

struct template_header {
  std::vector<header_parameter> parameters; ///< at most one

  bool operator==(const template_header&) const = default;
};

struct template_body {
  std::vector<body_parameter> parameters; ///< one for each variable

  bool operator==(const template_body&) const = default;
};

struct template_button {
  /// `quick_reply`, `url` (one-time codes too), `copy_code`, `catalog`, `mpm`, `flow`, …, in any letter case.
  std::string sub_type;
  integer_or_text index;                      ///< place of the button in the template, 0–9
  std::vector<button_parameter> parameters{}; ///< at most one

  bool operator==(const template_button&) const = default;
};

struct limited_time_offer_parameter {
  integer_or_text expiration_time_ms; ///< Unix time in milliseconds

  bool operator==(const limited_time_offer_parameter&) const = default;
};

struct template_limited_time_offer {
  std::vector<limited_time_offer_parameter> parameters; ///< exactly one

  bool operator==(const template_limited_time_offer&) const = default;
};

using card_component = std::variant<template_header, template_body, template_button>;

struct template_card {
  integer_or_text card_index; ///< 0–9
  std::vector<card_component> components;

  bool operator==(const template_card&) const = default;
};

struct template_carousel {
  std::vector<template_card> cards; ///< 1–10

  bool operator==(const template_carousel&) const = default;
};

using template_component =
    std::variant<template_header, template_body, template_button, template_limited_time_offer, template_carousel>;

struct template_message {
  std::string name;     ///< small letters, digits and `_`, ≤ 512
  std::string language; ///< a code with an approved translation: `en` and `en_US` are different
  std::vector<template_component> components{};

  bool operator==(const template_message&) const = default;
};

} // namespace wakala::whatsapp
