#include "commerce/cart.hpp"
#include "commerce/step_ids.hpp"
#include "commerce/storefront/views.hpp"

#include <algorithm>
#include <array>

namespace wakala::commerce::storefront {

namespace {

std::array<choice, 3> after_change(const visit& v) {
  return {v.button("button.keep_shopping", {wish::categories, {}, 0}), v.to_cart(), v.to_menu()};
}

std::string refusal(const visit& v, const product& p, cart_answer answer) {
  const auto name = short_name(p.name);
  const auto stock = amount(p.stock.value_or(0));
  const auto in_cart = quantity_of(v.state.basket, p.id);
  switch (answer) {
  case cart_answer::sold_out:
    return v.say("cart.sold_out", {{"name", name}});
  case cart_answer::not_enough:
    if (in_cart > 0)
      return v.say("cart.short_with_cart", {{"name", name}, {"stock", stock}, {"in_cart", amount(in_cart)}});
    return v.say("cart.short", {{"name", name}, {"stock", stock}});
  case cart_answer::quantity_over:
    return v.say("cart.quantity_max", {{"max", amount(quantity_max)}});
  case cart_answer::lines_over:
    return v.say("cart.full", {{"max", std::to_string(cart_lines_max)}});
  case cart_answer::amount_over:
    return v.say("cart.too_large");
  case cart_answer::changed:
    return {};
  }
  return {};
}

/// Sets the line and says so with `key`, or says why not. `told` is the number of pieces to speak of.
void set_and_tell(visit& v, const product& p, std::int64_t quantity, std::string_view key, std::int64_t told) {
  const auto corrections = correct_cart(v);
  auto& basket = v.state.basket;
  const auto answer = set_quantity(basket, p, quantity);
  if (answer != cart_answer::changed) {
    v.send_buttons(corrections + refusal(v, p, answer), after_change(v));
    return;
  }
  if (basket.id.empty())
    basket.id = make_id("c_", v.context.id_seed);
  basket.expires_at = std::max(basket.expires_at, v.time + cart_lifetime);
  v.send_buttons(corrections +
                     v.say(key, {{"name", short_name(p.name)}, {"quantity", amount(told)}, {"total", cart_total(v)}}),
                 after_change(v));
}

void line_gone(visit& v) {
  v.intent("gone");
  v.stand_at(dialogue_position::cart);
  v.send_buttons(v.say("cart.not_in"), after_change(v));
}

} // namespace

void add_to_cart(visit& v, std::string_view product_id, std::int64_t pieces) {
  const auto* p = v.shelf().find(product_id);
  if (p == nullptr)
    return product_gone(v);
  if (pieces < 1)
    return show_product(v, product_id);
  const bool on_card = v.state.talk.position == dialogue_position::product && v.state.talk.product_id == p->id;
  v.stand_at(dialogue_position::product, p->category, on_card ? v.state.talk.page : 0, p->id);
  set_and_tell(v, *p, quantity_of(v.state.basket, p->id) + pieces, "cart.added", pieces);
}

void change_quantity(visit& v, std::string_view product_id, std::int64_t pieces) {
  if (find_line(v.state.basket, product_id) == nullptr)
    return line_gone(v);
  if (pieces < 1)
    return remove_from_cart(v, product_id);
  const auto* p = v.shelf().find(product_id);
  if (p == nullptr)
    return show_cart(v); // which takes it out and says so
  v.stand_at(dialogue_position::cart);
  set_and_tell(v, *p, pieces, "cart.updated", pieces);
}

void remove_from_cart(visit& v, std::string_view product_id) {
  auto& basket = v.state.basket;
  const auto* line = find_line(basket, product_id);
  if (line == nullptr)
    return line_gone(v);
  const auto name = short_name(line->name);
  remove_line(basket, line->product_id);
  const auto corrections = correct_cart(v);
  v.stand_at(dialogue_position::cart);
  v.send_buttons(corrections + v.say("cart.removed", {{"name", name}, {"total", cart_total(v)}}), after_change(v));
}

void empty_cart(visit& v) {
  v.state.basket.lines.clear();
  v.stand_at(dialogue_position::cart);
  v.send_buttons(v.say("cart.emptied"), {v.to_shop(), v.to_menu()});
}

} // namespace wakala::commerce::storefront
