#include "commerce/catalog.hpp"

#include "commerce/product_form.hpp"
#include "commerce/text_cut.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <numeric>
#include <set>
#include <unordered_set>

namespace wakala::commerce {

namespace {

using nlohmann::json;

std::string pointer(std::size_t index, std::string_view key = {}) {
  std::string text = "/products/" + std::to_string(index);
  if (!key.empty())
    text.append("/").append(key);
  return text;
}

error fault(std::size_t index, const product_fault& what) {
  return make_error(errc::invalid_argument, what.key.empty() ? what.why : what.key + " " + what.why,
                    pointer(index, what.key));
}

} // namespace

result<catalog> catalog::make(std::vector<product> products, std::string_view currency) {
  catalog made;
  std::unordered_set<std::string_view> ids;
  std::unordered_set<std::string_view> categories;
  std::set<std::string> variants;
  for (std::size_t i = 0; i < products.size(); ++i) {
    const auto& p = products[i];
    if (const auto faults = faults_of(p, currency); !faults.empty())
      return fault(i, faults.front());
    if (!ids.insert(p.id).second)
      return fault(i, {"id", "is used twice"});
    if (const auto variant = variant_key(p); !variant.empty() && !variants.insert(variant).second)
      return fault(i, {"options", "are those of another product of the group"});
    if (categories.insert(p.category).second) {
      made.categories_by_name_.try_emplace(fold(p.category), static_cast<std::uint32_t>(made.categories_.size()));
      made.categories_.push_back(p.category);
    }
    made.members_[p.category].push_back(static_cast<std::uint32_t>(i));
    made.by_name_.try_emplace(fold(p.name), static_cast<std::uint32_t>(i));
  }
  made.by_id_.resize(products.size());
  std::iota(made.by_id_.begin(), made.by_id_.end(), std::uint32_t{0});
  std::sort(made.by_id_.begin(), made.by_id_.end(),
            [&](std::uint32_t a, std::uint32_t b) { return products[a].id < products[b].id; });
  made.products_ = std::move(products);
  return made;
}

const product* catalog::find(std::string_view id) const noexcept {
  const auto at =
      std::lower_bound(by_id_.begin(), by_id_.end(), id,
                       [&](std::uint32_t index, std::string_view wanted) { return products_[index].id < wanted; });
  return at != by_id_.end() && products_[*at].id == id ? &products_[*at] : nullptr;
}

const product* catalog::find_named(std::string_view folded) const noexcept {
  const auto at = by_name_.find(folded);
  return at == by_name_.end() || folded.empty() ? nullptr : &products_[at->second];
}

const std::string* catalog::find_category_named(std::string_view folded) const noexcept {
  const auto at = categories_by_name_.find(folded);
  return at == categories_by_name_.end() || folded.empty() ? nullptr : &categories_[at->second];
}

const std::vector<std::uint32_t>* catalog::members_of(std::string_view category) const noexcept {
  const auto at = members_.find(category);
  return at == members_.end() ? nullptr : &at->second;
}

std::vector<const product*> catalog::in_category(std::string_view category) const {
  std::vector<const product*> found;
  if (const auto* members = members_of(category)) {
    found.reserve(members->size());
    for (const auto index : *members)
      found.push_back(&products_[index]);
  }
  return found;
}

std::size_t catalog::count_in_category(std::string_view category) const noexcept {
  const auto* members = members_of(category);
  return members == nullptr ? 0 : members->size();
}

result<catalog> parse_catalog(std::string_view text, std::string_view currency) {
  const auto document = json::parse(text, nullptr, false);
  if (document.is_discarded())
    return make_error(errc::invalid_argument, "the catalog is not JSON");
  if (!document.is_object())
    return make_error(errc::invalid_argument, "the catalog must be an object with products");
  const auto list = document.find("products");
  if (list == document.end() || !list->is_array())
    return make_error(errc::invalid_argument, "products must be an array", "/products");
  std::vector<product> products;
  products.reserve(list->size());
  for (std::size_t i = 0; i < list->size(); ++i) {
    std::vector<product_fault> faults;
    products.push_back(read_product((*list)[i], currency, unknown_keys::are_left, faults));
    if (!faults.empty())
      return fault(i, faults.front());
  }
  return catalog::make(std::move(products), currency);
}

std::string to_text(const catalog& c) {
  auto list = json::array();
  for (const auto& p : c.products())
    list.push_back(to_json(p));
  return json{{"products", std::move(list)}}.dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace wakala::commerce
