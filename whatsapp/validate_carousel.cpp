// Carousels of media and of products (Cloud API reference §9.4).
#include "whatsapp/json_read.hpp"
#include "whatsapp/validate_parts.hpp"

#include <algorithm>

namespace wakala::whatsapp {

using nlohmann::json;

namespace {

constexpr std::size_t cards_min = 2;
constexpr std::size_t cards_max = 10;

/// The first card decides; every other one must be built like it.
struct card_layout {
  std::string type;
  std::string header;
  std::string buttons;
  std::string catalog;
};

void same(const request_checker& card, const char* key, const std::string& first, const std::string& here,
          std::string_view what) {
  if (first != here)
    card.note(key, "the same " + std::string(what) + " on every card", here.substr(0, 40), "invalid");
}

void check_quick_replies(const request_checker& action) {
  uniqueness titles;
  for (const auto& button : action.required_items("buttons", 1, cards_max, "buttons")) {
    button.required_word("type", {"quick_reply"});
    const auto reply = button.required_object("quick_reply");
    reply.required_text("id", 256); // the page says 20 and breaks that in its own example
    titles.check(reply, "title", reply.required_text("title", 20));
  }
}

void check_media_card(const request_checker& card, card_layout& layout) {
  const auto header = card.required_object("header");
  if (const auto kind = header.required_word("type", {"image", "video"})) {
    layout.header = *kind;
    check_media(header.required_object(layout.header.c_str()), *kind);
  }
  const auto body = card.optional_object("body");
  if (const auto text = body.required_text("text", 160); text && std::count(text->begin(), text->end(), '\n') > 2)
    body.note("text", "max 2 line breaks", std::to_string(std::count(text->begin(), text->end(), '\n')), "too_many");
  const auto action = card.required_object("action");
  if (!action)
    return;
  if (action.has("buttons")) {
    check_quick_replies(action);
    layout.buttons = std::to_string(action.value().at("buttons").size()) + " quick replies";
  } else {
    check_cta_action(action);
    layout.buttons = "url";
  }
}

void check_product_card(const request_checker& card, card_layout& layout) {
  const auto action = card.required_object("action");
  action.required_text("product_retailer_id", any_length);
  if (const auto catalog = action.required_text("catalog_id", any_length))
    layout.catalog = *catalog;
}

} // namespace

void check_carousel(const request_checker& interactive) {
  for (const char* key : {"header", "footer"})
    interactive.forbid(key, "a carousel has no header and no footer");
  interactive.required_object("body").required_text("text", 1024);
  const auto action = interactive.required_object("action");
  std::vector<long long> indexes;
  std::optional<card_layout> first;
  for (const auto& card : action.required_items("cards", cards_min, cards_max, "cards")) {
    if (const auto index = card.required_integer("card_index", 0, cards_max - 1)) {
      if (std::find(indexes.begin(), indexes.end(), *index) != indexes.end())
        card.note("card_index", "unique in the message", std::to_string(*index), "duplicate");
      indexes.push_back(*index);
    }
    const auto type = card.required_word("type", {"cta_url", "quick_reply", "product"});
    if (!type)
      continue;
    card_layout layout{std::string(*type), {}, {}, {}};
    if (*type == "product")
      check_product_card(card, layout);
    else
      check_media_card(card, layout);
    if (!first)
      first = layout;
    same(card, "type", first->type, layout.type, "type");
    same(card, "header", first->header, layout.header, "kind of header");
    same(card, "action", first->buttons, layout.buttons, "buttons");
    same(card, "action", first->catalog, layout.catalog, "catalog");
  }
}

} // namespace wakala::whatsapp
