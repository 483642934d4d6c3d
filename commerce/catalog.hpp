/// \file
/// What a shop sells. A snapshot is immutable and shared by all conversations of a tenant.
#pragma once

#include "runtime/core/money.hpp"
#include "runtime/core/result.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::commerce {

struct product {
  std::string id;          ///< the merchant's own, ≤ 100 characters
  std::string name;        ///< shown; ≤ 200
  std::string description; ///< may be empty
  std::string category;    ///< shown as it is; ≤ 100
  money price;
  std::optional<std::int64_t> stock;            ///< absent: not counted, always available
  std::vector<std::string> images{};            ///< https URLs, ≤ 10, the first is the main one
  std::string link{};                           ///< https URL of its page in the web
  std::string brand{};                          ///< ≤ 100
  std::string group{};                          ///< products that are variants of one another share it; ≤ 100
  std::map<std::string, std::string> options{}; ///< what tells it from the others of its group: size, colour; ≤ 5

  bool operator==(const product&) const = default;
};

/// An ordered list of products with unique ids. Categories keep the order of their first product.
class catalog {
public:
  catalog() = default;

  /// `invalid_argument` with the JSON Pointer of the first product that breaks a rule: empty or repeated id, empty
  /// name or category, one that is too long or (id, category) holds control characters, text that is not UTF-8,
  /// negative stock or price, a currency other than the shop's, an address that is no https URL, options without a
  /// group, or those of another product of the group.
  static result<catalog> make(std::vector<product> products, std::string_view currency);

  const std::vector<product>& products() const noexcept { return products_; }
  const std::vector<std::string>& categories() const noexcept { return categories_; }
  const product* find(std::string_view id) const noexcept;
  /// The first product whose name, or the category that, is `folded` after `fold` (text_cut.hpp); null when there is
  /// none.
  const product* find_named(std::string_view folded) const noexcept;
  const std::string* find_category_named(std::string_view folded) const noexcept;
  std::vector<const product*> in_category(std::string_view category) const;
  std::size_t count_in_category(std::string_view category) const noexcept;

private:
  /// Indices into `products_`; null for a category that is not sold.
  const std::vector<std::uint32_t>* members_of(std::string_view category) const noexcept;

  std::vector<product> products_;
  std::vector<std::string> categories_;
  std::map<std::string, std::vector<std::uint32_t>, std::less<>> members_; ///< category → its products, in order
  std::map<std::string, std::uint32_t, std::less<>> by_name_;              ///< folded name → index into `products_`
  std::map<std::string, std::uint32_t, std::less<>> categories_by_name_;   ///< folded → index into `categories_`
  std::vector<std::uint32_t> by_id_; ///< indices into `products_`, in the order of their ids
};

/// More are refused when they come; what is stored is read, however much it is.
inline constexpr std::size_t products_max = 10'000;

/// Reads
/// `{"products":[{"id","name","description"?,"category","price":"250.00","currency"?,"stock"?,"images"?,"link"?,
/// "brand"?,"group"?,"options"?}]}`. Prices are decimal text (a JSON integer is accepted, a fraction is not);
/// `currency` defaults to the shop's. Errors carry the JSON Pointer.
result<catalog> parse_catalog(std::string_view json, std::string_view currency);
/// The same form, compact.
std::string to_text(const catalog& c);

using catalog_snapshot = std::shared_ptr<const catalog>;

} // namespace wakala::commerce
