// Products as WhatsApp shows them itself, with pictures and a cart of its own, where Meta's catalog has them.
#include "commerce/meta_item.hpp"
#include "commerce/storefront/views.hpp"
#include "commerce/text_cut.hpp"

#include <algorithm>

namespace wakala::commerce::storefront {

namespace {

// Cloud API reference §9.4, in code points.
constexpr std::size_t body_max = 1024;
constexpr std::size_t header_max = 60;
constexpr std::size_t footer_max = 60;
constexpr std::size_t section_title_max = 24;
constexpr std::size_t sections_max = 10;
constexpr std::size_t products_of_list_max = 30;
constexpr std::size_t cards_max = 10;

std::string id_of(const visit& v, const product& p) { return retailer_id(v.context.tenant, p.id); }

using goods = std::vector<const product*>;

/// By category, in the order in which each first comes; all in one when there are too many.
std::vector<whatsapp::product_section> sections_of(const visit& v, const goods& shown, const std::string& title) {
  std::vector<whatsapp::product_section> sections;
  std::vector<std::string_view> categories; // beside them: titles are cut
  for (const auto* p : shown) {
    const auto at = std::find(categories.begin(), categories.end(), p->category);
    if (at == categories.end()) {
      categories.emplace_back(p->category);
      sections.push_back({cut_line(p->category, section_title_max), {}});
    }
    const auto index =
        static_cast<std::size_t>(std::find(categories.begin(), categories.end(), p->category) - categories.begin());
    sections[index].product_items.push_back({id_of(v, *p)});
  }
  if (sections.size() <= sections_max)
    return sections;
  whatsapp::product_section all{cut_line(title, section_title_max), {}};
  for (const auto* p : shown)
    all.product_items.push_back({id_of(v, *p)});
  return {std::move(all)};
}

} // namespace

bool are_at_meta(const visit& v, const goods& products) {
  const auto* known = v.context.at_meta;
  return known != nullptr && !products.empty() && std::all_of(products.begin(), products.end(), [&](const auto* p) {
           return known->products.contains(p->id);
         });
}

list_page page_of_goods(std::size_t items, std::int64_t wanted) noexcept {
  list_page page;
  page.pages =
      static_cast<std::uint32_t>(std::max<std::size_t>((items + products_of_list_max - 1) / products_of_list_max, 1));
  page.number = static_cast<std::uint32_t>(std::clamp<std::int64_t>(wanted, 0, page.pages - 1));
  page.first = page.number * products_of_list_max;
  page.count = std::min(items - page.first, products_of_list_max);
  return page;
}

void send_goods(visit& v, const std::string& title, std::string body, const goods& products, const list_page& page) {
  const auto first = products.begin() + static_cast<std::ptrdiff_t>(page.first);
  const goods shown(first, first + static_cast<std::ptrdiff_t>(page.count));
  whatsapp::product_list_message message;
  message.header = cut_line(title, header_max);
  message.body = cut(std::move(body), body_max);
  message.footer = cut(v.say(page.has_more() ? "meta.footer_more" : "meta.footer"), footer_max);
  message.catalog_id = v.context.at_meta->catalog_id;
  message.sections = sections_of(v, shown, title);
  v.replies.push_back({std::move(message)});
}

bool can_be_swiped(const goods& products) noexcept { return products.size() >= 2 && products.size() <= cards_max; }

void send_carousel(visit& v, std::string body, const goods& products) {
  whatsapp::product_carousel_message message;
  message.body = cut(std::move(body) + "\n" + v.say("meta.swipe"), body_max);
  for (std::size_t i = 0; i < products.size(); ++i)
    message.cards.push_back({static_cast<std::int64_t>(i), id_of(v, *products[i]), v.context.at_meta->catalog_id});
  v.replies.push_back({std::move(message)});
}

void send_product(visit& v, std::string body, const product& p) {
  whatsapp::product_message message;
  message.body = cut(std::move(body), body_max);
  message.footer = cut(v.say("meta.footer"), footer_max);
  message.catalog_id = v.context.at_meta->catalog_id;
  message.product_retailer_id = id_of(v, p);
  v.replies.push_back({std::move(message)});
}

} // namespace wakala::commerce::storefront
