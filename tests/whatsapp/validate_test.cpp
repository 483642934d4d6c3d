// Each limit of the Cloud API reference §9.1–9.5, with the smallest request that breaks it.
#include "tests/whatsapp/fixtures.hpp"
#include "tests/whatsapp/print.hpp"
#include "whatsapp/outbound.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace wakala::whatsapp {

namespace {

using nlohmann::json;

std::string letters(std::size_t count) { return std::string(count, 'x'); }
/// Two bytes each, one code point each.
std::string accents(std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i)
    out += "é";
  return out;
}

/// A published request with one value replaced (or, for `removed`, taken away).
struct broken {
  const char* name; ///< of the golden request
  const char* at;   ///< JSON Pointer to change
  json value;
  const char* path; ///< expected violation
  const char* code;
};

const json removed = json::binary({0});

json damaged(const broken& b) {
  auto request = fixtures::parsed(std::string("requests/") + b.name + ".json");
  const json::json_pointer at(b.at);
  if (b.value == removed)
    request.at(at.parent_pointer()).erase(at.back());
  else
    request[at] = b.value;
  return request;
}

json repeated(const json& item, std::size_t count) {
  json out = json::array();
  for (std::size_t i = 0; i < count; ++i)
    out.push_back(item);
  return out;
}

json rows(std::size_t count) {
  json out = json::array();
  for (std::size_t i = 0; i < count; ++i)
    out.push_back({{"id", "row-" + std::to_string(i)}, {"title", "Row"}});
  return out;
}

json reply_buttons(std::size_t count) {
  json out = json::array();
  for (std::size_t i = 0; i < count; ++i)
    out.push_back({{"type", "reply"}, {"reply", {{"id", std::to_string(i)}, {"title", "T" + std::to_string(i)}}}});
  return out;
}

const json a_product = {{"product_retailer_id", "sku"}};
const json a_contact = {{"name", {{"formatted_name", "A B"}, {"first_name", "A"}}}};
const json a_section = {{"title", "T"}, {"product_items", json::array({a_product})}};

std::vector<broken> common_rules() {
  return {
      {"text", "/messaging_product", removed, "/messaging_product", "required"},
      {"text", "/messaging_product", "sms", "/messaging_product", "invalid"},
      {"text", "/recipient_type", "crowd", "/recipient_type", "invalid"},
      {"text", "/to", removed, "/to", "required"},
      {"text", "/to", "", "/to", "required"},
      {"text", "/to", "Pablo", "/to", "invalid"},
      {"text", "/to", "+12", "/to", "invalid"},
      {"text", "/to", "1650555123416505", "/to", "invalid"},
      {"text", "/to", 16505551234, "/to", "invalid"},
      {"text-to-bsuid", "/recipient", "us.1", "/recipient", "invalid"},
      {"text-to-bsuid", "/recipient", "US." + letters(129), "/recipient", "invalid"},
      {"text", "/type", "telegram", "/type", "invalid"},
      {"text", "/type", 5, "/type", "invalid"},
      {"text", "/biz_opaque_callback_data", letters(513), "/biz_opaque_callback_data", "too_long"},
      {"text-reply", "/context/message_id", removed, "/context/message_id", "required"},
      {"text-reply", "/context", "wamid.1", "/context", "invalid"},
      {"mark-as-read", "/status", "unread", "/status", "invalid"},
      {"mark-as-read", "/message_id", removed, "/message_id", "required"},
      {"mark-as-read-typing", "/typing_indicator/type", "audio", "/typing_indicator/type", "invalid"},
  };
}

