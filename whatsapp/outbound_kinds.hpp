/// \file
/// Which words of a request stand for which of our types (Cloud API reference §9). Internal to this folder.
#pragma once

#include "whatsapp/outbound.hpp"

#include <array>
#include <string_view>
#include <variant>

namespace wakala::whatsapp {

struct kind_words {
  std::string_view type;
  std::string_view interactive{}; ///< the `type` inside `interactive`

  bool operator==(const kind_words&) const = default;
};

/// In the order of the alternatives of `outbound_content`.
constexpr std::array<kind_words, std::variant_size_v<outbound_content>> outbound_kinds{{
    {"text"},
    {"interactive", "list"},
    {"interactive", "button"},
    {"read"}, // a read receipt has no `type`
    {"image"},
    {"audio"},
    {"video"},
    {"document"},
    {"sticker"},
    {"location"},
    {"contacts"},
    {"reaction"},
    {"interactive", "cta_url"},
    {"interactive", "location_request_message"},
    {"interactive", "contact_request"},
    {"interactive", "address_message"},
    {"interactive", "product"},
    {"interactive", "product_list"},
    {"interactive", "catalog_message"},
    {"interactive", "carousel"}, // of media; of products is the next
    {"interactive", "carousel"},
    {"interactive", "flow"},
    {"template"},
}};

} // namespace wakala::whatsapp
