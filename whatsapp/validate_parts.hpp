/// \file
/// The rules of each message type, one function each. Internal to this folder.
#pragma once

#include "whatsapp/request_checker.hpp"

namespace wakala::whatsapp {

/// A media object of the given kind: `id` or `link`, and what may go with them (§9.2).
void check_media(const request_checker& media, std::string_view kind);

// The object under the message's type; `body` is the member of that name.
void check_text(const request_checker& text);
void check_location(const request_checker& location);
void check_contacts(const request_checker& message);
void check_reaction(const request_checker& message);
void check_interactive(const request_checker& interactive);
void check_template(const request_checker& message_template);

/// `interactive.type: carousel` (§9.4).
void check_carousel(const request_checker& interactive);
/// `{display_text, url}` of a call-to-action button.
void check_cta_action(const request_checker& action);
/// Sections of products: ≤ 10 sections, ≤ 30 products together, titles ≤ 24, required if there are several.
void check_product_sections(const request_checker& owner);

} // namespace wakala::whatsapp
