/// \file
/// What a shopper is told of an order after it was placed.
#pragma once

#include "commerce/order.hpp"
#include "commerce/order_templates.hpp"
#include "commerce/storefront/visit.hpp"

namespace wakala::commerce::storefront {

/// The shopper's own order by its code; the latest without one. Null when there is none.
order_receipt* receipt_of(conversation_state& state, std::string_view code);

/// Keeps what the news say with the shopper's orders. False when it is known already, or is of an order that this
/// shopper does not remember.
bool remember(conversation_state& state, const order_news& news);

/// Says it, within the window.
void tell(visit& v, const order_news& news);

/// Says it by that template, outside of the window.
void tell_by_template(visit& v, const order_template& form, const order_news& news);

} // namespace wakala::commerce::storefront
