/// \file
/// Paying for an order: which way, from which number, and what came of it.
#pragma once

#include "commerce/storefront/visit.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::commerce::storefront {

/// The latest order that can still be paid; null when there is none.
const order_receipt* waiting_order(const visit& v) noexcept;
/// A button for each way of paying this order; at most two.
std::vector<choice> ways_to_pay(const visit& v, const order_receipt& order);
/// Something like a phone number, and nothing else: its digits, with a `+` if it had one.
std::optional<std::string> number_in(std::string_view text);

// pay.cpp: each moves the dialogue, or asks the tenant's home; with `text` above.
void choose_way(visit& v, std::string_view text = {});
void pay_by(visit& v, pay_way way);
void ask_number(visit& v, std::string_view text = {});
void pay_from(visit& v, std::string_view number);
void check_payment(visit& v);

// pay_answers.cpp
/// What the home has said to the request that stands in the visit's context.
void tell_answer(visit& v, const order_receipt& order, pay_way way);
/// How it goes with paying, whenever that is known.
void tell_payment(visit& v, const order_news& news);

} // namespace wakala::commerce::storefront
