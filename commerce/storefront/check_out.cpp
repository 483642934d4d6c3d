#include "commerce/cart.hpp"
#include "commerce/storefront/getting.hpp"
#include "commerce/storefront/pay.hpp"
#include "commerce/storefront/views.hpp"
#include "commerce/text_cut.hpp"

#include <algorithm>

namespace wakala::commerce::storefront {

namespace {

constexpr std::size_t told_max = 3; // as of corrections: the message has one screen

std::string minutes_of(time_ms span) {
  constexpr time_ms minute = 60 * ms_per_second;
  return amount(std::max<time_ms>((span + minute - 1) / minute, 1));
}

/// Leaves in the cart what can be had, and says what cannot.
std::string reduce_cart(visit& v, const std::vector<shortage>& short_of) {
  std::string text;
  std::size_t told = 0;
  for (const auto& s : short_of) {
    auto& lines = v.state.basket.lines;
    const auto line =
        std::find_if(lines.begin(), lines.end(), [&](const auto& l) { return l.product_id == s.product_id; });
    if (line == lines.end())
      continue;
    const auto name = short_name(line->name);
    const auto left = std::clamp<std::int64_t>(s.left, 0, line->quantity);
    if (left == 0)
      lines.erase(line);
    else
      line->quantity = left;
    if (told++ >= told_max)
      continue;
    if (!s.sold)
      text += v.say("cart.gone", {{"name", name}});
    else if (left == 0)
      text += v.say("cart.sold_out", {{"name", name}});
    else
      text += v.say("cart.reduced", {{"name", name}, {"stock", amount(left)}});
    text += '\n';
  }
  return text;
}

/// How the shopper gets it, after a line break; nothing where the shop does not ask.
std::string way_of(const visit& v) {
  constexpr std::size_t place_max = 300;
  const auto& g = v.state.getting;
  if (!asks_how(v) || g.how == hand_over::undecided)
    return {};
  return "\n" + (g.how == hand_over::delivery
                     ? v.say("order.brought", {{"area", g.area}})
                     : v.say("order.fetched", {{"place", cut(v.context.shop->pick_up, place_max)}}));
}

void tell_placed(visit& v, const order_receipt& receipt) {
  auto& state = v.state;
  if (state.ordered) {
    state.earlier.insert(state.earlier.begin(), std::move(*state.ordered));
    if (state.earlier.size() > earlier_orders_max)
      state.earlier.pop_back();
  }
  state.ordered = receipt;
  v.state.basket = cart{};
  v.state.getting.shown = 0;
  if (receipt.state != order_state::awaiting_payment) // the merchant was quicker than this answer
    return show_order(v);
  v.stand_at(dialogue_position::menu);
  auto ways = ways_to_pay(v, receipt);
  const auto* const key = ways.empty() ? "order.placed" : "order.placed_to_pay";
  auto text = v.say(key, {{"code", receipt.code},
                          {"total", display_text(receipt.total)},
                          {"minutes", minutes_of(receipt.kept_until - v.context.now)}}) +
              way_of(v);
  if (ways.empty())
    ways = {v.button("button.order", {wish::order, {}, 0}), v.to_shop()};
  ways.push_back(v.to_human());
  v.send_buttons(std::move(text), ways);
}

} // namespace

void check_out(visit& v) {
  auto& basket = v.state.basket;
  if (const auto* const answer = v.context.order; answer != nullptr && !answer->about)
    return answer->placed ? tell_placed(v, *answer->placed) : show_cart_with(v, reduce_cart(v, answer->short_of));
  if (basket.lines.empty() && v.state.ordered) // tapped twice
    return show_order(v);
  // What has changed since the shopper saw the cart is shown before anything is ordered.
  if (const auto corrections = correct_cart(v); !corrections.empty() || basket.lines.empty())
    return show_cart_with(v, corrections);
  if (asks_how(v))
    return go_on(v);
  if (auto order = to_order(v))
    v.wants_order = std::move(*order);
  else
    show_cart(v);
}

void show_order(visit& v) {
  const auto& ordered = v.state.ordered;
  if (!ordered)
    return show_cart_with(v, correct_cart(v), "order.open", "order.none");
  const auto total = display_text(ordered->total);
  const auto state = state_now(v, *ordered);
  auto text = state == order_state::awaiting_payment
                  ? v.say("order.kept", {{"code", ordered->code},
                                         {"total", total},
                                         {"minutes", minutes_of(ordered->kept_until - v.context.now)}})
                  : v.say("order." + std::string(to_string(state)), {{"code", ordered->code}, {"total", total}});
  if (state == order_state::shipped && !ordered->tracking_url.empty())
    text += '\n' + v.say("news.follow", {{"url", ordered->tracking_url}});
  std::size_t told = 0;
  for (const auto& before : v.state.earlier)
    if (told++ < told_max)
      text += '\n' + v.say("order.earlier", {{"code", before.code},
                                             {"total", display_text(before.total)},
                                             {"state", v.say("state." + std::string(to_string(before.state)))}});
  v.stand_at(dialogue_position::menu);
  v.send_buttons(std::move(text), order_choices(v, *ordered));
}

} // namespace wakala::commerce::storefront
