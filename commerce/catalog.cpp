#include "commerce/catalog.hpp"

#include "commerce/text_cut.hpp"
#include "runtime/core/encoding.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <numeric>
#include <unordered_set>

namespace wakala::commerce {

namespace {

using nlohmann::json;

constexpr std::size_t id_max = 100;
constexpr std::size_t name_max = 200;
constexpr std::size_t category_max = 100;

std::string pointer(std::size_t index, std::string_view key = {}) {
  std::string text = "/products/" + std::to_string(index);
  if (!key.empty())
    text.append("/").append(key);
  return text;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto b = static_cast<unsigned char>(c);
    return b < 0x20U || b == 0x7FU;
  });
}

/// What is wrong with a text that is used as a name, or nothing.
std::string text_fault(std::string_view text, std::size_t max) {
  if (!is_utf8(text))
    return "must be valid UTF-8";
  if (one_line(text).empty())
    return "must not be empty";
  if (code_points(text) > max)
    return "must have at most " + std::to_string(max) + " characters";
  return {};
}

error fault(std::size_t index, std::string_view key, std::string_view why) {
  return make_error(errc::invalid_argument, std::string(key) + " " + std::string(why), pointer(index, key));
}

result<void> check(const product& p, std::size_t index, std::string_view currency) {
  if (auto why = text_fault(p.id, id_max); !why.empty())
    return fault(index, "id", why);
  if (has_control(p.id))
    return fault(index, "id", "must not hold control characters");
  if (auto why = text_fault(p.name, name_max); !why.empty())
    return fault(index, "name", why);
  if (!is_utf8(p.description))
    return fault(index, "description", "must be valid UTF-8");
  if (auto why = text_fault(p.category, category_max); !why.empty())
    return fault(index, "category", why);
  if (has_control(p.category))
    return fault(index, "category", "must not hold control characters");
  if (p.price.currency != currency)
    return fault(index, "currency", "must be the shop's, " + std::string(currency));
  if (p.price.minor < 0)
    return fault(index, "price", "must not be negative");
  if (p.stock && *p.stock < 0)
    return fault(index, "stock", "must not be negative");
  return {};
}

result<std::string> read_text(const json& from, std::size_t index, const char* key, bool required) {
  const auto found = from.find(key);
  if (found == from.end() || (found->is_null() && !required)) {
    if (required)
      return fault(index, key, "is required");
    return std::string{};
  }
  if (!found->is_string())
    return fault(index, key, "must be text");
  return found->get<std::string>();
}

result<money> read_price(const json& from, std::size_t index, std::string_view currency) {
  const auto found = from.find("price");
  if (found == from.end())
    return fault(index, "price", "is required");
  std::string amount;
  if (found->is_string())
    amount = found->get<std::string>();
  else if (found->is_number_integer())
    amount = found->dump();
  else
    return fault(index, "price", "must be decimal text such as \"250.00\", or a whole number");
  auto price = parse_money(amount, currency);
  if (!price)
    return fault(index, price.error().field == "currency" ? "currency" : "price", "is wrong: " + price.error().what);
  return *price;
}

result<std::optional<std::int64_t>> read_stock(const json& from, std::size_t index) {
  const auto found = from.find("stock");
  if (found == from.end() || found->is_null())
    return std::optional<std::int64_t>{};
  if (!found->is_number_integer() ||
      (found->is_number_unsigned() && found->get<std::uint64_t>() > std::uint64_t{1} << 53U))
    return fault(index, "stock", "must be a whole number");
  return std::optional<std::int64_t>{found->get<std::int64_t>()};
}

result<product> read_product(const json& from, std::size_t index, std::string_view currency) {
  if (!from.is_object())
    return make_error(errc::invalid_argument, "a product must be an object", pointer(index));
  product p;
  const auto text = [&](std::string& into, const char* key, bool required) -> result<void> {
    auto read = read_text(from, index, key, required);
    if (!read)
      return read.error();
    into = std::move(*read);
    return {};
  };
  std::string own_currency;
  for (const auto& done :
       {text(p.id, "id", true), text(p.name, "name", true), text(p.description, "description", false),
        text(p.category, "category", true), text(own_currency, "currency", false)})
    if (!done)
      return done.error();
  if (!own_currency.empty() && own_currency != currency)
    return fault(index, "currency", "must be the shop's, " + std::string(currency));
  auto price = read_price(from, index, currency);
  if (!price)
    return price.error();
  p.price = std::move(*price);
  auto stock = read_stock(from, index);
  if (!stock)
    return stock.error();
  p.stock = *stock;
  return p;
}

} // namespace

result<catalog> catalog::make(std::vector<product> products, std::string_view currency) {
  catalog made;
  std::unordered_set<std::string_view> ids;
  std::unordered_set<std::string_view> categories;
  for (std::size_t i = 0; i < products.size(); ++i) {
    const auto& p = products[i];
    if (auto good = check(p, i, currency); !good)
      return good.error();
    if (!ids.insert(p.id).second)
      return fault(i, "id", "is used twice");
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
    auto read = read_product((*list)[i], i, currency);
    if (!read)
      return read.error();
    products.push_back(std::move(*read));
  }
  return catalog::make(std::move(products), currency);
}

std::string to_text(const catalog& c) {
  auto list = json::array();
  for (const auto& p : c.products()) {
    json item{{"id", p.id}, {"name", p.name}, {"category", p.category}};
    if (!p.description.empty())
      item["description"] = p.description;
    item["price"] = decimal_text(p.price);
    item["currency"] = p.price.currency;
    if (p.stock)
      item["stock"] = *p.stock;
    list.push_back(std::move(item));
  }
  return json{{"products", std::move(list)}}.dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace wakala::commerce
