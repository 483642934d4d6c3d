#include "tests/whatsapp/published_definitions.hpp"

namespace wakala::whatsapp {

namespace {

constexpr auto marketing = template_category::marketing;
constexpr auto utility = template_category::utility;

header_definition exemplified(header_format format, const std::string& handle) {
  return {.format = format, .header_handle = {handle}};
}

body_definition body(const std::string& text, std::vector<std::string> examples) {
  return {.text = text, .body_text = std::vector<std::vector<std::string>>{std::move(examples)}};
}

template_definition in_capitals(template_definition definition) {
  definition.words = word_case::upper;
  return definition;
}

template_definition one_time_code(const std::string& name, std::int64_t minutes, otp_definition button) {
  return {.name = name,
          .language = "en_US",
          .category = template_category::authentication,
          .components = {body_definition{.add_security_recommendation = true},
                         footer_definition{.code_expiration_minutes = minutes},
                         buttons_definition{{std::move(button)}}},
          .message_send_ttl_seconds = 60};
}

template_definition carousel_of_media() {
  carousel_definition carousel;
  const auto add = [&](const std::string& url, const std::string& example) {
    carousel.cards.push_back({{exemplified(header_format::image, "4::an..."),
                               buttons_definition{{quick_reply_definition{"Send me more like this!"},
                                                   url_definition{"Shop", url, {example}}}}}});
  };
  add("https://www.luckyshrub.com/rare-succulents/{{1}}", "BLUE_ELF");
  add("https://www.luckyshrub.com/rare-succulents{{1}}", "BUDDHA");
  add("https://www.luckyshrub.com/rare-succulents{{1}}", "BLACK_PRINCE");
  return {"carousel_template_media_cards_v1",
          "en_US",
          marketing,
          {body("Rare succulents for sale! {{1}}, add these unique plants to your collection. Each of these rare "
                "succulents are {{2}} if you checkout using code {{3}}. Shop now and add some unique and beautiful "
                "plants to your collection!",
                {"Pablo", "30%", "30OFF"}),
           carousel}};
}

template_definition carousel_of_products() {
  const card_definition card{
      {header_definition{.format = header_format::product}, buttons_definition{{spm_definition{"View"}}}}};
  return {
      "carousel_template_product_cards_v1",
      "en_US",
      marketing,
      {body_definition{.text = "Rare succulents for sale! {{1}}, add these unique plants to your collection. All "
                               "three of these rare succulents are available for purchase on our website, and "
                               "they come with a 100% satisfaction guarantee. Whether you're a seasoned succulent "
                               "enthusiast or just starting your plant collection, these rare succulents are sure "
                               "to impress. Shop now and add some unique and beautiful plants to your collection!",
                       .body_text = "Pablo"},
       carousel_definition{{card, card}}}};
}

template_definition limited_time_offer() {
  return {"limited_time_offer_caribbean_pkg_2023",
          "en_US",
          marketing,
          {exemplified(header_format::image, "4::aW..."), limited_time_offer_definition{"Expiring offer!", true},
           body("Good news, {{1}}! Use code {{2}} to get 25% off all Caribbean Destination packages!",
                {"Pablo", "CARIBE25"}),
           buttons_definition{{copy_code_definition{"CARIBE25"},
                               url_definition{"Book now!",
                                              "https://awesomedestinations.com/offers?code={{1}}",
                                              {"https://awesomedestinations.com/offers?ref=n3mtql"}}}}}};
}

template_definition seasonal_promotion() {
  return {"seasonal_promotion",
          "en_US",
          marketing,
          {header_definition{.text = "Our {{1}} is on!", .header_text = {"Summer Sale"}},
           body("Shop now through {{1}} and use code {{2}} to get {{3}} off of all merchandise.",
                {"the end of August", "25OFF", "25%"}),
           footer_definition{"Use the buttons below to manage your marketing subscriptions"},
           buttons_definition{
               {quick_reply_definition{"Unsubscribe from Promos"}, quick_reply_definition{"Unsubscribe from All"}}}}};
}

template_definition single_product() {
  return {.name = "spm_template_named_params",
          .language = "en_US",
          .category = marketing,
          .components = {header_definition{.format = header_format::product},
                         body_definition{.text = "Use code {{code}} to get {{percent}} off our newest succulent!",
                                         .body_text_named = {{"code", "15OFF"}, {"percent", "15%"}}},
                         footer_definition{"Offer ends September 22, 2024"},
                         buttons_definition{{spm_definition{"View"}}}},
          .parameter_format = parameter_format::named};
}

template_definition order_confirmation() {
  return {"order_confirmation",
          "en_US",
          utility,
          {exemplified(header_format::document, "4::YX..."),
           body("Thank you for your order, {{1}}! Your order number is {{2}}. Tap the PDF linked above to view your "
                "receipt. If you have any questions, please use the buttons below to contact support. Thank you for "
                "being a customer!",
                {"Pablo", "860198-230332"}),
           buttons_definition{{phone_number_definition{"Call", "15550051310"},
                               url_definition{"Contact Support", "https://www.luckyshrub.com/support"}}}}};
}

template_definition delivery_update() {
  return {"order_delivery_update",
          "en_US",
          utility,
          {header_definition{.format = header_format::location},
           body("Good news {{1}}! Your order #{{2}} is on its way to the location above. Thank you for your order!",
                {"Mark", "566701"}),
           footer_definition{"To stop receiving delivery updates, tap the button below."},
           buttons_definition{{quick_reply_definition{"Stop Delivery Updates"}}}}};
}

template_definition reservation() {
  return {
      .name = "reservation_confirmation",
      .language = "en_US",
      .category = utility,
      .components = {exemplified(header_format::image, "4::aW..."),
                     body_definition{.text = "*You're all set!*\n\nYour reservation for {{number_of_guests}} at "
                                             "Lucky Shrub Eatery on {{day}}, {{date}}, at {{time}}, is confirmed. "
                                             "See you then!",
                                     .body_text_named = {{"number_of_guests", "4"},
                                                         {"day", "Saturday"},
                                                         {"date", "August 30th, 2025"},
                                                         {"time", "7:30 pm"}}},
                     footer_definition{"Lucky Shrub Eatery: The Luckiest Eatery in Town!"},
                     buttons_definition{
                         {url_definition{"Change reservation", "https://www.luckyshrubeater.com/reservations"},
                          phone_number_definition{"Call us", "+15550051310"},
                          quick_reply_definition{"Cancel reservation"}}}},
      .parameter_format = parameter_format::named};
}

template_definition coupon() {
  return {
      "coupon_code_fall2023_25off",
      "en_US",
      marketing,
      {header_definition{.text = "Our Fall Sale is on!"},
       body("Shop now through November and use code {{1}} to get {{2}} off of all merchandise!", {"25OFF", "25%"}),
       buttons_definition{{quick_reply_definition{"Unsubscribe"}, copy_code_definition{"250FF"}}}}};
}

template_definition catalog_offer() {
  return {"intro_catalog_offer",
          "en_US",
          marketing,
          {body("Now shop for your favorite products right here on WhatsApp! Get Rs {{1}} off on all orders above "
                "{{2}}Rs! Valid for your first {{3}} orders placed on WhatsApp!",
                {"100", "400", "3"}),
           footer_definition{"Best grocery deals on WhatsApp!"},
           buttons_definition{{catalog_definition{"View catalog"}}}}};
}

template_definition abandoned_cart() {
  return {"abandoned_cart",
          "en_US",
          marketing,
          {header_definition{.text = "Forget something, {{1}}?", .header_text = {"Pablo"}},
           body("Looks like you left these items in your cart, still interested? Use code {{1}} to get 10% off!",
                {"10OFF"}),
           buttons_definition{{mpm_definition{"View items"}}}}};
}

} // namespace

const std::map<std::string, template_definition>& published_definitions() {
  static const std::map<std::string, template_definition> all{
      {"authentication-copy-code", one_time_code("authentication_code_copy_code_button", 5, {.text = "Copy Code"})},
      {"authentication-one-tap", one_time_code("authentication_code_autofill_button", 10,
                                               {.type = otp_type::one_tap,
                                                .text = "Copy Code",
                                                .autofill_text = "Autofill",
                                                .package_name = "com.example.luckyshrub",
                                                .signature_hash = "K8a/AINcGX7"})},
      {"carousel-media", carousel_of_media()},
      {"carousel-product", carousel_of_products()},
      {"catalog", in_capitals(catalog_offer())},
      {"coupon", in_capitals(coupon())},
      {"limited-time-offer", limited_time_offer()},
      {"marketing-text-header", in_capitals(seasonal_promotion())},
      {"multi-product", in_capitals(abandoned_cart())},
      {"single-product", single_product()},
      {"utility-document-header", in_capitals(order_confirmation())},
      {"utility-location-header", in_capitals(delivery_update())},
      {"utility-named", reservation()},
  };
  return all;
}

catalog_batch published_batch() {
  const catalog_item flour{.id = "sku-1001",
                           .title = "Unga wa ngano 2kg",
                           .description = "Wheat flour, 2 kg",
                           .availability = "in stock",
                           .condition = "new",
                           .price = "250 KES",
                           .link = "https://shop.example.com/sku-1001",
                           .image_link = "https://cdn.example.com/sku-1001.jpg",
                           .brand = "Example"};
  return {.requests = {{catalog_method::create, flour},
                       {catalog_method::update, {.id = "sku-1002", .availability = "out of stock"}},
                       {catalog_method::remove, {.id = "sku-1003"}}},
          .allow_upsert = true};
}

} // namespace wakala::whatsapp
