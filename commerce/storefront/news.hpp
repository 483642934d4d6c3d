/// \file
/// What a shopper is told of an order after it was placed.
#pragma once

#include "commerce/order.hpp"
#include "commerce/storefront/visit.hpp"

namespace wakala::commerce::storefront {

/// Keeps what the news say with the shopper's orders. False when it is known already, or is of an order that this
/// shopper does not remember.
bool remember(conversation_state& state, const order_news& news);

/// Says it, within the window.
void tell(visit& v, const order_news& news);

} // namespace wakala::commerce::storefront
