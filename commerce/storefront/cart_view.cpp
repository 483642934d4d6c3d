#include "commerce/cart.hpp"
#include "commerce/storefront/views.hpp"
#include "runtime/core/encoding.hpp"

#include <algorithm>

namespace wakala::commerce::storefront {

namespace {

constexpr std::size_t body_room = 1000; // of the 1,024 of a message with buttons

std::string price_of(const cart_line& line) {
  const auto price = times(line.price, line.quantity);
  return price ? display_text(*price) : display_text(line.price);
}

/// The cart as text: as many lines as fit, the number of the others, the total.
std::string cart_text(const visit& v, std::string_view title) {
  const auto sum = v.say("cart.total", {{"total", cart_total(v)}});
  return cart_lines_text(v, title, body_room - code_points(sum) - 1) + "\n" + sum;
}

} // namespace

std::string cart_lines_text(const visit& v, std::string_view title, std::size_t room) {
  const auto& lines = v.state.basket.lines;
  const auto rest_of = [&](std::size_t shown) {
    return "\n" + v.say("cart.more_lines", {{"count", std::to_string(lines.size() - shown)}});
  };
  std::string text(title);
  const auto reserved = code_points(rest_of(0)) + 1;
  std::size_t shown = 0;
  for (; shown < lines.size(); ++shown) {
    const auto& line = lines[shown];
    const auto next = "\n" + v.say("cart.line", {{"quantity", amount(line.quantity)},
                                                 {"name", short_name(line.name)},
                                                 {"price", price_of(line)}});
    if (code_points(text) + code_points(next) + reserved > room)
      break;
    text += next;
  }
  if (shown < lines.size())
    text += rest_of(shown);
  return text;
}

void show_cart_with(visit& v, const std::string& text, std::string_view title, std::string_view nothing) {
  v.stand_at(dialogue_position::cart);
  if (v.state.basket.lines.empty()) {
    v.send_buttons(text + v.say(nothing), {v.to_shop(), v.to_menu()});
    return;
  }
  v.send_buttons(cart_text(v, text + v.say(title)), {v.button("button.check_out", {wish::check_out, {}, 0}),
                                                     v.button("button.change", {wish::cart_lines, {}, 0}),
                                                     v.button("button.keep_shopping", {wish::categories, {}, 0})});
}

std::string cart_total(const visit& v) {
  const auto sum = total(v.state.basket, v.context.currency);
  return display_text(sum ? *sum : money{0, v.context.currency});
}

std::string correct_cart(visit& v) {
  constexpr std::size_t told_max = 3; // a cart can lose fifty lines at once; the message has one screen
  std::string text;
  std::size_t told = 0;
  for (const auto& c : correct(v.state.basket, v.shelf(), v.context.currency)) {
    if (told++ >= told_max)
      continue;
    text += c.sold ? v.say("cart.reduced", {{"name", short_name(c.name)}, {"stock", amount(c.left)}})
                   : v.say("cart.gone", {{"name", short_name(c.name)}});
    text += '\n';
  }
  return text;
}

void show_cart(visit& v) { show_cart_with(v, correct_cart(v)); }

void choose_line(visit& v, std::int64_t wanted) {
  const auto corrections = correct_cart(v);
  const auto& lines = v.state.basket.lines;
  if (lines.empty()) {
    v.stand_at(dialogue_position::cart);
    v.send_buttons(corrections + v.say("cart.nothing"), {v.to_shop(), v.to_menu()});
    return;
  }
  const auto page = page_of(lines.size(), wanted, 1);
  std::vector<offer> offers;
  for (std::size_t i = page.first; i < page.first + page.count; ++i) {
    const auto& line = lines[i];
    offers.push_back({line.name,
                      "x" + amount(line.quantity) + " \xC2\xB7 " + price_of(line),
                      {wish::cart_edit, line.product_id, 0}});
  }
  offers.push_back({v.say("row.empty"), {}, {wish::cart_empty, {}, 0}});
  if (page.has_more())
    offers.push_back(
        {v.say("row.more"),
         v.say("row.page", {{"page", amount(std::int64_t{page.number} + 2)}, {"pages", amount(page.pages)}}),
         {wish::cart_lines, {}, std::int64_t{page.number} + 1}});
  if (page.number > 0)
    offers.push_back({v.say("row.back"), {}, {wish::cart_lines, {}, std::int64_t{page.number} - 1}});
  else
    offers.push_back({v.say("row.cart"), {}, {wish::cart, {}, 0}});
  v.stand_at(dialogue_position::cart, {}, page.number + 1);
  v.send_list(corrections + v.say("cart.choose"), v.say("cart.choose_open"), v.say("cart.choose_open"),
              std::move(offers));
}

void edit_line(visit& v, std::string_view product_id) {
  const std::string id(product_id);
  const auto corrections = correct_cart(v);
  const auto* line = find_line(v.state.basket, id);
  if (line == nullptr) {
    if (corrections.empty())
      v.intent("gone");
    v.stand_at(dialogue_position::cart);
    v.send_buttons(corrections.empty() ? v.say("cart.not_in") : corrections, {v.to_shop(), v.to_cart(), v.to_menu()});
    return;
  }
  constexpr std::int64_t quantities_max = 8; // and "remove", and the way back
  const auto* p = v.shelf().find(id);
  const auto most = p != nullptr && p->stock ? std::min(*p->stock, quantities_max) : quantities_max;
  std::vector<offer> offers;
  for (std::int64_t pieces = 1; pieces <= most; ++pieces) {
    const auto price = times(p != nullptr ? p->price : line->price, pieces);
    offers.push_back(
        {amount(pieces), price ? display_text(*price) : std::string{}, {wish::cart_quantity, id, pieces}});
  }
  offers.push_back({v.say("row.remove"), {}, {wish::cart_remove, id, 0}});
  offers.push_back({v.say("row.cart"), {}, {wish::cart, {}, 0}});
  v.stand_at(dialogue_position::cart, {}, 0, id);
  v.send_list(corrections + v.say("cart.edit", {{"name", short_name(line->name)},
                                                {"quantity", amount(line->quantity)},
                                                {"price", display_text(line->price)}}),
              v.say("cart.edit_open"), v.say("cart.edit_open"), std::move(offers));
}

} // namespace wakala::commerce::storefront
