#include "tests/whatsapp/published_messages.hpp"

namespace wakala::whatsapp {

namespace {

const std::string catalog = "194836987003835";

contacts_message barbara() {
  contact_card card{
      .name = {"Barbara J. Johnson", "Barbara", "Johnson", "Joana", "Esq.", "Dr."},
      .phones = {{"+16505559999", "Landline"}, {"+19175559999", "Mobile", "19175559999"}},
      .emails = {{"bjohnson@luckyshrub.com", "Work"}, {"bjohnson@luckyshrubplants.com", "Work (old)"}},
      .addresses = {{"1 Lucky Shrub Way", "Menlo Park", "CA", "94025", "United States", "US", "Office"},
                    {"1 Hacker Way", "Menlo Park", "CA", "94025", "United States", "US", "Pop-Up"}},
      .org = {"Lucky Shrub", "Legal", "Lead Counsel"},
      .urls = {{"https://www.luckyshrub.com", "Company"},
               {"https://www.facebook.com/luckyshrubplants", "Company (FB)"}},
      .birthday = "1999-01-23",
  };
  return {{std::move(card)}};
}

list_message shipping() {
  return {
      "Choose Shipping Option",
      "Which shipping option do you prefer?",
      "Lucky Shrub: Your gateway to succulents™",
      "Shipping Options",
      {{"I want it ASAP!",
        {{"priority_express", "Priority Mail Express", "Next Day to 2 Days"},
         {"priority_mail", "Priority Mail", "1–3 Days"}}},
       {"I can wait a bit",
        {{"usps_ground_advantage", "USPS Ground Advantage", "2–5 Days"}, {"media_mail", "Media Mail", "2–8 Days"}}}}};
}

buttons_message workshop() {
  return {image_message{.id = "2762702990552401"},
          "Hi Pablo! Your gardening workshop is scheduled for 9am tomorrow. Use the buttons if you need to "
          "reschedule. Thank you!",
          "Lucky Shrub: Your gateway to succulents!™",
          {{"change-button", "Change"}, {"cancel-button", "Cancel"}}};
}

struct plant {
  const char* name;
  const char* address; ///< as it is spelt in addresses and ids
  const char* praise;
};

const std::vector<plant> plants{
    {"Blue Echeveria", "blue-echeveria",
     "A rosette-shaped succulent with powdery blue leaves, perfect for brightening up any space."},
    {"Zebra Haworthia", "zebra-haworthia",
     "Striking white stripes on deep green leaves give this compact succulent a bold, modern look."},
    {"Panda Plant", "panda-plant", "Soft, fuzzy leaves with chocolate-brown edges—adorable and easy to care for."},
};

/// Both media carousels show the same plants.
template <class Action>
media_carousel_message arrivals(Action action) {
  media_carousel_message m{"Of course! Here are three of our latest arrivals, each under $25:", {}};
  for (const auto& p : plants) {
    const std::string address = p.address;
    m.cards.push_back({static_cast<std::int64_t>(m.cards.size()),
                       image_message{.link = "https://www.luckyshrub.com/assets/" + address + ".jpeg"},
                       "*" + std::string(p.name) + "*\n\n" + p.praise, action(address)});
  }
  return m;
}

media_carousel_message arrivals_to_buy() {
  return arrivals([](const std::string& address) {
    return url_button{"Buy now", "https://shop.luckyshrub.com/latest/" + address};
  });
}

media_carousel_message arrivals_to_answer() {
  return arrivals([](const std::string& address) {
    return std::vector<quick_reply_button>{{"learn-" + address, "Learn more"},
                                           {"fav-" + address, "Add to favorites"}};
  });
}

flow_message booking() {
  return {.header = "Book a table",
          .body = "Tell us when you would like to come",
          .footer = "Takes one minute",
          .flow_cta = "Book",
          .flow_id = "1015409550021234",
          .flow_token = "AQAAAAACS5FpgQ_cAAAAAD0QI3s.",
          .action = flow_action::navigate,
          .payload = flow_action_payload{"BOOKING", R"({"branch":"westlands"})"}};
}

template_body texts(const std::vector<std::string>& values) {
  template_body body;
  for (const auto& value : values)
    body.parameters.emplace_back(text_parameter{value});
  return body;
}

template_body named(const std::vector<std::pair<std::string, std::string>>& values) {
  template_body body;
  for (const auto& [name, value] : values)
    body.parameters.emplace_back(text_parameter{value, name});
  return body;
}

template_header picture(const std::string& id) { return {{image_message{.id = id}}}; }

template_message authentication() {
  return {
      "verification_code", "en_US", {texts({"J$FpnYnP"}), template_button{"url", "0", {text_parameter{"J$FpnYnP"}}}}};
}

template_message carousel_of_media() {
  template_carousel carousel;
  const auto add = [&](const std::string& image, const std::string& payload, const std::string& address) {
    carousel.cards.push_back({static_cast<std::int64_t>(carousel.cards.size()),
                              {picture(image), template_button{"quick_reply", "0", {payload_parameter{payload}}},
                               template_button{"url", "1", {text_parameter{address}}}}});
  };
  add("1558081531584829", "more-aloes", "blue-elf");
  add("861236878885705", "more-crassulas", "buddhas-temple");
  add("1587064918516321", "more-echeverias", "black-prince");
  return {"carousel_template_media_cards_v1", "en_US", {texts({"Pablo", "20%", "20OFF"}), carousel}};
}

template_message carousel_of_products() {
  template_carousel carousel;
  for (const char* product : {"vrpj01fvwp", "va2l5ioeat", "sqpjv0mgde"})
    carousel.cards.push_back(
        {static_cast<std::int64_t>(carousel.cards.size()), {template_header{{product_parameter{product, catalog}}}}});
  return {"carousel_template_product_cards_v1", "en_US", {texts({"Pablo"}), carousel}};
}

template_message limited_time_offer() {
  return {"limited_time_offer_caribbean_pkg_2023",
          "en_US",
          {picture("1602186516975000"), texts({"Pablo", "CARIBE25"}), template_limited_time_offer{{{1209600000}}},
           template_button{"copy_code", 0, {coupon_code_parameter{"CARIBE25"}}},
           template_button{"url", 1, {text_parameter{"n3mtql"}}}}};
}

template_message abandoned_cart() {
  action_parameter view{
      .thumbnail_product_retailer_id = "2lc20305pt",
      .sections = {{"Popular Bundles", {{"2lc20305pt"}, {"nseiw1x3ch"}}}, {"Premium Packages", {{"n6k6x0y7oe"}}}}};
  return {
      "abandoned_cart",
      "en_US",
      {template_header{{text_parameter{"Pablo"}}}, texts({"10OFF"}), template_button{"mpm", 0, {std::move(view)}}}};
}

template_message from_the_catalog() {
  return {"intro_catalog_offer",
          "en_US",
          {texts({"100", "400", "3"}),
           template_button{"CATALOG", 0, {action_parameter{.thumbnail_product_retailer_id = "2lc20305pt"}}}}};
}

template_message coupon() {
  return {"coupon_code_fall2023_25off",
          "en_US",
          {texts({"25OFF", "25%"}), template_button{"COPY_CODE", 1, {coupon_code_parameter{"25OFF"}}}}};
}

template_message welcome_discount() {
  return {"welcome_discount_template",
          "en_US",
          {picture("1339522734477770"),
           named({{"first_name", "Jessica"}, {"discount_code", "WELCOME25"}, {"discount_amount", "25%"}})}};
}

template_message single_product() {
  return {
      "spm_template_named_params",
      "en_US",
      {template_header{{product_parameter{"nqryix03ez", catalog}}}, named({{"code", "25OFF"}, {"percent", "25%"}})}};
}

template_message reservation() {
  return {
      "reservation_confirmation",
      "en_US",
      {picture("2871834006348767"),
       named({{"number_of_guests", "4"}, {"day", "Saturday"}, {"date", "August 30th, 2025"}, {"time", "7:30 pm"}})}};
}

const std::string pablos_message = "wamid.HBgLMTY1MDM4Nzk0MzkVAgARGBJDQjZCMzlEQUE4OTJBMTE4RTUA";
const recipient by_user_id{"", "US.13491208655302741918"};

std::map<std::string, published_message> simple_messages() {
  return {
      {"text",
       {text_message{"As requested, here's the link to our latest product: https://www.meta.com/quest/quest-3/",
                     true}}},
      {"text-reply",
       {.content = text_message{"You're welcome, Pablo!"},
        .context_id = "wamid.HBgLMTY0NjcwNDM1OTUVAgASGBQzQTdCNTg5RjY1MEMyRjlGMjRGNgA="}},
      {"text-to-bsuid", {text_message{"Does it come in another color?"}, by_user_id}},
      {"image", {image_message{.id = "1479537139650973", .caption = "The best succulent ever?"}}},
      {"audio-voice", {audio_message{.id = "1013859600285441", .voice = true}}},
      {"video", {video_message{.id = "1166846181421424", .caption = "A succulent eclipse!"}}},
      {"document",
       {document_message{
           .id = "1376223850470843", .filename = "order_abc123.pdf", .caption = "Your order confirmation (PDF)"}}},
      {"sticker", {sticker_message{.id = "798882015472548"}}},
      {"location",
       {location_message{"37.44216251868683", "-122.16153582049394", "Philz Coffee",
                         "101 Forest Ave, Palo Alto, CA 94301"}}},
      {"contacts", {barbara()}},
      {"reaction", {reaction_message{"wamid.HBgLMTY0NjcwNDM1OTUVAgASGBQzQUZCMTY0MDc2MUYwNzBDNTY5MAA=", "😀"}}},
      {"mark-as-read", {mark_as_read{pablos_message}}},
      {"mark-as-read-typing", {mark_as_read{pablos_message, true}}},
  };
}

std::map<std::string, published_message> interactive_messages() {
  return {
      {"interactive-list", {shipping()}},
      {"interactive-buttons", {workshop()}},
      {"interactive-cta-url",
       {cta_url_message{image_message{.link = "https://www.luckyshrub.com/assets/lucky-shrub-banner-logo-v1.png"},
                        "Tap the button below to see available dates.",
                        "Dates subject to change.",
                        {"See Dates", "https://www.luckyshrub.com?clickID="
                                      "kqDGWd24Q5TRwoEQTICY7W1JKoXvaZOXWAS7h1P76s0R7Paec4"}}}},
      {"interactive-location-request",
       {location_request_message{"Let's start with your pickup. You can either manually *enter an address* or *share "
                                 "your current location*."}}},
      {"interactive-contact-request",
       {contact_request_message{{}, "May we have your phone number for the courier?"}, by_user_id}},
      {"interactive-address-india",
       {address_message{
            {}, "Where should we deliver?", "", "IN", {{"name", "Customer"}, {"phone_number", "+919000000000"}}},
        {"919000000000", {}}}},
      {"interactive-product",
       {product_message{"Here is the one you asked about", "Prices include VAT", catalog, "di9ozbzfi4"}}},
      {"interactive-product-list",
       {product_list_message{"New this week",
                             "Pick what you like",
                             "Free delivery in town",
                             catalog,
                             {{"Succulents", {{"di9ozbzfi4"}, {"nqryix03ez"}}}, {"Pots", {{"n6k6x0y7oe"}}}}}}},
      {"interactive-catalog-message",
       {catalog_message{"Hello! Thanks for your interest. Ordering is easy. Just visit our catalog and add items to "
                        "purchase.",
                        "Best grocery deals on WhatsApp!", "2lc20305pt"}}},
      {"interactive-carousel-media-url", {arrivals_to_buy()}},
      {"interactive-carousel-media-quick-reply", {arrivals_to_answer()}},
      {"interactive-carousel-product",
       {product_carousel_message{"Check out our featured products!",
                                 {{0, "abc123xyz", "123456789"}, {1, "def456uvw", "123456789"}}},
        {"1234567890", {}}}},
      {"interactive-flow", {booking()}},
  };
}

std::map<std::string, published_message> template_messages() {
  return {
      {"template-authentication", {authentication(), {"12015553931", {}}}},
      {"template-carousel-media", {carousel_of_media()}},
      {"template-carousel-product", {carousel_of_products()}},
      {"template-catalog", {from_the_catalog()}},
      {"template-coupon", {coupon()}},
      {"template-limited-time-offer", {limited_time_offer(), {"16505555555", {}}}},
      {"template-marketing-named", {welcome_discount()}},
      {"template-multi-product", {abandoned_cart()}},
      {"template-single-product", {single_product()}},
      {"template-utility-named", {reservation()}},
  };
}

} // namespace

const std::map<std::string, published_message>& published_messages() {
  static const auto all = [] {
    auto out = simple_messages();
    out.merge(interactive_messages());
    out.merge(template_messages());
    return out;
  }();
  return all;
}

} // namespace wakala::whatsapp
