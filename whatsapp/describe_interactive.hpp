/// \file
/// Interactive messages, member by member (Cloud API reference §9.4): what is inside `interactive`, but for its
/// `type`. Internal to this folder.
#pragma once

#include "whatsapp/describe_media.hpp"

namespace wakala::whatsapp {

template <class Archive>
void describe(Archive& a, field<Archive, message_header>& m) {
  constexpr word_list<4> kinds{"text", "image", "video", "document"};
  a.alternative("type", m.content, kinds, [&](auto& content) { a.required(kinds[m.content.index()], content); });
}

/// A header that can only be text.
template <class Archive>
void describe_text_header(Archive& a, field<Archive, std::string>& text) {
  a.optional_object("header", !text.empty(), [&](auto& header) {
    header.fixed("type", "text");
    header.required("text", text);
  });
}

template <class Archive>
void describe_body(Archive& a, field<Archive, std::string>& text) {
  a.object("body", [&](auto& body) { body.required("text", text); });
}

template <class Archive>
void describe_optional_text(Archive& a, std::string_view key, field<Archive, std::string>& text) {
  a.optional_object(key, !text.empty(), [&](auto& owner) { owner.required("text", text); });
}

/// Header of any kind, body and footer.
template <class Archive, class Message>
void describe_frame(Archive& a, Message& m) {
  a.optional("header", m.header);
  describe_body(a, m.body);
  describe_optional_text(a, "footer", m.footer);
}

template <class Archive>
void describe(Archive& a, field<Archive, list_row>& m) {
  a.required("id", m.id);
  a.required("title", m.title);
  a.optional("description", m.description);
}

template <class Archive>
void describe(Archive& a, field<Archive, list_section>& m) {
  a.optional("title", m.title);
  a.required("rows", m.rows);
}

template <class Archive>
void describe(Archive& a, field<Archive, list_message>& m) {
  describe_text_header(a, m.header);
  describe_body(a, m.body);
  describe_optional_text(a, "footer", m.footer);
  a.object("action", [&](auto& action) {
    action.required("button", m.button);
    action.required("sections", m.sections);
  });
}

template <class Archive>
void describe(Archive& a, field<Archive, reply_button>& m) {
  a.fixed("type", "reply");
  a.object("reply", [&](auto& reply) {
    reply.required("id", m.id);
    reply.required("title", m.title);
  });
}

template <class Archive>
void describe(Archive& a, field<Archive, buttons_message>& m) {
  describe_frame(a, m);
  a.object("action", [&](auto& action) { action.required("buttons", m.buttons); });
}

template <class Archive>
void describe(Archive& a, field<Archive, url_button>& m) {
  a.fixed("name", "cta_url");
  a.object("parameters", [&](auto& parameters) {
    parameters.required("display_text", m.display_text);
    parameters.required("url", m.url);
  });
}

template <class Archive>
void describe(Archive& a, field<Archive, cta_url_message>& m) {
  describe_frame(a, m);
  a.required("action", m.button);
}

template <class Archive>
void describe(Archive& a, field<Archive, location_request_message>& m) {
  describe_body(a, m.body);
  a.object("action", [](auto& action) { action.fixed("name", "send_location"); });
}

template <class Archive>
void describe(Archive& a, field<Archive, contact_request_message>& m) {
  describe_frame(a, m);
  a.object("action", [](auto& action) { action.fixed("name", "request_contact_info"); });
}

template <class Archive>
void describe(Archive& a, field<Archive, saved_address>& m) {
  a.required("id", m.id);
  a.required("value", m.value);
}

template <class Archive>
void describe(Archive& a, field<Archive, address_message>& m) {
  describe_frame(a, m);
  a.object("action", [&](auto& action) {
    action.fixed("name", "address_message");
    action.object("parameters", [&](auto& parameters) {
      parameters.required("country", m.country);
      parameters.optional("values", m.values);
      parameters.optional("saved_addresses", m.saved_addresses);
      parameters.optional("validation_errors", m.validation_errors);
    });
  });
}

template <class Archive>
void describe(Archive& a, field<Archive, product_message>& m) {
  describe_optional_text(a, "body", m.body);
  describe_optional_text(a, "footer", m.footer);
  a.object("action", [&](auto& action) {
    action.required("catalog_id", m.catalog_id);
    action.required("product_retailer_id", m.product_retailer_id);
  });
}

template <class Archive>
void describe(Archive& a, field<Archive, product_item>& m) {
  a.required("product_retailer_id", m.product_retailer_id);
}

template <class Archive>
void describe(Archive& a, field<Archive, product_section>& m) {
  a.optional("title", m.title);
  a.required("product_items", m.product_items);
}

template <class Archive>
void describe(Archive& a, field<Archive, product_list_message>& m) {
  describe_text_header(a, m.header);
  describe_body(a, m.body);
  describe_optional_text(a, "footer", m.footer);
  a.object("action", [&](auto& action) {
    action.required("catalog_id", m.catalog_id);
    action.required("sections", m.sections);
  });
}

template <class Archive>
void describe(Archive& a, field<Archive, catalog_message>& m) {
  describe_body(a, m.body);
  describe_optional_text(a, "footer", m.footer);
  a.object("action", [&](auto& action) {
    action.fixed("name", "catalog_message");
    action.optional_object("parameters", !m.thumbnail_product_retailer_id.empty(), [&](auto& parameters) {
      parameters.optional("thumbnail_product_retailer_id", m.thumbnail_product_retailer_id);
    });
  });
}

template <class Archive>
void describe(Archive& a, field<Archive, flow_action_payload>& m) {
  a.required("screen", m.screen);
  a.optional_json("data", m.data);
}

template <class Archive>
void describe(Archive& a, field<Archive, flow_message>& m) {
  constexpr word_list<2> modes{"draft", "published"};
  constexpr word_list<2> actions{"navigate", "data_exchange"};
  describe_frame(a, m);
  a.object("action", [&](auto& action) {
    action.fixed("name", "flow");
    action.object("parameters", [&](auto& parameters) {
      parameters.required("flow_message_version", m.flow_message_version);
      parameters.any_of({"flow_id", "flow_name"});
      parameters.optional("flow_id", m.flow_id);
      parameters.optional("flow_name", m.flow_name);
      parameters.required("flow_cta", m.flow_cta);
      parameters.optional("flow_token", m.flow_token);
      parameters.optional_word("mode", m.mode, modes);
      parameters.optional_word("flow_action", m.action, actions);
      parameters.optional("flow_action_payload", m.payload);
    });
  });
}

} // namespace wakala::whatsapp
