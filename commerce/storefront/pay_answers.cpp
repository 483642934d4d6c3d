#include "commerce/storefront/news.hpp"
#include "commerce/storefront/pay.hpp"
#include "commerce/storefront/views.hpp"

#include <algorithm>
#include <array>

namespace wakala::commerce::storefront {

namespace {

using answer = payment_answer::kind;
using told = payment_news::kind;

constexpr std::array<std::string_view, 5> known_reasons{"no_money", "wrong_pin", "unreachable", "busy", "declined"};

/// That the money can be brought by hand, on a line of its own; nothing where it cannot.
std::string by_hand(const visit& v, std::string_view code, const money& total) {
  const auto& offer = v.context.pay;
  const auto amount = offer.charge(pay_way::mpesa, total);
  if (offer.by_hand.empty() || !amount)
    return {};
  return "\n" + v.say("pay.by_hand", {{"place", offer.by_hand}, {"code", code}, {"amount", display_text(*amount)}});
}

/// Again the same way, the other way, or a person.
std::vector<choice> what_next(const visit& v, pay_way failed) {
  std::vector<choice> choices;
  const auto again = failed == pay_way::mpesa ? wish::pay_mpesa : wish::pay_card;
  choices.push_back(v.button("button.retry", {again, {}, 0}));
  if (v.context.pay.mpesa && v.context.pay.card)
    choices.push_back(failed == pay_way::mpesa ? v.button("button.card", {wish::pay_card, {}, 0})
                                               : v.button("button.mpesa", {wish::pay_mpesa, {}, 0}));
  choices.push_back(v.to_human());
  return choices;
}

std::string failure_text(const visit& v, const order_news& news) {
  const auto& reason = news.payment->reason;
  const bool is_known = std::find(known_reasons.begin(), known_reasons.end(), reason) != known_reasons.end();
  return v.say(is_known ? "pay.failed." + reason : "pay.failed",
               {{"amount", display_text(news.payment->amount)}, {"code", news.code}});
}

} // namespace

void tell_answer(visit& v, const order_receipt& order, pay_way way) {
  const auto& said = *v.context.payment;
  const auto kept = order; // the receipt itself may change below
  if (auto* const receipt = receipt_of(v.state, order.code);
      receipt != nullptr && said.kept_until > receipt->kept_until)
    receipt->kept_until = said.kept_until;
  const auto amount = display_text(said.amount);
  v.stand_at(dialogue_position::menu);
  switch (said.what) {
  case answer::started:
    if (way == pay_way::card)
      return v.send_text(v.say("pay.page_coming"));
    return v.send_text(v.say("pay.prompted", {{"amount", amount}, {"number", "+" + said.payer}}));
  case answer::under_way:
    if (!said.url.empty())
      return v.send_text(v.say("pay.page", {{"amount", amount}, {"code", kept.code}, {"url", said.url}}));
    if (way == pay_way::card)
      return v.send_text(v.say("pay.page_coming"));
    return v.send_text(v.say("pay.under_way", {{"amount", amount}}));
  case answer::checking:
    return v.send_text(v.say("pay.checking", {{"code", kept.code}}));
  case answer::nothing:
    return choose_way(v, v.say("pay.nothing", {{"code", kept.code}}));
  case answer::bad_number:
    return ask_number(v, v.say("pay.bad_number"));
  case answer::too_much:
    return v.send_buttons(v.say("pay.too_much", {{"amount", amount}}), {v.to_human(), v.to_menu()});
  case answer::too_often:
    return v.send_buttons(v.say("pay.too_often", {{"code", kept.code}}) + by_hand(v, kept.code, kept.total),
                          {v.to_human(), v.to_menu()});
  case answer::unavailable:
    return v.send_buttons(v.say("pay.unavailable") + by_hand(v, kept.code, kept.total), what_next(v, way));
  case answer::paid:
  case answer::over: // the news of it are on their way
    return show_order(v);
  }
}

void tell_payment(visit& v, const order_news& news) {
  const auto& p = *news.payment;
  const auto amount = display_text(p.amount);
  switch (p.what) {
  case told::page:
    return v.send_text(v.say("pay.page", {{"amount", amount}, {"code", news.code}, {"url", p.url}}));
  case told::failed:
    return v.send_buttons(failure_text(v, news) + by_hand(v, news.code, news.total), what_next(v, p.way));
  case told::cancelled:
    return v.send_buttons(v.say("pay.cancelled", {{"amount", amount}, {"code", news.code}}), what_next(v, p.way));
  case told::lapsed:
    return v.send_buttons(v.say("pay.lapsed", {{"amount", amount}, {"code", news.code}}), what_next(v, p.way));
  case told::too_late:
    return v.send_text(v.say("pay.too_late", {{"amount", amount}, {"code", news.code}}));
  case told::returned:
    return v.send_text(v.say("pay.returned", {{"amount", amount}, {"code", news.code}}));
  }
}

} // namespace wakala::commerce::storefront
