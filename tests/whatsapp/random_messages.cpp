#include "tests/whatsapp/random_messages.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <stdexcept>

namespace wakala::whatsapp {

struct random_messages::named_maker {
  std::string_view name;
  maker make;
};

const std::vector<random_messages::named_maker>& random_messages::makers() {
  static const std::vector<named_maker> all{
      {"text", &random_messages::make_text},
      {"list", &random_messages::make_list},
      {"buttons", &random_messages::make_buttons},
      {"read", &random_messages::make_read},
      {"image", &random_messages::make_image},
      {"audio", &random_messages::make_audio},
      {"video", &random_messages::make_video},
      {"document", &random_messages::make_document},
      {"sticker", &random_messages::make_sticker},
      {"location", &random_messages::make_location},
      {"contacts", &random_messages::make_contacts},
      {"reaction", &random_messages::make_reaction},
      {"cta_url", &random_messages::make_cta_url},
      {"location_request", &random_messages::make_location_request},
      {"contact_request", &random_messages::make_contact_request},
      {"address", &random_messages::make_address},
      {"product", &random_messages::make_product},
      {"product_list", &random_messages::make_product_list},
      {"catalog", &random_messages::make_catalog},
      {"url_carousel", &random_messages::make_url_carousel},
      {"reply_carousel", &random_messages::make_reply_carousel},
      {"product_carousel", &random_messages::make_product_carousel},
      {"flow", &random_messages::make_flow},
      {"template", &random_messages::make_template},
  };
  return all;
}

std::vector<std::string_view> random_messages::kinds() {
  std::vector<std::string_view> names;
  for (const auto& m : makers())
    names.push_back(m.name);
  return names;
}

outbound_content random_messages::message(std::string_view kind) {
  for (const auto& m : makers())
    if (m.name == kind)
      return (this->*m.make)();
  throw std::runtime_error("no kind " + std::string(kind));
}

std::string random_messages::text(std::size_t length) {
  static constexpr std::array<std::string_view, 8> letters{"a", "Z", "7", "\"", "é", "ش", "茶", "😀"};
  std::string out;
  while (length-- > 0)
    out += letters[below(letters.size())];
  return out;
}

std::string random_messages::unique(std::size_t most) {
  auto number = std::to_string(++made_) + ".";
  return number + text(between(0, most - number.size()));
}

integer_or_text random_messages::index(std::size_t place) {
  if (chance())
    return std::to_string(place);
  return static_cast<std::int64_t>(place);
}

decimal_or_text random_messages::degrees(double most) {
  const double value = std::uniform_real_distribution<double>(-most, most)(random_);
  if (chance())
    return std::to_string(value);
  return value;
}

address_values random_messages::values() {
  address_values out;
  for (auto count = below(3); count > 0; --count)
    out[some(12)] = some(12);
  return out;
}

template <class Media>
Media random_messages::media() {
  Media m{};
  if (chance())
    m.id = some(20);
  else
    m.link = url();
  return m;
}

message_header random_messages::header() {
  switch (below(5)) {
  case 0:
    return some(60);
  case 1:
    return media<image_message>();
  case 2:
    return media<video_message>();
  case 3:
    return media<document_message>();
  default:
    return {};
  }
}

std::vector<product_section> random_messages::product_sections() {
  std::vector<product_section> sections;
  for (auto count = between(1, 10); count > 0; --count) {
    auto& section = sections.emplace_back(product_section{some(24), {}});
    for (auto products = between(1, 3); products > 0; --products)
      section.product_items.push_back({some(30)});
  }
  return sections;
}

outbound_content random_messages::make_text() { return text_message{some(4096), chance()}; }

outbound_content random_messages::make_list() {
  list_message m{maybe(60), some(1024), maybe(60), some(20), {}};
  for (std::size_t rows = between(1, 10); rows > 0; --rows) {
    if (m.sections.empty() || chance())
      m.sections.push_back({some(24), {}});
    m.sections.back().rows.push_back({unique(200), some(24), maybe(72)});
  }
  return m;
}

outbound_content random_messages::make_buttons() {
  buttons_message m{header(), some(1024), maybe(60), {}};
  for (auto count = between(1, 3); count > 0; --count)
    m.buttons.push_back({unique(256), unique(20)});
  return m;
}

outbound_content random_messages::make_read() { return mark_as_read{some(80), chance()}; }

outbound_content random_messages::make_image() {
  auto m = media<image_message>();
  m.caption = maybe(1024);
  return m;
}

outbound_content random_messages::make_audio() {
  auto m = media<audio_message>();
  m.voice = chance();
  return m;
}

outbound_content random_messages::make_video() {
  auto m = media<video_message>();
  m.caption = maybe(1024);
  return m;
}

outbound_content random_messages::make_document() {
  auto m = media<document_message>();
  m.filename = maybe(60);
  m.caption = maybe(1024);
  return m;
}

outbound_content random_messages::make_sticker() { return media<sticker_message>(); }

location_message random_messages::place() { return {degrees(90), degrees(180), maybe(40), maybe(80)}; }

outbound_content random_messages::make_contacts() {
  contacts_message m;
  for (auto count = between(1, 3); count > 0; --count) {
    contact_card card{.name = {some(40), some(20), maybe(20), maybe(20), maybe(5), maybe(5)}};
    if (chance())
      card.phones = {{some(15), maybe(10), maybe(15)}, {some(15)}};
    if (chance())
      card.emails = {{some(30), maybe(10)}};
    if (chance())
      card.addresses = {{maybe(20), maybe(20), maybe(5), maybe(9), maybe(20), maybe(2), some(10)}};
    if (chance())
      card.org = {maybe(20), maybe(20), some(20)};
    if (chance())
      card.urls = {{url(), maybe(10)}};
    card.birthday = chance() ? "1999-01-23" : "";
    card.origin = chance() ? "other" : "";
    card.vcard = maybe(100);
    m.contacts.push_back(std::move(card));
  }
  return m;
}

outbound_content random_messages::make_reaction() { return reaction_message{some(80), chance() ? "😀" : ""}; }

outbound_content random_messages::make_cta_url() {
  return cta_url_message{header(), some(1024), maybe(60), {some(20), url()}};
}

outbound_content random_messages::make_location_request() { return location_request_message{some(1024)}; }

outbound_content random_messages::make_contact_request() {
  return contact_request_message{header(), some(1024), maybe(60)};
}

outbound_content random_messages::make_address() {
  address_message m{header(), some(1024), maybe(60), "IN", values(), {}, values()};
  for (auto count = below(3); count > 0; --count)
    m.saved_addresses.push_back({some(10), values()});
  return m;
}

outbound_content random_messages::make_product() {
  return product_message{maybe(1024), maybe(60), some(20), some(30)};
}

outbound_content random_messages::make_product_list() {
  return product_list_message{some(60), some(1024), maybe(60), some(20), product_sections()};
}

outbound_content random_messages::make_catalog() { return catalog_message{some(1024), maybe(60), maybe(30)}; }

outbound_content random_messages::make_url_carousel() {
  media_carousel_message m{some(1024), {}};
  const bool films = chance();
  for (std::size_t count = between(2, 10), i = 0; i < count; ++i) {
    media_card card{.card_index = index(i), .body = maybe(160), .action = url_button{some(20), url()}};
    if (films)
      card.header = media<video_message>();
    else
      card.header = media<image_message>();
    m.cards.push_back(std::move(card));
  }
  return m;
}

outbound_content random_messages::make_reply_carousel() {
  media_carousel_message m{some(1024), {}};
  const auto type = chance() ? media_card_type::cta_url : media_card_type::quick_reply;
  const auto replies = between(1, 3);
  for (std::size_t count = between(2, 10), i = 0; i < count; ++i) {
    std::vector<quick_reply_button> buttons;
    for (auto left = replies; left > 0; --left)
      buttons.push_back({unique(256), unique(20)});
    m.cards.push_back({index(i), media<image_message>(), maybe(160), std::move(buttons), type});
  }
  return m;
}

outbound_content random_messages::make_product_carousel() {
  product_carousel_message m{some(1024), {}};
  const auto catalog = some(20);
  for (std::size_t count = between(2, 10), i = 0; i < count; ++i)
    m.cards.push_back({index(i), some(30), catalog});
  return m;
}

outbound_content random_messages::make_flow() {
  flow_message m{.header = header(), .body = some(1024), .footer = maybe(60), .flow_cta = some(30)};
  (chance() ? m.flow_id : m.flow_name) = some(20);
  m.flow_token = maybe(40);
  if (chance())
    m.mode = chance() ? flow_mode::draft : flow_mode::published;
  if (chance())
    m.action = chance() ? flow_action::navigate : flow_action::data_exchange;
  if (chance())
    m.payload = flow_action_payload{some(20), chance() ? nlohmann::json{{some(5), some(5)}}.dump() : std::string{}};
  return m;
}

template_header random_messages::header_component() {
  switch (below(8)) {
  case 0:
    return {{text_parameter{some(60), maybe(20)}}};
  case 1:
    return {{media<image_message>()}};
  case 2:
    return {{media<video_message>()}};
  case 3: {
    auto document = media<document_message>();
    document.filename = maybe(20);
    return {{std::move(document)}};
  }
  case 4:
    return {{media<gif_parameter>()}};
  case 5:
    return {{place()}};
  case 6:
    return {{product_parameter{some(20), some(20)}}};
  default:
    return {};
  }
}

template_body random_messages::body_component() {
  template_body body;
  for (auto count = below(4); count > 0; --count)
    switch (below(3)) {
    case 0:
      body.parameters.emplace_back(currency_parameter{some(10), "KES", index(below(100'000)), maybe(10)});
      break;
    case 1:
      body.parameters.emplace_back(date_time_parameter{some(20), maybe(10)});
      break;
    default:
      body.parameters.emplace_back(text_parameter{some(60), maybe(10)});
      break;
    }
  return body;
}

template_button random_messages::button_component(std::size_t place) {
  const auto make = [&](const char* sub_type, button_parameter parameter) {
    return template_button{sub_type, index(place), {std::move(parameter)}};
  };
  switch (below(8)) {
  case 0:
    return make("quick_reply", payload_parameter{some(100)});
  case 1:
    return make("url", text_parameter{some(15)});
  case 2:
    return make("COPY_CODE", coupon_code_parameter{some(15)});
  case 3:
    return make("catalog", action_parameter{.thumbnail_product_retailer_id = maybe(20)});
  case 4:
    return make("mpm", action_parameter{.thumbnail_product_retailer_id = some(20), .sections = product_sections()});
  case 5:
    return make("flow",
                action_parameter{.flow_token = maybe(20), .flow_action_data = chance() ? R"({"a":[1,{}]})" : ""});
  case 6:
    return {"voice_call", index(place), {}};
  default:
    return {"Quick_Reply", index(place), {}};
  }
}

outbound_content random_messages::make_template() {
  template_message m{"order_" + std::to_string(below(1000)), chance() ? "sw" : "en_US"};
  if (chance())
    m.components.emplace_back(header_component());
  if (chance())
    m.components.emplace_back(body_component());
  if (chance())
    m.components.emplace_back(template_limited_time_offer{{{index(below(1'000'000'000))}}});
  for (std::size_t count = below(4), i = 0; i < count; ++i)
    m.components.emplace_back(button_component(i));
  if (chance()) {
    template_carousel carousel;
    for (std::size_t count = between(1, 10), i = 0; i < count; ++i)
      carousel.cards.push_back({index(i), {header_component(), body_component(), button_component(0)}});
    m.components.emplace_back(std::move(carousel));
  }
  return m;
}

} // namespace wakala::whatsapp