std::vector<broken> simple_rules() {
  return {
      {"text", "/text", removed, "/text", "required"},
      {"text", "/text", "hi", "/text", "invalid"},
      {"text", "/text/body", removed, "/text/body", "required"},
      {"text", "/text/body", "", "/text/body", "required"},
      {"text", "/text/body", letters(4097), "/text/body", "too_long"},
      {"text", "/text/preview_url", "yes", "/text/preview_url", "invalid"},
      {"image", "/image/id", removed, "/image/id", "required"},
      {"image", "/image/link", "ftp://x/y.png", "/image/link", "invalid"},
      {"image", "/image/caption", accents(1025), "/image/caption", "too_long"},
      {"video", "/video/caption", letters(1025), "/video/caption", "too_long"},
      {"document", "/document/caption", letters(1025), "/document/caption", "too_long"},
      {"document", "/document/filename", 4, "/document/filename", "invalid"},
      {"audio-voice", "/audio/caption", "song", "/audio/caption", "invalid"},
      {"audio-voice", "/audio/voice", "true", "/audio/voice", "invalid"},
      {"sticker", "/sticker/id", removed, "/sticker/id", "required"},
      {"sticker", "/sticker/caption", "ha", "/sticker/caption", "invalid"},
      {"location", "/location/latitude", removed, "/location/latitude", "required"},
      {"location", "/location/latitude", 90.5, "/location/latitude", "invalid"},
      {"location", "/location/longitude", "east", "/location/longitude", "invalid"},
      {"location", "/location/longitude", "nan", "/location/longitude", "invalid"},
      {"contacts", "/contacts", json::array(), "/contacts", "required"},
      {"contacts", "/contacts", repeated(a_contact, 258), "/contacts", "too_many"},
      {"contacts", "/contacts/0/name", removed, "/contacts/0/name", "required"},
      {"contacts", "/contacts/0/name", {{"formatted_name", "Only"}}, "/contacts/0/name", "required"},
      {"contacts", "/contacts/0/name/formatted_name", removed, "/contacts/0/name/formatted_name", "required"},
      {"contacts", "/contacts/0/birthday", "23 Jan 1999", "/contacts/0/birthday", "invalid"},
      {"contacts", "/contacts/0/phones", "+1", "/contacts/0/phones", "invalid"},
      {"reaction", "/reaction/message_id", removed, "/reaction/message_id", "required"},
      {"reaction", "/reaction/emoji", removed, "/reaction/emoji", "required"},
      {"reaction", "/context", {{"message_id", "wamid.1"}}, "/context", "invalid"},
  };
}

std::vector<broken> list_and_button_rules() {
  return {
      {"interactive-list", "/interactive", removed, "/interactive", "required"},
      {"interactive-list", "/interactive/type", removed, "/interactive/type", "required"},
      {"interactive-list", "/interactive/type", "menu", "/interactive/type", "invalid"},
      {"interactive-list", "/interactive/header/text", letters(61), "/interactive/header/text", "too_long"},
      {"interactive-list",
       "/interactive/header",
       {{"type", "image"}, {"image", {{"id", "1"}}}},
       "/interactive/header/type",
       "invalid"},
      {"interactive-list", "/interactive/body", removed, "/interactive/body", "required"},
      {"interactive-list", "/interactive/body/text", letters(1025), "/interactive/body/text", "too_long"},
      {"interactive-list", "/interactive/footer/text", letters(61), "/interactive/footer/text", "too_long"},
      {"interactive-list", "/interactive/action", removed, "/interactive/action", "required"},
      {"interactive-list", "/interactive/action/button", letters(21), "/interactive/action/button", "too_long"},
      {"interactive-list", "/interactive/action/button", removed, "/interactive/action/button", "required"},
      {"interactive-list", "/interactive/action/sections", json::array(), "/interactive/action/sections", "required"},
      {"interactive-list", "/interactive/action/sections", repeated({{"title", "T"}, {"rows", rows(1)}}, 11),
       "/interactive/action/sections", "too_many"},
      {"interactive-list", "/interactive/action/sections/0/rows", rows(9), "/interactive/action/sections",
       "too_many"},
      {"interactive-list", "/interactive/action/sections/0/rows", json::array(),
       "/interactive/action/sections/0/rows", "required"},
      {"interactive-list", "/interactive/action/sections/0/title", removed, "/interactive/action/sections/0/title",
       "required"},
      {"interactive-list", "/interactive/action/sections/0/title", letters(25),
       "/interactive/action/sections/0/title", "too_long"},
      {"interactive-list", "/interactive/action/sections/0/rows/0/id", letters(201),
       "/interactive/action/sections/0/rows/0/id", "too_long"},
      {"interactive-list", "/interactive/action/sections/0/rows/1/id", "priority_express",
       "/interactive/action/sections/0/rows/1/id", "duplicate"},
      {"interactive-list", "/interactive/action/sections/1/rows/1/id", "priority_express",
       "/interactive/action/sections/1/rows/1/id", "duplicate"},
      {"interactive-list", "/interactive/action/sections/0/rows/0/title", accents(25),
       "/interactive/action/sections/0/rows/0/title", "too_long"},
      {"interactive-list", "/interactive/action/sections/0/rows/0/description", letters(73),
       "/interactive/action/sections/0/rows/0/description", "too_long"},
      {"interactive-list", "/interactive/action/sections/0/rows/0", "row", "/interactive/action/sections/0/rows/0",
       "invalid"},
      {"interactive-buttons", "/interactive/action/buttons", json::array(), "/interactive/action/buttons",
       "required"},
      {"interactive-buttons", "/interactive/action/buttons", reply_buttons(4), "/interactive/action/buttons",
       "too_many"},
      {"interactive-buttons", "/interactive/action/buttons/0/type", "url", "/interactive/action/buttons/0/type",
       "invalid"},
      {"interactive-buttons", "/interactive/action/buttons/0/reply/id", letters(257),
       "/interactive/action/buttons/0/reply/id", "too_long"},
      {"interactive-buttons", "/interactive/action/buttons/1/reply/id", "change-button",
       "/interactive/action/buttons/1/reply/id", "duplicate"},
      {"interactive-buttons", "/interactive/action/buttons/1/reply/title", "Change",
       "/interactive/action/buttons/1/reply/title", "duplicate"},
      {"interactive-buttons", "/interactive/action/buttons/0/reply/title", letters(21),
       "/interactive/action/buttons/0/reply/title", "too_long"},
      {"interactive-buttons", "/interactive/action/buttons/0/reply/title", " Change",
       "/interactive/action/buttons/0/reply/title", "invalid"},
      {"interactive-buttons", "/interactive/header/image", removed, "/interactive/header/image", "required"},
      {"interactive-buttons", "/interactive/header/type", "sticker", "/interactive/header/type", "invalid"},
  };
}

