/// \file
/// Reminding a shopper of a cart that was left: once in its life, and only where consent and Meta's rules allow.
#pragma once

#include "commerce/step.hpp"

namespace wakala::commerce {

/// When that is due, not before `from`: so long after the last activity as the shop wants, while the shop is open,
/// and with some of the 24 h window left. 0: not at all, as things are: there is nothing in the cart, or its shopper
/// was reminded, wrote STOP, has stopped marketing in WhatsApp, is blocked, or talks to a person then.
time_ms reminder_due(const conversation_state& state, const shop_settings& shop, time_ms from = 0) noexcept;

/// The reminder, with the cart as it can be had today, if it is due now; else no replies. Precondition: there is
/// `context.shop`.
step_result remind_of_cart(conversation_state state, const step_context& context);

} // namespace wakala::commerce
