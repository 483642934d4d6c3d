// Random messages of every kind, all within the limits of the Cloud API reference §9.
#pragma once

#include "whatsapp/outbound.hpp"

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::whatsapp {

class random_messages {
public:
  explicit random_messages(std::uint64_t seed) : random_(seed) {}

  /// A name for each kind; the two ways to end a media card are kinds of their own.
  static std::vector<std::string_view> kinds();
  outbound_content message(std::string_view kind);

  /// Exactly `length` code points, of one to four bytes each.
  std::string text(std::size_t length);
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_() % bound); }

private:
  using maker = outbound_content (random_messages::*)();
  struct named_maker;
  static const std::vector<named_maker>& makers();

  bool chance() { return below(2) == 0; }
  std::size_t between(std::size_t least, std::size_t most) { return least + below(most - least + 1); }
  /// 1 to `most` code points.
  std::string some(std::size_t most) { return text(between(1, most)); }
  /// As `some`, or nothing.
  std::string maybe(std::size_t most) { return chance() ? some(most) : std::string{}; }
  /// As `some`, and no other has it.
  std::string unique(std::size_t most);
  std::string url() { return "https://example.com/" + std::to_string(below(1'000'000)); }
  integer_or_text index(std::size_t place);
  decimal_or_text degrees(double most);
  address_values values();
  message_header header();

  template <class Media>
  Media media();
  std::vector<product_section> product_sections();
  template_header header_component();
  template_body body_component();
  template_button button_component(std::size_t place);

  outbound_content make_text();
  outbound_content make_list();
  outbound_content make_buttons();
  outbound_content make_read();
  outbound_content make_image();
  outbound_content make_audio();
  outbound_content make_video();
  outbound_content make_document();
  outbound_content make_sticker();
  location_message place();
  outbound_content make_location() { return place(); }
  outbound_content make_contacts();
  outbound_content make_reaction();
  outbound_content make_cta_url();
  outbound_content make_location_request();
  outbound_content make_contact_request();
  outbound_content make_address();
  outbound_content make_product();
  outbound_content make_product_list();
  outbound_content make_catalog();
  outbound_content make_url_carousel();
  outbound_content make_reply_carousel();
  outbound_content make_product_carousel();
  outbound_content make_flow();
  outbound_content make_template();

  std::mt19937_64 random_;
  std::size_t made_ = 0;
};

} // namespace wakala::whatsapp
