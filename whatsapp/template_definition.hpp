/// \file
/// Templates to create: the body of `POST /{waba-id}/message_templates` (Cloud API reference §13.2, §13.3). Empty
/// text counts as absent.
#pragma once

#include "runtime/core/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace wakala::whatsapp {

enum class template_category : std::uint8_t { marketing, utility, authentication };
enum class parameter_format : std::uint8_t { positional, named };

/// What a reviewer sees in place of a named variable.
struct named_example {
  std::string param_name; ///< small letters, digits and `_`
  std::string example;

  bool operator==(const named_example&) const = default;
};

/// One list of values for each example; a single value may be given as plain text.
using positional_examples = std::variant<std::vector<std::vector<std::string>>, std::string>;

enum class header_format : std::uint8_t { text, image, video, document, gif, location, product };

struct header_definition {
  header_format format = header_format::text;
  std::string text{};                             ///< `text` only: ≤ 60, at most one variable
  std::vector<std::string> header_text{};         ///< example of the variable
  std::vector<named_example> header_text_named{}; ///< the same for named variables
  std::vector<std::string> header_handle{};       ///< example of media: the handle of a resumable upload

  bool operator==(const header_definition&) const = default;
};

struct body_definition {
  std::string text{};                                ///< ≤ 1,024 (600 beside a limited-time offer); codes: absent
  positional_examples body_text{};                   ///< examples of the variables
  std::vector<named_example> body_text_named{};      ///< the same for named variables
  std::optional<bool> add_security_recommendation{}; ///< authentication only

  bool operator==(const body_definition&) const = default;
};

struct footer_definition {
  std::string text{};                                    ///< ≤ 60, no variables
  std::optional<std::int64_t> code_expiration_minutes{}; ///< authentication only, instead of text: 1–90

  bool operator==(const footer_definition&) const = default;
};

struct quick_reply_definition {
  std::string text; ///< ≤ 25

  bool operator==(const quick_reply_definition&) const = default;
};

struct url_definition {
  std::string text;                   ///< ≤ 25
  std::string url;                    ///< ≤ 2,000, at most one variable, at its end
  std::vector<std::string> example{}; ///< of the variable

  bool operator==(const url_definition&) const = default;
};

struct phone_number_definition {
  std::string text;         ///< ≤ 25
  std::string phone_number; ///< ≤ 20

  bool operator==(const phone_number_definition&) const = default;
};

struct copy_code_definition {
  std::string example; ///< ≤ 15
  std::string text{};  ///< the label is fixed

  bool operator==(const copy_code_definition&) const = default;
};

/// One of `flow_id`, `flow_name`, `flow_json` is required.
struct flow_definition {
  std::string text; ///< ≤ 25
  std::string flow_id{};
  std::string flow_name{};
  std::string flow_json{};
  std::string flow_action{}; ///< `navigate`, `data_exchange`
  std::string navigate_screen{};

  bool operator==(const flow_definition&) const = default;
};

/// Shows the catalog. The labels of this kind and of the next two are fixed by Meta.
struct catalog_definition {
  std::string text;

  bool operator==(const catalog_definition&) const = default;
};

/// Shows several products.
struct mpm_definition {
  std::string text;

  bool operator==(const mpm_definition&) const = default;
};

/// Shows the product of the header.
struct spm_definition {
  std::string text;

  bool operator==(const spm_definition&) const = default;
};

enum class otp_type : std::uint8_t { copy_code, one_tap, zero_tap };

struct supported_app {
  std::string package_name;
  std::string signature_hash;

  bool operator==(const supported_app&) const = default;
};

/// The button of an authentication template.
struct otp_definition {
  otp_type type = otp_type::copy_code;
  std::string text{};
  std::string autofill_text{};
  std::vector<supported_app> supported_apps{};
  std::string package_name{};   ///< the older form of one supported app
  std::string signature_hash{}; ///< as `package_name`

  bool operator==(const otp_definition&) const = default;
};

struct voice_call_definition {
  std::string text; ///< ≤ 25

  bool operator==(const voice_call_definition&) const = default;
};

/// Asks for the phone number of somebody known by a user id (§8).
struct request_contact_info_definition {
  std::string text{};

  bool operator==(const request_contact_info_definition&) const = default;
};

using button_definition =
    std::variant<quick_reply_definition, url_definition, phone_number_definition, copy_code_definition,
                 flow_definition, catalog_definition, mpm_definition, spm_definition, otp_definition,
                 voice_call_definition, request_contact_info_definition>;

struct buttons_definition {
  std::vector<button_definition> buttons; ///< ≤ 10; quick replies stand together, before or behind the others

  bool operator==(const buttons_definition&) const = default;
};

using card_component_definition = std::variant<header_definition, body_definition, buttons_definition>;

struct card_definition {
  std::vector<card_component_definition> components;

  bool operator==(const card_definition&) const = default;
};

struct carousel_definition {
  std::vector<card_definition> cards; ///< 2–10, built alike

  bool operator==(const carousel_definition&) const = default;
};

struct limited_time_offer_definition {
  std::string text; ///< ≤ 16
  std::optional<bool> has_expiration{};

  bool operator==(const limited_time_offer_definition&) const = default;
};

/// Asks for permission to call. It has no members.
struct call_permission_request_definition {
  bool operator==(const call_permission_request_definition&) const = default;
};

using component_definition =
    std::variant<header_definition, body_definition, footer_definition, buttons_definition, carousel_definition,
                 limited_time_offer_definition, call_permission_request_definition>;

/// Letter case does not matter to Meta in the words for categories and types.
enum class word_case : std::uint8_t { lower, upper };

struct template_definition {
  std::string name;     ///< small letters, digits and `_`, ≤ 512; unique together with the language
  std::string language; ///< `en_US`
  template_category category = template_category::utility;
  std::vector<component_definition> components;
  std::optional<whatsapp::parameter_format> parameter_format{}; ///< absent: positional
  std::optional<std::int64_t> message_send_ttl_seconds{};       ///< §13.2
  word_case words = word_case::lower;                           ///< how such words are written

  bool operator==(const template_definition&) const = default;
};

/// The body of the call.
nlohmann::json to_request(const template_definition& definition);

/// `invalid_argument` with the JSON Pointer of what is missing, of the wrong type or unknown. A definition that
/// writes some of its words in capitals gets all of them in capitals.
result<template_definition> parse_template_definition(const nlohmann::json& body);

} // namespace wakala::whatsapp
