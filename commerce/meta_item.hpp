/// \file
/// A product as Meta's catalog has it (Cloud API reference §14).
#pragma once

#include "commerce/catalog.hpp"
#include "whatsapp/catalog_batch.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace wakala::commerce {

/// `{tenant}_{product}`: several shops may stand in one catalog of Meta's.
std::string retailer_id(std::string_view tenant, std::string_view product);
/// The product of this tenant that a retailer id names; nothing when it is another's.
std::optional<std::string_view> product_of(std::string_view tenant, std::string_view retailer_id);

/// What items have of their shop.
struct item_shop {
  std::string tenant;
  std::string link; ///< for products without a page of their own; may be empty

  bool operator==(const item_shop&) const = default;
};

/// The whole item, to create it. `invalid_argument` naming the product's field that Meta would refuse.
result<whatsapp::catalog_item> meta_item(const product& p, const item_shop& shop);
/// The same to bring one up to date that Meta has: what the product does not have is taken away.
whatsapp::catalog_item full_update(whatsapp::catalog_item item);

/// What Meta is to hold of a catalog.
struct meta_shelf {
  struct item {
    std::string digest; ///< of all that Meta is told of it
    std::size_t bytes = 0;
  };
  std::map<std::string, item, std::less<>> items;        ///< by the product's id
  std::map<std::string, std::string, std::less<>> unfit; ///< products that Meta would refuse, and why
};
meta_shelf meta_shelf_of(const catalog& shelf, const item_shop& shop);

} // namespace wakala::commerce
