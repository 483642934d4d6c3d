/// \file
/// Changes to a catalog: the body of `POST /{catalog-id}/items_batch` (Cloud API reference §14).
#pragma once

#include "runtime/core/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace wakala::whatsapp {

struct catalog_image {
  std::string url;

  bool operator==(const catalog_image&) const = default;
};

/// An update sends only the keys that change: absent leaves a key alone, empty text takes it away.
struct catalog_item {
  std::string id; ///< SKU, ≤ 100, unique in the batch: one duplicate refuses the whole batch
  std::optional<std::string> title{};
  std::optional<std::string> description{};
  /// `in stock`, `out of stock`, `preorder`, `available for order`, `discontinued`.
  std::optional<std::string> availability{};
  std::optional<std::string> condition{}; ///< `new`, `refurbished`, `used`
  std::optional<std::string> price{};     ///< `250 KES`, `9.99 USD`
  std::optional<std::string> sale_price{};
  std::optional<std::string> sale_price_effective_date{};
  std::optional<std::string> link{};       ///< https
  std::optional<std::string> image_link{}; ///< https; this or `image` is required to create
  std::vector<catalog_image> image{};
  std::optional<std::variant<std::vector<std::string>, std::string>> additional_image_link{};
  std::optional<std::string> brand{};
  std::optional<std::string> google_product_category{};
  std::optional<std::string> item_group_id{}; ///< of all variants of one thing; what tells them apart follows
  std::optional<std::string> size{};
  std::optional<std::string> color{};
  std::optional<std::string> material{};
  std::optional<std::string> pattern{};

  bool operator==(const catalog_item&) const = default;
};

enum class catalog_method : std::uint8_t { create, update, remove };

struct catalog_change {
  catalog_method method = catalog_method::update;
  catalog_item data;

  bool operator==(const catalog_change&) const = default;
};

struct catalog_batch {
  std::vector<catalog_change> requests; ///< ≤ 5,000, better < 3,000; the text ≤ 30 MB
  std::optional<bool> allow_upsert{};   ///< an update may create
  std::string item_type = "PRODUCT_ITEM";

  bool operator==(const catalog_batch&) const = default;
};

/// The body of the call.
nlohmann::json to_request(const catalog_batch& batch);

/// `invalid_argument` with the JSON Pointer of what is missing, of the wrong type or unknown.
result<catalog_batch> parse_catalog_batch(const nlohmann::json& body);

} // namespace wakala::whatsapp
