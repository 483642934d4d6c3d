#include "commerce/cart.hpp"
#include "commerce/step_ids.hpp"
#include "commerce/storefront/views.hpp"

#include <algorithm>

namespace wakala::commerce::storefront {

namespace {

constexpr std::size_t told_max = 3; // as of corrections: the message has one screen

/// Our product behind the id in Meta's catalog: `<tenant>_<id>`, or the id alone where the merchant has made the
/// catalog.
const product* product_of(const visit& v, std::string_view retailer_id) {
  const auto tenant = v.context.tenant;
  if (!tenant.empty() && retailer_id.size() > tenant.size() && retailer_id.starts_with(tenant) &&
      retailer_id[tenant.size()] == '_')
    if (const auto* p = v.shelf().find(retailer_id.substr(tenant.size() + 1)))
      return p;
  return v.shelf().find(retailer_id);
}

/// What the shopper was shown, when it is not today's price.
std::string other_price(const visit& v, const product& p, const whatsapp::ordered_item& item) {
  const auto shown = parse_money(item.price, item.currency);
  if (!shown || *shown == p.price)
    return {};
  return v.say("goods.price",
               {{"name", short_name(p.name)}, {"price", display_text(p.price)}, {"shown", display_text(*shown)}});
}

std::string put_in(visit& v, const product& p, std::int64_t pieces) {
  auto& basket = v.state.basket;
  const auto name = short_name(p.name);
  auto answer = set_quantity(basket, p, pieces);
  std::string told;
  if (answer == cart_answer::not_enough || (answer == cart_answer::quantity_over && pieces > quantity_max)) {
    const auto most = std::min(p.stock.value_or(quantity_max), quantity_max);
    told = v.say("goods.less", {{"name", name}, {"quantity", amount(pieces)}, {"stock", amount(most)}});
    answer = set_quantity(basket, p, most);
  }
  switch (answer) {
  case cart_answer::changed:
    return told;
  case cart_answer::sold_out:
    return v.say("cart.sold_out", {{"name", name}});
  case cart_answer::lines_over:
    return v.say("cart.full", {{"max", std::to_string(cart_lines_max)}});
  case cart_answer::not_enough:
  case cart_answer::quantity_over:
  case cart_answer::amount_over:
    return v.say("cart.too_large");
  }
  return told;
}

} // namespace

void put_goods(visit& v, std::string text, const std::vector<wanted_goods>& goods, const std::string& gone) {
  std::vector<std::string> told;
  const auto tell = [&](std::string what) {
    if (!what.empty() && std::find(told.begin(), told.end(), what) == told.end())
      told.push_back(std::move(what));
  };
  for (const auto& item : goods) {
    tell(put_in(v, *item.what, item.pieces));
    if (quantity_of(v.state.basket, item.what->id) > 0)
      tell(item.differs);
  }
  auto& basket = v.state.basket;
  if (!basket.lines.empty()) {
    if (basket.id.empty())
      basket.id = make_id("c_", v.context.id_seed);
    basket.expires_at = std::max(basket.expires_at, v.time + cart_lifetime);
  }
  for (std::size_t i = 0; i < std::min(told.size(), told_max); ++i)
    text.append(told[i]).append("\n");
  if (told.size() > told_max)
    text += v.say("goods.more", {{"count", std::to_string(told.size() - told_max)}}) + "\n";
  if (!gone.empty())
    text += gone + "\n";
  show_cart_with(v, text);
}

void take_goods(visit& v) {
  auto text = correct_cart(v);
  std::vector<wanted_goods> goods;
  std::size_t unknown = 0;
  for (const auto& item : v.goods) {
    const auto* p = product_of(v, item.retailer_id);
    if (p == nullptr || item.quantity < 1 || p->price.currency != v.context.currency)
      ++unknown;
    else
      goods.push_back({p, item.quantity, other_price(v, *p, item)});
  }
  put_goods(v, std::move(text), goods,
            unknown > 0 ? v.say("goods.unknown", {{"count", std::to_string(unknown)}}) : std::string{});
}

} // namespace wakala::commerce::storefront
