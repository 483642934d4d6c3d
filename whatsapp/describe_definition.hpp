/// \file
/// Templates to create, member by member (Cloud API reference §13.2, §13.3). Internal to this folder.
#pragma once

#include "whatsapp/request_archive.hpp"
#include "whatsapp/template_definition.hpp"

namespace wakala::whatsapp {

template <class Archive>
void describe(Archive& a, field<Archive, named_example>& m) {
  a.required("param_name", m.param_name);
  a.required("example", m.example);
}

template <class Archive>
void describe(Archive& a, field<Archive, header_definition>& m) {
  constexpr word_list<7> formats{"text", "image", "video", "document", "gif", "location", "product"};
  a.word("format", m.format, formats, word_match::any_case);
  a.optional("text", m.text);
  const bool exemplified = !m.header_text.empty() || !m.header_text_named.empty() || !m.header_handle.empty();
  a.optional_object("example", exemplified, [&](auto& example) {
    example.optional("header_text", m.header_text);
    example.optional("header_text_named_params", m.header_text_named);
    example.optional("header_handle", m.header_handle);
  });
}

template <class Archive>
void describe(Archive& a, field<Archive, body_definition>& m) {
  a.optional("text", m.text);
  const bool exemplified = m.body_text != positional_examples{} || !m.body_text_named.empty();
  a.optional_object("example", exemplified, [&](auto& example) {
    example.optional("body_text", m.body_text);
    example.optional("body_text_named_params", m.body_text_named);
  });
  a.optional("add_security_recommendation", m.add_security_recommendation);
}

template <class Archive>
void describe(Archive& a, field<Archive, footer_definition>& m) {
  a.optional("text", m.text);
  a.optional("code_expiration_minutes", m.code_expiration_minutes);
}

template <class Archive>
void describe(Archive& a, field<Archive, quick_reply_definition>& m) {
  a.required("text", m.text);
}

template <class Archive>
void describe(Archive& a, field<Archive, url_definition>& m) {
  a.required("text", m.text);
  a.required("url", m.url);
  a.optional("example", m.example);
}

template <class Archive>
void describe(Archive& a, field<Archive, phone_number_definition>& m) {
  a.required("text", m.text);
  a.required("phone_number", m.phone_number);
}

template <class Archive>
void describe(Archive& a, field<Archive, copy_code_definition>& m) {
  a.required("example", m.example);
  a.optional("text", m.text);
}

template <class Archive>
void describe(Archive& a, field<Archive, flow_definition>& m) {
  a.required("text", m.text);
  a.any_of({"flow_id", "flow_name", "flow_json"});
  a.optional("flow_id", m.flow_id);
  a.optional("flow_name", m.flow_name);
  a.optional("flow_json", m.flow_json);
  a.optional("flow_action", m.flow_action);
  a.optional("navigate_screen", m.navigate_screen);
}

template <class Archive>
void describe(Archive& a, field<Archive, catalog_definition>& m) {
  a.required("text", m.text);
}

template <class Archive>
void describe(Archive& a, field<Archive, mpm_definition>& m) {
  a.required("text", m.text);
}

template <class Archive>
void describe(Archive& a, field<Archive, spm_definition>& m) {
  a.required("text", m.text);
}

template <class Archive>
void describe(Archive& a, field<Archive, supported_app>& m) {
  a.required("package_name", m.package_name);
  a.required("signature_hash", m.signature_hash);
}

template <class Archive>
void describe(Archive& a, field<Archive, otp_definition>& m) {
  constexpr word_list<3> types{"copy_code", "one_tap", "zero_tap"};
  a.word("otp_type", m.type, types, word_match::any_case);
  a.optional("text", m.text);
  a.optional("autofill_text", m.autofill_text);
  a.optional("supported_apps", m.supported_apps);
  a.optional("package_name", m.package_name);
  a.optional("signature_hash", m.signature_hash);
}

template <class Archive>
void describe(Archive& a, field<Archive, voice_call_definition>& m) {
  a.required("text", m.text);
}

template <class Archive>
void describe(Archive& a, field<Archive, request_contact_info_definition>& m) {
  a.optional("text", m.text);
}

template <class Archive>
void describe(Archive& a, field<Archive, button_definition>& m) {
  a.alternative(
      "type", m,
      {"quick_reply", "url", "phone_number", "copy_code", "flow", "catalog", "mpm", "spm", "otp", "voice_call",
       "request_contact_info"},
      [&](auto& button) { describe(a, button); }, word_match::any_case);
}

template <class Archive>
void describe(Archive& a, field<Archive, buttons_definition>& m) {
  a.required("buttons", m.buttons);
}

template <class Archive>
void describe(Archive& a, field<Archive, card_component_definition>& m) {
  a.alternative(
      "type", m, {"header", "body", "buttons"}, [&](auto& component) { describe(a, component); },
      word_match::any_case);
}

template <class Archive>
void describe(Archive& a, field<Archive, card_definition>& m) {
  a.required("components", m.components);
}

template <class Archive>
void describe(Archive& a, field<Archive, carousel_definition>& m) {
  a.required("cards", m.cards);
}

template <class Archive>
void describe(Archive& a, field<Archive, limited_time_offer_definition>& m) {
  a.object("limited_time_offer", [&](auto& offer) {
    offer.required("text", m.text);
    offer.optional("has_expiration", m.has_expiration);
  });
}

template <class Archive>
void describe(Archive&, field<Archive, call_permission_request_definition>&) {}

template <class Archive>
void describe(Archive& a, field<Archive, component_definition>& m) {
  a.alternative(
      "type", m, {"header", "body", "footer", "buttons", "carousel", "limited_time_offer", "call_permission_request"},
      [&](auto& component) { describe(a, component); }, word_match::any_case);
}

template <class Archive>
void describe(Archive& a, field<Archive, template_definition>& m) {
  a.required("name", m.name);
  a.required("language", m.language);
  a.word("category", m.category, word_list<3>{"marketing", "utility", "authentication"}, word_match::any_case);
  a.optional_word("parameter_format", m.parameter_format, word_list<2>{"positional", "named"});
  a.optional("message_send_ttl_seconds", m.message_send_ttl_seconds);
  a.required("components", m.components);
}

} // namespace wakala::whatsapp
