// What shoppers do with orders that were placed: cancel them, and order the same again.
#include "commerce/cart.hpp"
#include "commerce/storefront/news.hpp"
#include "commerce/storefront/pay.hpp"
#include "commerce/storefront/views.hpp"
#include "commerce/text_cut.hpp"

#include <algorithm>

namespace wakala::commerce::storefront {

namespace {

constexpr std::size_t gone_named_max = 5; // of goods that are no longer sold

/// There is no such order.
void show_none(visit& v, std::string_view code) {
  if (code.empty() || !v.state.ordered)
    return show_order(v);
  v.stand_at(dialogue_position::menu);
  v.send_buttons(v.say("care.unknown", {{"code", code}}),
                 {v.button("button.order", {wish::order, {}, 0}), v.to_shop(), v.to_human()});
}

void ask_home(visit& v, const order_receipt& receipt, order_question::kind what) {
  order_request wanted;
  wanted.about = order_question{what, receipt.code, receipt.placed_at};
  v.wants_order = std::move(wanted);
}

/// What the tenant's home says of it is what holds; the news of it are none any more.
void take_over(order_receipt& receipt, const placed_order& now) {
  receipt.state = now.state;
  receipt.kept_until = now.kept_until;
  receipt.tracking_url = now.tracking_url;
}

/// Why it cannot be cancelled; or that it is.
void tell_of_cancelling(visit& v, const order_receipt& receipt) {
  const auto state = state_now(v, receipt);
  const auto total = display_text(receipt.total);
  v.stand_at(dialogue_position::menu);
  if (state == order_state::cancelled)
    return v.send_buttons(
        v.say("care.cancelled", {{"code", receipt.code}, {"total", total}}),
        {v.button("button.again", {wish::order_again, receipt.code, 0}), v.to_shop(), v.to_human()});
  auto text = state == order_state::expired ? v.say("order.expired", {{"code", receipt.code}, {"total", total}})
              : state == order_state::awaiting_payment // although something was paid
                  ? v.say("care.part_paid", {{"code", receipt.code}})
                  : v.say("care.too_late",
                          {{"code", receipt.code}, {"state", v.say("state." + std::string(to_string(state)))}});
  v.send_buttons(std::move(text), {v.to_human(), v.button("button.order", {wish::order, {}, 0}), v.to_shop()});
}

std::string other_price(const visit& v, const product& p, const cart_line& line) {
  if (line.price == p.price)
    return {};
  return v.say(
      "again.price",
      {{"name", short_name(p.name)}, {"price", display_text(p.price)}, {"before", display_text(line.price)}});
}

void put_again(visit& v, const std::vector<cart_line>& lines) {
  auto text = correct_cart(v);
  std::vector<wanted_goods> goods;
  std::string names;
  std::size_t gone = 0;
  for (const auto& line : lines) {
    const auto* p = v.shelf().find(line.product_id);
    if (p != nullptr && p->price.currency == v.context.currency) {
      // What is in the cart already is not asked for twice.
      goods.push_back({p, std::max(line.quantity, quantity_of(v.state.basket, p->id)), other_price(v, *p, line)});
    } else if (gone++ < gone_named_max) {
      names += (names.empty() ? "" : ", ") + short_name(line.name);
    }
  }
  if (gone > gone_named_max)
    names += ", \xE2\x80\xA6";
  put_goods(v, std::move(text), goods, gone > 0 ? v.say("again.gone", {{"names", names}}) : std::string{});
}

} // namespace

order_state state_now(const visit& v, const order_receipt& receipt) noexcept {
  const bool has_lapsed = receipt.state == order_state::awaiting_payment && receipt.kept_until <= v.context.now;
  return has_lapsed ? order_state::expired : receipt.state; // although nobody has said so yet
}

std::vector<choice> order_choices(const visit& v, const order_receipt& receipt) {
  if (state_now(v, receipt) == order_state::awaiting_payment) {
    auto ways = ways_to_pay(v, receipt);
    if (ways.size() > 1) // a message has three buttons
      ways = {v.button("button.pay", {wish::pay, {}, 0})};
    const auto first = ways.empty() ? v.to_shop() : ways.front();
    const auto cancel = v.button("button.cancel", {wish::cancel_order, receipt.code, 0});
    return ways.empty() ? std::vector{cancel, first, v.to_human()} : std::vector{first, cancel, v.to_human()};
  }
  return {v.button("button.again", {wish::order_again, receipt.code, 0}),
          v.state.basket.lines.empty() ? v.to_shop() : v.to_cart(), v.to_human()};
}

void ask_to_cancel(visit& v, std::string_view asked) {
  const std::string code(asked); // perhaps a part of the dialogue that changes here
  const auto* const receipt = receipt_of(v.state, code);
  if (receipt == nullptr)
    return show_none(v, code);
  if (state_now(v, *receipt) != order_state::awaiting_payment)
    return tell_of_cancelling(v, *receipt);
  v.stand_at(dialogue_position::menu, receipt->code);
  v.send_buttons(v.say("care.ask", {{"code", receipt->code}, {"total", display_text(receipt->total)}}),
                 {v.button("button.drop", {wish::drop_order, receipt->code, 0}),
                  v.button("button.keep", {wish::order, {}, 0}), v.to_human()});
}

void cancel_order(visit& v, std::string_view asked) {
  const std::string code(asked);
  auto* const receipt = receipt_of(v.state, code);
  if (receipt == nullptr)
    return show_none(v, code);
  if (v.context.order == nullptr) {
    // What came too late or too early for the home to say is decided there, too: its book is the one that counts.
    if (state_now(v, *receipt) != order_state::awaiting_payment)
      return tell_of_cancelling(v, *receipt);
    return ask_home(v, *receipt, order_question::kind::cancel);
  }
  if (!v.context.order->about)
    return show_none(v, receipt->code);
  take_over(*receipt, *v.context.order->about);
  tell_of_cancelling(v, *receipt);
}

void order_again(visit& v, std::string_view asked) {
  const std::string code(asked);
  const auto* const receipt = receipt_of(v.state, code);
  if (receipt == nullptr)
    return show_none(v, code);
  if (v.context.order == nullptr)
    return ask_home(v, *receipt, order_question::kind::look);
  if (!v.context.order->about)
    return show_none(v, receipt->code);
  put_again(v, v.context.order->about->lines);
}

} // namespace wakala::commerce::storefront
