#include "commerce/cart.hpp"
#include "commerce/storefront/views.hpp"
#include "commerce/text_cut.hpp"

#include <algorithm>

namespace wakala::commerce::storefront {

namespace {

constexpr std::size_t card_name_max = 200;
constexpr std::size_t card_description_max = 400;

std::string stock_line(const visit& v, const product& p) {
  if (!p.stock)
    return v.say("stock.open");
  return *p.stock == 0 ? v.say("stock.none") : v.say("stock.some", {{"count", amount(*p.stock)}});
}

/// How many more pieces may go into the cart.
std::int64_t room_for(const visit& v, const product& p) {
  const auto most = p.stock ? std::min(*p.stock, quantity_max) : quantity_max;
  return std::max<std::int64_t>(0, most - quantity_of(v.state.basket, p.id));
}

/// The page of its category that a product was picked from, for the way back.
std::uint32_t page_before(const visit& v, const product& p) {
  const auto& talk = v.state.talk;
  const bool same = talk.category == p.category &&
                    (talk.position == dialogue_position::products || talk.position == dialogue_position::product);
  return same ? talk.page : 0;
}

} // namespace

void product_gone(visit& v) {
  v.intent("gone");
  v.stand_at(dialogue_position::menu);
  v.send_buttons(v.say("gone.product"), {v.to_shop(), v.to_cart(), v.to_menu()});
}

void show_product(visit& v, std::string_view product_id) {
  const auto* p = v.shelf().find(product_id);
  if (p == nullptr)
    return product_gone(v);
  std::string card = cut_line(p->name, card_name_max);
  if (const auto description = cut_line(p->description, card_description_max); !description.empty())
    card += "\n" + description;
  card += "\n" + display_text(p->price) + " \xC2\xB7 " + stock_line(v, *p);

  const auto page = page_before(v, *p);
  const auto back = v.button("button.back", {wish::category, p->category, page});
  const auto room = room_for(v, *p);
  std::vector<choice> choices;
  for (std::int64_t pieces = 1; pieces <= std::min<std::int64_t>(room, 2); ++pieces)
    choices.push_back({v.say("button.add", {{"quantity", amount(pieces)}}), {wish::add, p->id, pieces}});
  if (room > 0 && are_at_meta(v, {p})) {
    v.stand_at(dialogue_position::product, p->category, page, p->id);
    return send_product(v, card + "\n\n" + v.say("meta.hint"), *p);
  }
  if (room > 0)
    card += "\n\n" + v.say("product.hint");
  else if (quantity_of(v.state.basket, p->id) > 0)
    card += "\n\n" + v.say("product.all_in_cart");
  if (room == 0)
    choices.push_back(v.to_cart());
  choices.push_back(back);
  v.stand_at(dialogue_position::product, p->category, page, p->id);
  v.send_buttons(std::move(card), choices);
}

} // namespace wakala::commerce::storefront
