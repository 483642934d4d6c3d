/// \file
/// From what a shopper sent to what the shopper wants.
#pragma once

#include "commerce/storefront/visit.hpp"

#include <optional>

namespace wakala::commerce::storefront {

/// The wish in a tap or a text, given where the dialogue stands. Nothing while a person has the conversation and the
/// shopper does not call for the shop. `is_first`: of all messages of this shopper; then its words choose the
/// language.
std::optional<request> listen(visit& v, const whatsapp::event& event, bool is_first);

} // namespace wakala::commerce::storefront
