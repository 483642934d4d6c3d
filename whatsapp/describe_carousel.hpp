/// \file
/// Carousels, member by member (Cloud API reference §9.4). Internal to this folder.
#pragma once

#include "whatsapp/describe_interactive.hpp"

namespace wakala::whatsapp {

template <class Archive>
void describe(Archive& a, field<Archive, quick_reply_button>& m) {
  a.fixed("type", "quick_reply");
  a.object("quick_reply", [&](auto& reply) {
    reply.required("id", m.id);
    reply.required("title", m.title);
  });
}

/// A button that opens a page, or quick replies: its own members tell, since the card's `type` does not.
template <class Archive>
void describe(Archive& a, field<Archive, std::variant<url_button, std::vector<quick_reply_button>>>& m) {
  a.alternative_by_member(m, {"parameters", "buttons"}, [&](auto& action) {
    if constexpr (is_vector<std::remove_cvref_t<decltype(action)>>)
      a.required("buttons", action);
    else
      describe(a, action);
  });
}

template <class Archive>
void describe(Archive& a, field<Archive, media_card>& m) {
  constexpr word_list<2> types{"cta_url", "quick_reply"};
  constexpr word_list<2> headers{"image", "video"};
  a.required("card_index", m.card_index);
  a.word("type", m.type, types);
  a.object("header", [&](auto& header) {
    header.alternative("type", m.header, headers,
                       [&](auto& media) { header.required(headers[m.header.index()], media); });
  });
  describe_optional_text(a, "body", m.body);
  a.required("action", m.action);
}

template <class Archive>
void describe(Archive& a, field<Archive, media_carousel_message>& m) {
  describe_body(a, m.body);
  a.object("action", [&](auto& action) { action.required("cards", m.cards); });
}

template <class Archive>
void describe(Archive& a, field<Archive, product_card>& m) {
  a.required("card_index", m.card_index);
  a.fixed("type", "product");
  a.object("action", [&](auto& action) {
    action.required("product_retailer_id", m.product_retailer_id);
    action.required("catalog_id", m.catalog_id);
  });
}

template <class Archive>
void describe(Archive& a, field<Archive, product_carousel_message>& m) {
  describe_body(a, m.body);
  a.object("action", [&](auto& action) { action.required("cards", m.cards); });
}

} // namespace wakala::whatsapp
