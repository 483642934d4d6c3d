#include "commerce/storefront/views.hpp"

#include <algorithm>

namespace wakala::commerce::storefront {

namespace {

constexpr std::string_view separator = " \xC2\xB7 "; // middle dot

std::string stock_text(const visit& v, const product& p) {
  if (!p.stock)
    return v.say("stock.open");
  return *p.stock == 0 ? v.say("stock.none") : v.say("stock.some", {{"count", amount(*p.stock)}});
}

} // namespace

offer more_row(const visit& v, const list_page& page, request asks) {
  return {v.say("row.more"),
          v.say("row.page", {{"page", amount(std::int64_t{page.number} + 2)}, {"pages", amount(page.pages)}}),
          std::move(asks)};
}

offer product_row(const visit& v, const product& p) {
  return {p.name, display_text(p.price).append(separator).append(stock_text(v, p)), {wish::product, p.id, 0}};
}

namespace {

void nothing_to_sell(visit& v) {
  v.stand_at(dialogue_position::categories);
  v.send_buttons(v.say("shop.empty"), {v.to_menu(), v.to_human()});
}

} // namespace

void show_categories(visit& v, std::int64_t wanted) {
  const auto& categories = v.shelf().categories();
  if (categories.empty())
    return nothing_to_sell(v);
  const auto page = page_of(categories.size(), wanted);
  std::vector<offer> offers;
  offers.reserve(page.count + 2);
  for (std::size_t i = page.first; i < page.first + page.count; ++i) {
    const auto count = v.shelf().count_in_category(categories[i]);
    offers.push_back({categories[i],
                      v.say("categories.count", {{"count", std::to_string(count)}}),
                      {wish::category, categories[i], 0}});
  }
  if (page.has_more())
    offers.push_back(more_row(v, page, {wish::categories, {}, std::int64_t{page.number} + 1}));
  if (page.number > 0)
    offers.push_back({v.say("row.back"), {}, {wish::categories, {}, std::int64_t{page.number} - 1}});
  else
    offers.push_back({v.say("row.menu"), {}, {wish::menu, {}, 0}});
  v.stand_at(dialogue_position::categories, {}, page.number);
  v.send_list(v.say("categories.body"), v.say("categories.open"), v.say("categories.open"), std::move(offers));
}

std::int64_t page_of_category(const visit& v, std::string_view category) {
  const auto& all = v.shelf().categories();
  const auto at = std::find(all.begin(), all.end(), category);
  if (at == all.end())
    return 0;
  const auto index = static_cast<std::size_t>(at - all.begin());
  auto page = page_of(all.size(), 0);
  while (index >= page.first + page.count && page.has_more())
    page = page_of(all.size(), std::int64_t{page.number} + 1);
  return page.number;
}

void show_category(visit& v, std::string_view category, std::int64_t wanted) {
  const auto products = v.shelf().in_category(category);
  if (products.empty()) {
    v.intent("gone");
    v.stand_at(dialogue_position::menu);
    v.send_buttons(v.say("gone.category"), {v.to_shop(), v.to_cart(), v.to_menu()});
    return;
  }
  const std::string name(category); // `category` may be part of the state that changes below
  auto body = v.say("products.body", {{"category", short_name(name)}});
  if (are_at_meta(v, products)) {
    const auto page = page_of_goods(products.size(), wanted);
    v.stand_at(dialogue_position::products, name, page.number);
    return send_goods(v, name, std::move(body), products, page);
  }
  const auto page = page_of(products.size(), wanted);
  std::vector<offer> offers;
  offers.reserve(page.count + 2);
  for (std::size_t i = page.first; i < page.first + page.count; ++i)
    offers.push_back(product_row(v, *products[i]));
  if (page.has_more())
    offers.push_back(more_row(v, page, {wish::category, name, std::int64_t{page.number} + 1}));
  if (page.number > 0)
    offers.push_back({v.say("row.back"), {}, {wish::category, name, std::int64_t{page.number} - 1}});
  else
    offers.push_back({v.say("row.back"), {}, {wish::categories, {}, page_of_category(v, name)}});
  v.stand_at(dialogue_position::products, name, page.number);
  v.send_list(std::move(body), v.say("products.open"), name, std::move(offers));
}

} // namespace wakala::commerce::storefront
