#include "commerce/phrase_rules.hpp"

namespace wakala::commerce {

std::span<const phrase_rule> phrase_rules() {
  // The limits of Cloud API reference §9.4: button titles and the word that opens a list 20, row titles 24, their
  // descriptions 72. Texts leave room for what is filled in.
  constexpr std::size_t button = 20;
  constexpr std::size_t row = 24;
  constexpr std::size_t description = 72;
  constexpr std::size_t text = 512;
  static const std::vector<phrase_rule> rules{
      {"greet.named", text, {"name", "store"}},
      {"greet.plain", text, {"store"}},
      {"button.shop", button, {}},
      {"button.order", button, {}},
      {"button.human", button, {}},
      {"button.menu", button, {}},
      {"button.cart", button, {}},
      {"button.keep_shopping", button, {}},
      {"button.change", button, {}},
      {"button.check_out", button, {}},
      {"button.back", button, {}},
      {"button.add", button, {"quantity"}},
      {"categories.body", text, {}},
      {"categories.open", button, {}},
      {"categories.count", description, {"count"}},
      {"products.body", text, {"category"}},
      {"products.open", button, {}},
      {"row.more", row, {}},
      {"row.page", description, {"page", "pages"}},
      {"row.back", row, {}},
      {"row.menu", row, {}},
      {"row.remove", row, {}},
      {"row.cart", row, {}},
      {"row.empty", row, {}},
      {"stock.some", description, {"count"}},
      {"stock.none", description, {}},
      {"stock.open", description, {}},
      {"product.hint", text, {}},
      {"product.all_in_cart", text, {}},
      {"shop.empty", text, {}},
      {"cart.added", text, {"name", "quantity", "total"}},
      {"cart.updated", text, {"name", "quantity", "total"}},
      {"cart.removed", text, {"name", "total"}},
      {"cart.emptied", text, {}},
      {"cart.sold_out", text, {"name"}},
      {"cart.short", text, {"name", "stock"}},
      {"cart.short_with_cart", text, {"name", "stock", "in_cart"}},
      {"cart.quantity_max", text, {"max"}},
      {"cart.full", text, {"max"}},
      {"cart.too_large", text, {}},
      {"cart.reduced", text, {"name", "stock"}},
      {"cart.gone", text, {"name"}},
      {"cart.not_in", text, {}},
      {"cart.title", text, {}},
      {"cart.line", text, {"quantity", "name", "price"}},
      {"cart.more_lines", text, {"count"}},
      {"cart.total", text, {"total"}},
      {"cart.nothing", text, {}},
      {"cart.choose", text, {}},
      {"cart.choose_open", button, {}},
      {"cart.edit", text, {"name", "quantity", "price"}},
      {"cart.edit_open", button, {}},
      {"cart.remove_what", text, {}},
      {"order.none", text, {}},
      {"order.open", text, {}},
      {"order.placed", text, {"code", "total", "minutes"}},
      {"order.kept", text, {"code", "total", "minutes"}},
      {"order.expired", text, {"code", "total"}},
      {"gone.product", text, {}},
      {"gone.category", text, {}},
      {"gone.choice", text, {}},
      {"help.text", text, {}},
      {"unknown.text", text, {}},
      {"unknown.offer", text, {}},
      {"human.confirmed", text, {}},
  };
  return rules;
}

} // namespace wakala::commerce