std::vector<broken> other_interactive_rules() {
  return {
      {"interactive-cta-url", "/interactive/action/name", "url", "/interactive/action/name", "invalid"},
      {"interactive-cta-url", "/interactive/action/parameters/display_text", letters(21),
       "/interactive/action/parameters/display_text", "too_long"},
      {"interactive-cta-url", "/interactive/action/parameters/url", "shop", "/interactive/action/parameters/url",
       "invalid"},
      {"interactive-location-request",
       "/interactive/header",
       {{"type", "text"}, {"text", "x"}},
       "/interactive/header",
       "invalid"},
      {"interactive-location-request", "/interactive/footer", {{"text", "x"}}, "/interactive/footer", "invalid"},
      {"interactive-location-request", "/interactive/action/name", "ask", "/interactive/action/name", "invalid"},
      {"interactive-location-request", "/interactive/body/text", letters(1025), "/interactive/body/text", "too_long"},
      {"interactive-product",
       "/interactive/header",
       {{"type", "text"}, {"text", "x"}},
       "/interactive/header",
       "invalid"},
      {"interactive-product", "/interactive/action/catalog_id", removed, "/interactive/action/catalog_id",
       "required"},
      {"interactive-product", "/interactive/action/product_retailer_id", removed,
       "/interactive/action/product_retailer_id", "required"},
      {"interactive-product-list", "/interactive/header", removed, "/interactive/header", "required"},
      {"interactive-product-list", "/interactive/body", removed, "/interactive/body", "required"},
      {"interactive-product-list", "/interactive/action/catalog_id", removed, "/interactive/action/catalog_id",
       "required"},
      {"interactive-product-list", "/interactive/action/sections", repeated(a_section, 11),
       "/interactive/action/sections", "too_many"},
      {"interactive-product-list", "/interactive/action/sections/0/product_items", repeated(a_product, 30),
       "/interactive/action/sections", "too_many"},
      {"interactive-product-list", "/interactive/action/sections/1/title", removed,
       "/interactive/action/sections/1/title", "required"},
      {"interactive-product-list", "/interactive/action/sections/1/title", letters(25),
       "/interactive/action/sections/1/title", "too_long"},
      {"interactive-catalog-message", "/interactive/action/name", "catalog", "/interactive/action/name", "invalid"},
      {"interactive-catalog-message", "/interactive/body/text", letters(1025), "/interactive/body/text", "too_long"},
      {"interactive-catalog-message",
       "/interactive/header",
       {{"type", "text"}, {"text", "x"}},
       "/interactive/header",
       "invalid"},
      {"interactive-flow", "/interactive/action/parameters/flow_message_version", "2",
       "/interactive/action/parameters/flow_message_version", "invalid"},
      {"interactive-flow", "/interactive/action/parameters/flow_id", removed,
       "/interactive/action/parameters/flow_id", "required"},
      {"interactive-flow", "/interactive/action/parameters/flow_cta", letters(31),
       "/interactive/action/parameters/flow_cta", "too_long"},
      {"interactive-flow", "/interactive/action/parameters/mode", "live", "/interactive/action/parameters/mode",
       "invalid"},
      {"interactive-flow", "/interactive/action/parameters/flow_action", "jump",
       "/interactive/action/parameters/flow_action", "invalid"},
      {"interactive-flow", "/interactive/action/parameters/flow_action_payload/data", json::object(),
       "/interactive/action/parameters/flow_action_payload/data", "invalid"},
      {"interactive-address-india", "/interactive/action/parameters/country", "KE",
       "/interactive/action/parameters/country", "invalid"},
      {"interactive-contact-request", "/interactive/action/name", "contact", "/interactive/action/name", "invalid"},
  };
}

