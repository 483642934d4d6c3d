#include "commerce/meta_item.hpp"

#include "commerce/text_cut.hpp"
#include "runtime/core/encoding.hpp"
#include "whatsapp/sha256.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace wakala::commerce {

namespace {

// Meta's pages differ: the smaller of two figures is right in any case.
constexpr std::size_t id_max = 100;
constexpr std::size_t title_max = 150;
constexpr std::size_t description_max = 5'000;
constexpr std::size_t digest_digits = 16; ///< enough that no change is ever missed

/// Its name, and what tells it from the other variants.
std::string title_of(const product& p) {
  auto title = p.name;
  for (const auto& [name, value] : p.options)
    title.append(title.size() == p.name.size() ? " (" : ", ").append(value);
  if (!p.options.empty())
    title += ')';
  return cut_line(std::move(title), title_max);
}

/// The value of the option with one of these names, whatever its case.
std::optional<std::string> option(const product& p, std::string_view name, std::string_view or_name = {}) {
  const auto found = std::find_if(p.options.begin(), p.options.end(), [&](const auto& each) {
    const auto folded = fold(each.first);
    return folded == name || (!or_name.empty() && folded == or_name);
  });
  return found == p.options.end() ? std::nullopt : std::optional(found->second);
}

error unfit(const char* field, std::string why) {
  return make_error(errc::invalid_argument, std::string(field) + " " + std::move(why), field);
}

} // namespace

std::string retailer_id(std::string_view tenant, std::string_view product) {
  return std::string(tenant).append("_").append(product);
}

std::optional<std::string_view> product_of(std::string_view tenant, std::string_view retailer_id) {
  if (retailer_id.size() <= tenant.size() + 1 || !retailer_id.starts_with(tenant) ||
      retailer_id[tenant.size()] != '_')
    return std::nullopt;
  return retailer_id.substr(tenant.size() + 1);
}

result<whatsapp::catalog_item> meta_item(const product& p, const item_shop& shop) {
  whatsapp::catalog_item item;
  item.id = retailer_id(shop.tenant, p.id);
  if (code_points(item.id) > id_max)
    return unfit("id", "has more than " + std::to_string(id_max) + " characters together with the shop's id");
  item.title = title_of(p);
  const auto is_blank = one_line(p.description).empty();
  item.description = is_blank ? *item.title : cut(p.description, description_max);
  item.availability = !p.stock || *p.stock > 0 ? "in stock" : "out of stock";
  item.condition = "new";
  item.price = decimal_text(p.price) + " " + p.price.currency;
  item.link = p.link.empty() ? shop.link : p.link;
  if (item.link->empty())
    return unfit("link", "is missing, and the shop has no phone number to link to");
  if (p.images.empty())
    return unfit("images", "are missing: Meta wants one");
  item.image_link = p.images.front();
  if (p.images.size() > 1)
    item.additional_image_link = std::vector<std::string>(p.images.begin() + 1, p.images.end());
  if (!p.brand.empty())
    item.brand = p.brand;
  if (!p.group.empty()) {
    item.item_group_id = retailer_id(shop.tenant, p.group);
    if (code_points(*item.item_group_id) > id_max)
      return unfit("group", "has more than " + std::to_string(id_max) + " characters together with the shop's id");
  }
  item.size = option(p, "size");
  item.color = option(p, "color", "colour");
  item.material = option(p, "material");
  item.pattern = option(p, "pattern");
  return item;
}

whatsapp::catalog_item full_update(whatsapp::catalog_item item) {
  for (auto* key : {&item.brand, &item.item_group_id, &item.size, &item.color, &item.material, &item.pattern})
    if (!*key)
      *key = std::string{};
  if (!item.additional_image_link)
    item.additional_image_link = std::string{};
  return item;
}

meta_shelf meta_shelf_of(const catalog& shelf, const item_shop& shop) {
  meta_shelf all;
  for (const auto& p : shelf.products()) {
    auto item = meta_item(p, shop);
    if (!item) {
      all.unfit.emplace(p.id, item.error().what);
      continue;
    }
    whatsapp::catalog_batch one;
    one.requests.push_back({whatsapp::catalog_method::create, std::move(*item)});
    const auto text = to_request(one).dump();
    all.items.emplace(p.id, meta_shelf::item{whatsapp::sha256_hex(text).substr(0, digest_digits), text.size()});
  }
  return all;
}

} // namespace wakala::commerce
