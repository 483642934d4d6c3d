/// \file
/// Template messages, member by member (Cloud API reference §9.5). Internal to this folder.
#pragma once

#include "whatsapp/describe_interactive.hpp"

namespace wakala::whatsapp {

template <class Archive>
void describe(Archive& a, field<Archive, text_parameter>& m) {
  a.optional("parameter_name", m.parameter_name);
  a.required("text", m.text);
}

template <class Archive>
void describe(Archive& a, field<Archive, currency_parameter>& m) {
  a.optional("parameter_name", m.parameter_name);
  a.object("currency", [&](auto& currency) {
    currency.required("fallback_value", m.fallback_value);
    currency.required("code", m.code);
    currency.required("amount_1000", m.amount_1000);
  });
}

template <class Archive>
void describe(Archive& a, field<Archive, date_time_parameter>& m) {
  a.optional("parameter_name", m.parameter_name);
  a.object("date_time", [&](auto& date_time) { date_time.required("fallback_value", m.fallback_value); });
}

template <class Archive>
void describe(Archive& a, field<Archive, gif_parameter>& m) {
  describe_source(a, m);
  a.optional("caption", m.caption);
}

template <class Archive>
void describe(Archive& a, field<Archive, product_parameter>& m) {
  a.required("product_retailer_id", m.product_retailer_id);
  a.required("catalog_id", m.catalog_id);
}

template <class Archive>
void describe(Archive& a, field<Archive, header_parameter>& m) {
  constexpr word_list<7> types{"text", "image", "video", "document", "gif", "location", "product"};
  a.alternative(
      "type", m, types,
      [&](auto& parameter) {
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(parameter)>, text_parameter>)
          describe(a, parameter);
        else
          a.required(types[m.index()], parameter);
      },
      word_match::any_case);
}

template <class Archive>
void describe(Archive& a, field<Archive, body_parameter>& m) {
  a.alternative(
      "type", m, {"text", "currency", "date_time"}, [&](auto& parameter) { describe(a, parameter); },
      word_match::any_case);
}

template <class Archive>
void describe(Archive& a, field<Archive, payload_parameter>& m) {
  a.required("payload", m.payload);
}

template <class Archive>
void describe(Archive& a, field<Archive, coupon_code_parameter>& m) {
  a.required("coupon_code", m.coupon_code);
}

template <class Archive>
void describe(Archive& a, field<Archive, action_parameter>& m) {
  a.object("action", [&](auto& action) {
    action.optional("thumbnail_product_retailer_id", m.thumbnail_product_retailer_id);
    action.optional("sections", m.sections);
    action.optional("flow_token", m.flow_token);
    action.optional_json("flow_action_data", m.flow_action_data);
  });
}

template <class Archive>
void describe(Archive& a, field<Archive, button_parameter>& m) {
  a.alternative("type", m, {"text", "payload", "coupon_code", "action"},
                [&](auto& parameter) { describe(a, parameter); });
}

template <class Archive>
void describe(Archive& a, field<Archive, template_header>& m) {
  a.optional("parameters", m.parameters);
}

template <class Archive>
void describe(Archive& a, field<Archive, template_body>& m) {
  a.optional("parameters", m.parameters);
}

template <class Archive>
void describe(Archive& a, field<Archive, template_button>& m) {
  a.required("sub_type", m.sub_type);
  a.required("index", m.index);
  a.optional("parameters", m.parameters);
}

template <class Archive>
void describe(Archive& a, field<Archive, limited_time_offer_parameter>& m) {
  a.fixed("type", "limited_time_offer");
  a.object("limited_time_offer", [&](auto& offer) { offer.required("expiration_time_ms", m.expiration_time_ms); });
}

template <class Archive>
void describe(Archive& a, field<Archive, template_limited_time_offer>& m) {
  a.required("parameters", m.parameters);
}

template <class Archive>
void describe(Archive& a, field<Archive, card_component>& m) {
  a.alternative(
      "type", m, {"header", "body", "button"}, [&](auto& component) { describe(a, component); },
      word_match::any_case);
}

template <class Archive>
void describe(Archive& a, field<Archive, template_card>& m) {
  a.required("card_index", m.card_index);
  a.required("components", m.components);
}

template <class Archive>
void describe(Archive& a, field<Archive, template_carousel>& m) {
  a.required("cards", m.cards);
}

template <class Archive>
void describe(Archive& a, field<Archive, template_component>& m) {
  a.alternative(
      "type", m, {"header", "body", "button", "limited_time_offer", "carousel"},
      [&](auto& component) { describe(a, component); }, word_match::any_case);
}

template <class Archive>
void describe(Archive& a, field<Archive, template_message>& m) {
  a.required("name", m.name);
  a.object("language", [&](auto& language) { language.required("code", m.language); });
  a.optional("components", m.components);
}

} // namespace wakala::whatsapp