std::vector<broken> carousel_rules() {
  const auto cards = fixtures::parsed("requests/interactive-carousel-product.json")
                         .at(json::json_pointer("/interactive/action/cards"));
  const char* const urls = "interactive-carousel-media-url";
  const char* const replies = "interactive-carousel-media-quick-reply";
  const char* const products = "interactive-carousel-product";
  return {
      {products, "/interactive/action/cards", json::array({cards[0]}), "/interactive/action/cards", "required"},
      {products, "/interactive/action/cards", repeated(cards[0], 11), "/interactive/action/cards", "too_many"},
      {products, "/interactive/action/cards/1/card_index", 0, "/interactive/action/cards/1/card_index", "duplicate"},
      {products, "/interactive/action/cards/1/card_index", 10, "/interactive/action/cards/1/card_index", "invalid"},
      {products, "/interactive/action/cards/1/action/catalog_id", "9", "/interactive/action/cards/1/action",
       "invalid"},
      {products, "/interactive/action/cards/1/action/product_retailer_id", removed,
       "/interactive/action/cards/1/action/product_retailer_id", "required"},
      {products, "/interactive/action/cards/1/type", "list", "/interactive/action/cards/1/type", "invalid"},
      {products, "/interactive/body", removed, "/interactive/body", "required"},
      {products, "/interactive/body/text", letters(1025), "/interactive/body/text", "too_long"},
      {products, "/interactive/header", {{"type", "text"}, {"text", "x"}}, "/interactive/header", "invalid"},
      {products, "/interactive/footer", {{"text", "x"}}, "/interactive/footer", "invalid"},
      {urls, "/interactive/action/cards/1/body/text", letters(161), "/interactive/action/cards/1/body/text",
       "too_long"},
      {urls, "/interactive/action/cards/1/body/text", "a\nb\nc\nd", "/interactive/action/cards/1/body/text",
       "too_many"},
      {urls,
       "/interactive/action/cards/1/header",
       {{"type", "video"}, {"video", {{"id", "1"}}}},
       "/interactive/action/cards/1/header",
       "invalid"},
      {urls, "/interactive/action/cards/1/header/type", "text", "/interactive/action/cards/1/header/type", "invalid"},
      {urls, "/interactive/action/cards/1/action/parameters/display_text", letters(21),
       "/interactive/action/cards/1/action/parameters/display_text", "too_long"},
      {replies, "/interactive/action/cards/1/action/buttons/0/quick_reply/title", letters(21),
       "/interactive/action/cards/1/action/buttons/0/quick_reply/title", "too_long"},
      {replies, "/interactive/action/cards/1/action/buttons/0/quick_reply/id", removed,
       "/interactive/action/cards/1/action/buttons/0/quick_reply/id", "required"},
      {replies, "/interactive/action/cards/1/action/buttons/1/quick_reply/title", "Learn more",
       "/interactive/action/cards/1/action/buttons/1/quick_reply/title", "duplicate"},
      {replies, "/interactive/action/cards/1/action/buttons",
       json::array({{{"type", "quick_reply"}, {"quick_reply", {{"id", "a"}, {"title", "A"}}}}}),
       "/interactive/action/cards/1/action", "invalid"},
  };
}

