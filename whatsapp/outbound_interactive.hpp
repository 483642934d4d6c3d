/// \file
/// Interactive messages to send (Cloud API reference §9.4): allowed only inside the customer service window. Lengths
/// are in code points; empty text counts as absent.
#pragma once

#include "whatsapp/outbound_media.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace wakala::whatsapp {

/// What stands above the body: text of at most 60, or a picture, video or document. Empty text is no header.
struct message_header {
  message_header() = default;
  // Implicit, because most headers are plain text.
  message_header(const char* text) : content(std::string(text)) {}
  message_header(std::string text) : content(std::move(text)) {}
  message_header(image_message image) : content(std::move(image)) {}
  message_header(video_message video) : content(std::move(video)) {}
  message_header(document_message document) : content(std::move(document)) {}

  bool empty() const noexcept {
    const auto* text = std::get_if<std::string>(&content);
    return text != nullptr && text->empty();
  }
  bool operator==(const message_header&) const = default;

  std::variant<std::string, image_message, video_message, document_message> content;
};

struct list_row {
  std::string id;          ///< ≤ 200, unique in the message
  std::string title;       ///< ≤ 24
  std::string description; ///< ≤ 72, may be empty

  bool operator==(const list_row&) const = default;
};

struct list_section {
  std::string title; ///< ≤ 24
  std::vector<list_row> rows;

  bool operator==(const list_section&) const = default;
};

struct list_message {
  std::string header;                 ///< ≤ 60, may be empty
  std::string body;                   ///< ≤ 1,024
  std::string footer;                 ///< ≤ 60, may be empty
  std::string button;                 ///< ≤ 20
  std::vector<list_section> sections; ///< 1–10, with 1–10 rows in total

  bool operator==(const list_message&) const = default;
};

struct reply_button {
  std::string id;    ///< ≤ 256, unique in the message
  std::string title; ///< ≤ 20, unique in the message

  bool operator==(const reply_button&) const = default;
};

struct buttons_message {
  message_header header;             ///< may be empty
  std::string body;                  ///< ≤ 1,024
  std::string footer;                ///< ≤ 60, may be empty
  std::vector<reply_button> buttons; ///< 1–3

  bool operator==(const buttons_message&) const = default;
};

struct url_button {
  std::string display_text; ///< ≤ 20
  std::string url;          ///< `https://` or `http://`

  bool operator==(const url_button&) const = default;
};

/// One button that opens a web page.
struct cta_url_message {
  message_header header{};
  std::string body;     ///< ≤ 1,024
  std::string footer{}; ///< ≤ 60, may be empty
  url_button button;

  bool operator==(const cta_url_message&) const = default;
};

/// Asks for a place; the answer is a `location` message.
struct location_request_message {
  std::string body; ///< ≤ 1,024

  bool operator==(const location_request_message&) const = default;
};

/// Asks somebody known by a user id for the phone number (§8); the answer is a `contacts` message.
struct contact_request_message {
  message_header header{};
  std::string body;     ///< ≤ 1,024
  std::string footer{}; ///< ≤ 60

  bool operator==(const contact_request_message&) const = default;
};

/// Keys such as `name`, `phone_number`, `in_pin_code`, with their values: an open list.
using address_values = std::map<std::string, std::string>;

struct saved_address {
  std::string id;
  address_values value;

  bool operator==(const saved_address&) const = default;
};

/// A form for a delivery address; old clients drop it silently.
struct address_message {
  message_header header{};
  std::string body; ///< ≤ 1,024
  std::string footer{};
  std::string country; ///< `IN`
  address_values values{};
  std::vector<saved_address> saved_addresses{};
  address_values validation_errors{}; ///< what was wrong, by key

  bool operator==(const address_message&) const = default;
};

/// One product. It has no header.
struct product_message {
  std::string body;     ///< ≤ 1,024, may be empty
  std::string footer{}; ///< ≤ 60, may be empty
  std::string catalog_id;
  std::string product_retailer_id;

  bool operator==(const product_message&) const = default;
};

struct product_item {
  std::string product_retailer_id;

  bool operator==(const product_item&) const = default;
};

struct product_section {
  std::string title; ///< ≤ 24, required if there are several sections
  std::vector<product_item> product_items;

  bool operator==(const product_section&) const = default;
};

struct product_list_message {
  std::string header;   ///< ≤ 60, required
  std::string body;     ///< ≤ 1,024
  std::string footer{}; ///< ≤ 60, may be empty
  std::string catalog_id;
  std::vector<product_section> sections; ///< 1–10, with 1–30 products in total

  bool operator==(const product_list_message&) const = default;
};

/// A button that opens the whole catalog. It has no header.
struct catalog_message {
  std::string body;                            ///< ≤ 1,024
  std::string footer{};                        ///< ≤ 60
  std::string thumbnail_product_retailer_id{}; ///< absent: the first product of the catalog

  bool operator==(const catalog_message&) const = default;
};

struct quick_reply_button {
  std::string id;    ///< ≤ 256
  std::string title; ///< ≤ 20, unique on the card

  bool operator==(const quick_reply_button&) const = default;
};

/// The word in a media card's `type`. The published card with quick replies says `cta_url` too.
enum class media_card_type : std::uint8_t { cta_url, quick_reply };

struct media_card {
  integer_or_text card_index; ///< 0–9, unique in the message
  std::variant<image_message, video_message> header{};
  std::string body{}; ///< ≤ 160, ≤ 2 line breaks, may be empty
  std::variant<url_button, std::vector<quick_reply_button>> action{};
  media_card_type type = media_card_type::cta_url;

  bool operator==(const media_card&) const = default;
};

/// Cards to swipe through. It has no header and no footer.
struct media_carousel_message {
  std::string body;              ///< ≤ 1,024
  std::vector<media_card> cards; ///< 2–10, with the same kind of header and of buttons

  bool operator==(const media_carousel_message&) const = default;
};

struct product_card {
  integer_or_text card_index; ///< 0–9, unique in the message
  std::string product_retailer_id;
  std::string catalog_id; ///< the same on every card

  bool operator==(const product_card&) const = default;
};

/// Products to swipe through. It has no header and no footer.
struct product_carousel_message {
  std::string body;                ///< ≤ 1,024
  std::vector<product_card> cards; ///< 2–10

  bool operator==(const product_carousel_message&) const = default;
};

enum class flow_mode : std::uint8_t { draft, published };
enum class flow_action : std::uint8_t { navigate, data_exchange };

/// Where a Flow begins.
struct flow_action_payload {
  std::string screen;
  std::string data{}; ///< JSON text of an object that is not empty; text that is no JSON goes out as a JSON string

  bool operator==(const flow_action_payload&) const = default;
};

/// Opens a Flow. `flow_id` or `flow_name` is required.
struct flow_message {
  message_header header{};
  std::string body;     ///< ≤ 1,024
  std::string footer{}; ///< ≤ 60, may be empty
  std::string flow_cta; ///< label of the button, ≤ 30, better ≤ 20
  std::string flow_id{};
  std::string flow_name{};
  std::string flow_token{};
  std::optional<flow_mode> mode{};     ///< absent: `published`
  std::optional<flow_action> action{}; ///< absent: `navigate`
  std::optional<flow_action_payload> payload{};
  std::string flow_message_version = "3"; ///< no other is known

  bool operator==(const flow_message&) const = default;
};

} // namespace wakala::whatsapp
