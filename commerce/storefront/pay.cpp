#include "commerce/storefront/pay.hpp"

#include "commerce/storefront/views.hpp"

#include <algorithm>

namespace wakala::commerce::storefront {

namespace {

constexpr std::size_t digits_min = 9; // of a number without its country
constexpr std::size_t digits_max = 15;

bool can_be_paid(const order_receipt& r, time_ms now) noexcept {
  return r.state == order_state::awaiting_payment && r.kept_until > now;
}

/// `text`, if there is any, on a line of its own above `rest`.
std::string below(std::string_view text, std::string rest) {
  return text.empty() ? rest : std::string(text) + "\n" + rest;
}

/// Asks the home for it; what it has said, when it was asked before.
void ask_home(visit& v, const order_receipt& order, payment_request request) {
  if (v.context.payment != nullptr)
    return tell_answer(v, order, request.way);
  request.order = order.code;
  request.placed_at = order.placed_at;
  v.wants_payment = std::move(request);
}

} // namespace

const order_receipt* waiting_order(const visit& v) noexcept {
  const auto now = v.context.now;
  if (v.state.ordered && can_be_paid(*v.state.ordered, now))
    return &*v.state.ordered;
  const auto& before = v.state.earlier;
  const auto found = std::find_if(before.begin(), before.end(), [&](const auto& r) { return can_be_paid(r, now); });
  return found == before.end() ? nullptr : &*found;
}

std::vector<choice> ways_to_pay(const visit& v, const order_receipt& order) {
  std::vector<choice> ways;
  const auto& offer = v.context.pay;
  if (offer.charge(pay_way::mpesa, order.total))
    ways.push_back(v.button("button.mpesa", {wish::pay_mpesa, {}, 0}));
  if (offer.charge(pay_way::card, order.total))
    ways.push_back(v.button("button.card", {wish::pay_card, {}, 0}));
  return ways;
}

std::optional<std::string> number_in(std::string_view text) {
  std::string number;
  std::size_t digits = 0;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      number += c;
      ++digits;
    } else if (c == '+' && number.empty()) {
      number += c;
    } else if (c != ' ' && c != '-' && c != '(' && c != ')' && c != '.') {
      return std::nullopt;
    }
  }
  return digits >= digits_min && digits <= digits_max ? std::optional(std::move(number)) : std::nullopt;
}

void choose_way(visit& v, std::string_view text) {
  const auto* const order = waiting_order(v);
  if (order == nullptr)
    return v.state.ordered ? show_order(v) : show_cart_with(v, {}, "pay.none");
  auto ways = ways_to_pay(v, *order);
  if (ways.empty())
    return show_order(v); // a person takes the money
  ways.push_back(v.to_human());
  v.stand_at(dialogue_position::menu);
  v.send_buttons(below(text, v.say("pay.how", {{"code", order->code}, {"total", display_text(order->total)}})), ways);
}

void pay_by(visit& v, pay_way way) {
  const auto* const order = waiting_order(v);
  if (order == nullptr)
    return choose_way(v);
  const auto charge = v.context.pay.charge(way, order->total);
  if (!charge)
    return choose_way(v, v.say("pay.unavailable"));
  if (way == pay_way::card)
    return ask_home(v, *order, {payment_request::kind::start, {}, 0, way, {}});
  const auto rounded =
      *charge == order->total
          ? std::string{}
          : v.say("pay.rounded", {{"amount", display_text(*charge)}, {"total", display_text(order->total)}});
  const auto& phone = v.state.who.phone;
  if (phone.empty()) // who is known by a user name alone has to say
    return ask_number(v, rounded);
  v.stand_at(dialogue_position::paying);
  v.send_buttons(below(rounded, v.say("pay.confirm", {{"amount", display_text(*charge)}, {"number", "+" + phone}})),
                 {v.button("button.prompt", {wish::pay_from, phone, 0}),
                  v.button("button.number", {wish::pay_number, {}, 0}), v.button("button.back", {wish::pay, {}, 0})});
}

void ask_number(visit& v, std::string_view text) {
  if (waiting_order(v) == nullptr)
    return choose_way(v);
  v.stand_at(dialogue_position::paying);
  v.send_buttons(below(text, v.say("pay.ask_number")), {v.button("button.back", {wish::pay, {}, 0}), v.to_human()});
}

void pay_from(visit& v, std::string_view number) {
  const auto* const order = waiting_order(v);
  if (order == nullptr || !v.context.pay.charge(pay_way::mpesa, order->total))
    return choose_way(v);
  ask_home(v, *order, {payment_request::kind::start, {}, 0, pay_way::mpesa, std::string(number)});
}

void check_payment(visit& v) {
  const auto* const order = waiting_order(v);
  if (order == nullptr)
    return choose_way(v); // which shows what is known of the latest
  ask_home(v, *order, {payment_request::kind::check, {}, 0, pay_way::mpesa, {}});
}

} // namespace wakala::commerce::storefront