std::vector<broken> template_rules() {
  const char* const body_text = "/template/components/1/parameters/0/text";
  return {
      {"template-utility-named", "/template", removed, "/template", "required"},
      {"template-utility-named", "/template/name", removed, "/template/name", "required"},
      {"template-utility-named", "/template/name", letters(513), "/template/name", "too_long"},
      {"template-utility-named", "/template/name", "Order Update", "/template/name", "invalid"},
      {"template-utility-named", "/template/language", removed, "/template/language", "required"},
      {"template-utility-named", "/template/language/code", "", "/template/language/code", "required"},
      {"template-utility-named", "/template/components/0/type", "sidebar", "/template/components/0/type", "invalid"},
      {"template-utility-named", "/template/components/0/type", removed, "/template/components/0/type", "required"},
      {"template-utility-named", "/template/components/0/parameters",
       json::array({{{"type", "text"}, {"text", "a"}}, {{"type", "text"}, {"text", "b"}}}),
       "/template/components/0/parameters", "too_many"},
      {"template-utility-named", "/template/components/0/parameters/0/image", removed,
       "/template/components/0/parameters/0/image", "required"},
      {"template-utility-named", "/template/components/0/parameters/0/type", "audio",
       "/template/components/0/parameters/0/type", "invalid"},
      {"template-utility-named", body_text, "two\nlines", body_text, "invalid"},
      {"template-utility-named", body_text, "a\ttab", body_text, "invalid"},
      {"template-utility-named", body_text, "five     blanks", body_text, "invalid"},
      {"template-utility-named", body_text, removed, body_text, "required"},
      {"template-utility-named", "/template/components/1/parameters/0/type", "number",
       "/template/components/1/parameters/0/type", "invalid"},
      {"template-authentication", "/template/components/1/index", removed, "/template/components/1/index",
       "required"},
      {"template-authentication", "/template/components/1/index", "10", "/template/components/1/index", "invalid"},
      {"template-authentication", "/template/components/1/sub_type", "phone", "/template/components/1/sub_type",
       "invalid"},
      {"template-authentication", "/template/components/1/parameters/0/type", "payload",
       "/template/components/1/parameters/0/type", "invalid"},
      {"template-coupon", "/template/components/1/parameters/0/coupon_code", letters(16),
       "/template/components/1/parameters/0/coupon_code", "too_long"},
      {"template-catalog", "/template/components/1/parameters/0/action", removed,
       "/template/components/1/parameters/0/action", "required"},
      {"template-multi-product", "/template/components/2/parameters/0/action/sections", repeated(a_section, 11),
       "/template/components/2/parameters/0/action/sections", "too_many"},
      {"template-multi-product", "/template/components/2/parameters/0/action/sections/0/product_items",
       repeated(a_product, 30), "/template/components/2/parameters/0/action/sections", "too_many"},
      {"template-limited-time-offer", "/template/components/2/parameters/0/limited_time_offer/expiration_time_ms",
       "soon", "/template/components/2/parameters/0/limited_time_offer/expiration_time_ms", "invalid"},
      {"template-single-product", "/template/components/0/parameters/0/product/catalog_id", removed,
       "/template/components/0/parameters/0/product/catalog_id", "required"},
      {"template-carousel-media", "/template/components/1/cards", json::array(), "/template/components/1/cards",
       "required"},
      {"template-carousel-media", "/template/components/1/cards/0/card_index", removed,
       "/template/components/1/cards/0/card_index", "required"},
      {"template-carousel-media",
       "/template/components/1/cards/0/components/0",
       {{"type", "carousel"}},
       "/template/components/1/cards/0/components/0/type",
       "invalid"},
      {"template-carousel-media", "/template/components/1/cards/0/components/1/parameters/0/payload", removed,
       "/template/components/1/cards/0/components/1/parameters/0/payload", "required"},
  };
}

