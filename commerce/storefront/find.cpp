#include "commerce/storefront/views.hpp"
#include "commerce/text_cut.hpp"

namespace wakala::commerce::storefront {

std::vector<const product*> found(const visit& v, std::string_view words) {
  std::vector<const product*> products;
  if (v.context.finder != nullptr)
    for (const auto& id : v.context.finder->find(words))
      if (const auto* p = v.shelf().find(id))
        products.push_back(p);
  return products;
}

std::string searched_text(std::string_view words) {
  constexpr std::size_t words_max = 80; // stands in reply ids
  auto text = cut_line(std::string(words), words_max);
  return text;
}

void show_found(visit& v, std::string_view words, std::int64_t wanted) {
  const std::string text(words); // may be part of the state that changes below
  const auto products = found(v, text);
  if (products.empty())
    return not_understood(v);
  if (products.size() == 1)
    return show_product(v, products.front()->id);
  auto body = v.say("found.body", {{"query", text}});
  if (are_at_meta(v, products)) {
    const auto page = page_of_goods(products.size(), wanted);
    v.stand_at(dialogue_position::found, text, page.number);
    return can_be_swiped(products) ? send_carousel(v, std::move(body), products)
                                   : send_goods(v, text, std::move(body), products, page);
  }
  const auto page = page_of(products.size(), wanted);
  std::vector<offer> offers;
  offers.reserve(page.count + 2);
  for (std::size_t i = page.first; i < page.first + page.count; ++i)
    offers.push_back(product_row(v, *products[i]));
  if (page.has_more())
    offers.push_back(more_row(v, page, {wish::found, text, std::int64_t{page.number} + 1}));
  if (page.number > 0)
    offers.push_back({v.say("row.back"), {}, {wish::found, text, std::int64_t{page.number} - 1}});
  else
    offers.push_back({v.say("row.menu"), {}, {wish::menu, {}, 0}});
  v.stand_at(dialogue_position::found, text, page.number);
  v.send_list(std::move(body), v.say("products.open"), v.say("products.open"), std::move(offers));
}

} // namespace wakala::commerce::storefront
