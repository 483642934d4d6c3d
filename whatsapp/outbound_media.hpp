/// \file
/// Media, places, contact cards and reactions to send (Cloud API reference §9.2). Empty text counts as absent.
#pragma once

#include "whatsapp/number_or_text.hpp"

#include <string>
#include <vector>

namespace wakala::whatsapp {

/// jpeg or png of at most 5 MB, by the id of an upload or by a link that Meta fetches; one of the two is required.
struct image_message {
  std::string id{};
  std::string link{};
  std::string caption{}; ///< ≤ 1,024

  bool operator==(const image_message&) const = default;
};

/// mp4 or 3gp of at most 16 MB; `id` or `link` is required.
struct video_message {
  std::string id{};
  std::string link{};
  std::string caption{}; ///< ≤ 1,024

  bool operator==(const video_message&) const = default;
};

/// At most 16 MB; `id` or `link` is required. There is no caption.
struct audio_message {
  std::string id{};
  std::string link{};
  bool voice = false; ///< shown as a recorded voice note; needs ogg with opus

  bool operator==(const audio_message&) const = default;
};

/// At most 100 MB; `id` or `link` is required.
struct document_message {
  std::string id{};
  std::string link{};
  std::string filename{}; ///< its extension decides the icon
  std::string caption{};  ///< ≤ 1,024

  bool operator==(const document_message&) const = default;
};

/// webp, at most 100 KB (500 KB if animated); `id` or `link` is required. There is no caption.
struct sticker_message {
  std::string id{};
  std::string link{};

  bool operator==(const sticker_message&) const = default;
};

struct location_message {
  decimal_or_text latitude;  ///< -90 to 90
  decimal_or_text longitude; ///< -180 to 180
  std::string name{};
  std::string address{};

  bool operator==(const location_message&) const = default;
};

/// `formatted_name` and one of the other parts are required.
struct contact_name {
  std::string formatted_name;
  std::string first_name{};
  std::string last_name{};
  std::string middle_name{};
  std::string suffix{};
  std::string prefix{};

  bool operator==(const contact_name&) const = default;
};

struct contact_phone {
  std::string phone{};
  std::string type{};  ///< a label such as `Mobile`
  std::string wa_id{}; ///< with it the card gets a button that opens a chat

  bool operator==(const contact_phone&) const = default;
};

struct contact_email {
  std::string email{};
  std::string type{};

  bool operator==(const contact_email&) const = default;
};

struct contact_address {
  std::string street{};
  std::string city{};
  std::string state{};
  std::string zip{};
  std::string country{};
  std::string country_code{};
  std::string type{};

  bool operator==(const contact_address&) const = default;
};

struct contact_organization {
  std::string company{};
  std::string department{};
  std::string title{};

  bool operator==(const contact_organization&) const = default;
};

struct contact_url {
  std::string url{};
  std::string type{};

  bool operator==(const contact_url&) const = default;
};

/// One card, with the keys of §5.2.
struct contact_card {
  contact_name name;
  std::vector<contact_phone> phones{};
  std::vector<contact_email> emails{};
  std::vector<contact_address> addresses{};
  contact_organization org{};
  std::vector<contact_url> urls{};
  std::string birthday{}; ///< `1999-01-23`
  std::string origin{};   ///< cards that users send have it since 2026
  std::string vcard{};    ///< as `origin`

  bool operator==(const contact_card&) const = default;
};

struct contacts_message {
  std::vector<contact_card> contacts; ///< 1–257, better a few

  bool operator==(const contacts_message&) const = default;
};

/// Cannot quote a message: what it reacts to is `message_id`, at most 30 days old and no reaction itself.
struct reaction_message {
  std::string message_id;
  std::string emoji; ///< empty takes the reaction back

  bool operator==(const reaction_message&) const = default;
};

} // namespace wakala::whatsapp