void expect_violations(const std::vector<broken>& table) {
  for (const auto& b : table) {
    SCOPED_TRACE(std::string(b.name) + " " + b.at + " " + b.path + " " + b.code);
    const auto found = validate_request(damaged(b));
    EXPECT_TRUE(std::any_of(found.begin(), found.end(), [&](const violation& v) {
      return v.path == b.path && v.code == b.code;
    })) << testing::PrintToString(found);
  }
}

TEST(validate, rules_of_every_request) { expect_violations(common_rules()); }
TEST(validate, rules_of_text_media_location_contacts_reaction) { expect_violations(simple_rules()); }
TEST(validate, rules_of_lists_and_buttons) { expect_violations(list_and_button_rules()); }
TEST(validate, rules_of_other_interactive_messages) { expect_violations(other_interactive_rules()); }
TEST(validate, rules_of_carousels) { expect_violations(carousel_rules()); }
TEST(validate, rules_of_templates) { expect_violations(template_rules()); }

/// A published request at its limits, which must still pass.
struct fitting {
  const char* name;
  const char* at;
  json value;
};

TEST(validate, lengths_count_code_points_and_the_limit_itself_is_allowed) {
  const std::vector<fitting> table{
      {"text", "/text/body", accents(4096)},
      {"text", "/to", "+254 700-000 001"},
      {"text", "/biz_opaque_callback_data", letters(512)},
      {"image", "/image/caption", accents(1024)},
      {"interactive-list", "/interactive/header/text", accents(60)},
      {"interactive-list", "/interactive/body/text", accents(1024)},
      {"interactive-list", "/interactive/footer/text", accents(60)},
      {"interactive-list", "/interactive/action/button", accents(20)},
      {"interactive-list", "/interactive/action/sections/0/title", accents(24)},
      {"interactive-list", "/interactive/action/sections/0/rows", rows(8)},
      {"interactive-list", "/interactive/action/sections/0/rows/0/id", accents(200)},
      {"interactive-list", "/interactive/action/sections/0/rows/0/title", accents(24)},
      {"interactive-list", "/interactive/action/sections/0/rows/0/description", accents(72)},
      {"interactive-buttons", "/interactive/action/buttons", reply_buttons(3)},
      {"interactive-buttons", "/interactive/action/buttons/0/reply/id", accents(256)},
      {"interactive-buttons", "/interactive/action/buttons/0/reply/title", accents(20)},
      {"reaction", "/reaction/emoji", ""},
      {"location", "/location/latitude", -90},
  };
  for (const auto& f : table) {
    SCOPED_TRACE(std::string(f.name) + " " + f.at);
    auto request = fixtures::parsed(std::string("requests/") + f.name + ".json");
    request[json::json_pointer(f.at)] = f.value;
    EXPECT_EQ(validate_request(request), std::vector<violation>{});
  }
}

TEST(validate, a_violation_says_what_was_allowed_and_what_was_found) {
  auto request = fixtures::parsed("requests/interactive-list.json");
  request[json::json_pointer("/interactive/action/button")] = letters(23);
  EXPECT_EQ(validate_request(request),
            (std::vector<violation>{{"/interactive/action/button", "max 20 characters", "23", "too_long"}}));
}

TEST(validate, a_group_id_is_no_phone_number) {
  auto request = fixtures::parsed("requests/text.json");
  request["recipient_type"] = "group";
  request["to"] = "Y2FwaV9ncm91cDo";
  EXPECT_TRUE(validate_request(request).empty());
}

TEST(validate, is_total_over_any_json) {
  std::vector<json> anything{
      nullptr, true, 7, 1.5, "text", json::array(), json::object(), json::array({json::object()})};
  for (const auto& name : fixtures::names("requests")) {
    const auto request = fixtures::parsed(name);
    const auto flat = request.flatten();
    for (const auto& [pointer, leaf] : flat.items()) {
      for (json::json_pointer at(pointer); !at.empty(); at.pop_back()) {
        for (const auto& value : anything) {
          auto changed = request;
          changed[at] = value;
          EXPECT_NO_THROW(validate_request(changed)) << name << " " << at.to_string();
          EXPECT_NO_THROW(parse_request(changed).has_value()) << name << " " << at.to_string();
        }
      }
    }
  }
  for (const auto& value : anything)
    EXPECT_FALSE(validate_request(value).empty());
}

} // namespace
} // namespace wakala::whatsapp
